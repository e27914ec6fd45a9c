#pragma once
#include <hwy/aligned_allocator.h>

#include <bit>
#include <cstdint>
#include <vector>

#include "devices/array/line_work.h"
#include "devices/array/pulse_settings.h"
#include "sim/base/batch.h"
#include "sim/base/lane_seed.h"
#include "sim/base/stream.h"

namespace memtrain {

/// The pulse trains of all lines of one side of an array, for one mini-batch. The trains of the
/// samples stand one behind the other, so a line has one long train of slots, packed 32 to a word,
/// with a word of signs beside each word of slots.
class LineTrains {
 public:
  explicit LineTrains(Index lines);

  /// Begins a mini-batch with `slots` slots in all: no line fires.
  void clear(Index slots);
  /// Draws the trains of one sample: each of `length` slots (at most 31) from `first` on fires with
  /// probability min(1, scale · |value|), with the sign of the value.
  void draw(const float* values, float scale, Index first, int length,
            const std::array<std::uint32_t, 4>& seed);

  [[nodiscard]] Index words() const { return words_; }
  /// Sixteen neighbouring lines: for each word, sixteen words of slots and sixteen of signs.
  [[nodiscard]] const std::uint32_t* group(Index group) const {
    return bits_.get() + group * words_ * 2 * lanes;
  }
  [[nodiscard]] std::uint32_t slots(Index line, Index word) const {
    return group(line / lanes)[word * 2 * lanes + line % lanes];
  }
  [[nodiscard]] std::uint32_t signs(Index line, Index word) const {
    return group(line / lanes)[(word * 2 + 1) * lanes + line % lanes];
  }
  /// For every slot, the number of lines that fire in it.
  void count(std::vector<std::uint32_t>& firing) const;
  /// In how many slots a line fires.
  [[nodiscard]] int fired(Index line) const {
    int sum = 0;
    for (Index word = 0; word < words_; ++word) sum += std::popcount(slots(line, word));
    return sum;
  }

 private:
  static constexpr auto lanes = static_cast<Index>(virtual_lanes);

  Index lines_, groups_, words_ = 0, capacity_ = 0;
  hwy::AlignedFreeUniquePtr<std::uint32_t[]> bits_;  // [groups × words × {slots, signs} × 16]
};

/// The pulse trains of one mini-batch. A crosspoint gets one pulse for every slot in which its row
/// and its column fire together (a coincidence), upwards where the signs differ: E[ΔW] =
/// −rate/n · dᵀ x while no probability reaches 1.
class PulseTrains {
 public:
  PulseTrains(Index outputs, Index inputs) : rows_(outputs), columns_(inputs) {}

  /// Draws the trains for x [n × inputs] and d [n × outputs]; `step` is the mean change that a
  /// pulse makes. Random: column_pulses and row_pulses of `layer`, one element of the stream a
  /// sample.
  void draw(const BatchIn& x, const BatchIn& d, float rate, float step,
            const PulseSettings& settings, const Pass& pass, std::uint16_t layer);

  [[nodiscard]] const LineTrains& rows() const { return rows_; }
  [[nodiscard]] const LineTrains& columns() const { return columns_; }
  /// Coincidences in the whole array: the pulses that its devices get.
  [[nodiscard]] double coincidences() const;
  /// Adds to `work` what the trains ask of the lines when all of them are played at once.
  void note(LineWork& work) const;
  /// The same when the trains of one row after another are played against those of all columns;
  /// slots in which the row does not fire are left out.
  void note_row_by_row(LineWork& work) const;

 private:
  LineTrains rows_, columns_;
  std::vector<PulseDrive> drives_;
  mutable std::vector<std::uint32_t> row_counts_, column_counts_;  // scratch
};

}  // namespace memtrain
