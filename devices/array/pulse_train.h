#pragma once
#include <hwy/aligned_allocator.h>

#include <cstdint>
#include <vector>

#include "sim/base/batch.h"
#include "sim/base/parameter.h"
#include "sim/base/stream.h"

namespace memtrain {

/// How an outer product becomes pulses (Gokmen & Vlasov 2016, doi:10.3389/fnins.2016.00333).
struct PulseSettings {
  int train_length = 31;                ///< slots in a train, at most 31
  bool update_management = true;        ///< balance the firing probabilities of rows and columns
  bool train_length_management = true;  ///< shorten a sample's trains to what its update needs
};
[[nodiscard]] std::span<const Parameter<PulseSettings>> pulse_parameters();

/// The pulse trains of one mini-batch. Bits 0 to 30 of a word are the slots in which the line
/// fires, bit 31 is the sign of its value. A crosspoint gets one pulse for every slot in which its
/// row and its column fire together (a coincidence), upwards where the signs differ: E[ΔW] =
/// −rate/n · dᵀ x while no probability reaches 1.
class PulseTrains {
 public:
  static constexpr std::uint32_t sign_bit = 0x80000000U;
  static constexpr std::uint32_t slot_bits = 0x7FFFFFFFU;

  PulseTrains(Index outputs, Index inputs);

  /// Draws the trains for x [n × inputs] and d [n × outputs]; `dw_min` is the mean step of a pulse.
  /// Random: column_pulses and row_pulses of `layer`, one row of the stream a sample.
  void draw(const BatchIn& x, const BatchIn& d, float rate, float dw_min,
            const PulseSettings& settings, const Pass& pass, std::uint16_t layer);

  [[nodiscard]] Index samples() const { return samples_; }
  /// The words of all columns for one sample; padded with silent columns to whole virtual lanes.
  [[nodiscard]] const std::uint32_t* columns(Index sample) const {
    return columns_.get() + sample * column_stride_;
  }
  /// The words of one row for all samples.
  [[nodiscard]] const std::uint32_t* row(Index output) const {
    return rows_.data() + output * samples_;
  }

 private:
  Index outputs_, inputs_, column_stride_, samples_ = 0;
  hwy::AlignedFreeUniquePtr<std::uint32_t[]> columns_;  // [samples × column_stride]
  Index capacity_ = 0;                                  // samples that columns_ has room for
  std::vector<std::uint32_t> rows_;                     // [outputs × samples]
  std::vector<std::uint32_t> by_sample_;                // [outputs padded], before it is turned
};

}  // namespace memtrain
