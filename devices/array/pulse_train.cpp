#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "devices/array/pulse_train.cpp"
#include <hwy/foreach_target.h>

#include <algorithm>

#include "devices/array/pulse_train.h"
#include "sim/base/gaussian_lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace memtrain::HWY_NAMESPACE {

/// Draws a train for each of sixteen values, slots [0, length).
class TrainDrawer {
 public:
  TrainDrawer(float scale, int length, const std::array<std::uint32_t, 4>& seed)
      : scale_(scale),
        length_(length),
        slots_((1U << static_cast<unsigned>(length)) - 1U),
        seeds_(seed_lanes(seed)) {}

  /// `out`: sixteen words of slots, then sixteen of signs (the sign in every slot of the train).
  HWY_INLINE void draw(const float* values, std::uint32_t* out) {
    const FloatTag f;
    const WordTag w;
    const hn::RebindToSigned<FloatTag> s;
    WordVector threshold[registers];  // 31 bits of the probability, at the top of the word
    WordVector fires[registers];
    WordVector open[registers];
    unrolled<registers>([&](auto r) {
      const auto value = hn::Load(f, values + r * hn::Lanes(f));
      const auto p = hn::Abs(value) * hn::Set(f, scale_);
      const auto always = hn::RebindMask(w, p >= hn::Set(f, 1.0F));
      const auto all = hn::Set(w, slots_);
      // the last float below 1 keeps the conversion in range
      threshold[r] = hn::ShiftLeft<1>(hn::BitCast(
          w, hn::ConvertTo(s, hn::Min(p, hn::Set(f, 0x1.fffffep-1F)) * hn::Set(f, 0x1p31F))));
      fires[r] = hn::IfThenElseZero(always, all);
      open[r] = hn::IfThenZeroElse(always, all);
      hn::Store(hn::BitCast(w, hn::ShiftRight<31>(hn::BitCast(s, value))) & all, w,
                out + virtual_lanes + r * hn::Lanes(f));
    });
    if (length_ <= longest_by_slots) {
      draw_by_slots(threshold, fires);
    } else {
      draw_by_bits(threshold, open, fires);
    }
    unrolled<registers>([&](auto r) { hn::Store(fires[r], w, out + r * hn::Lanes(f)); });
  }

 private:
  static constexpr int longest_by_slots = 6;

  /// A random word for every slot.
  HWY_INLINE void draw_by_slots(const WordVector threshold[registers],
                                WordVector fires[registers]) {
    const WordTag w;
    const hn::RebindToSigned<FloatTag> s;
    unrolled<registers>([&](auto r) {
      Lanes lanes(seeds_, r * hn::Lanes(w));
      const auto limit = hn::BitCast(s, hn::ShiftRight<1>(threshold[r]));
      for (int slot = 0; slot < length_; ++slot) {
        const auto random = hn::BitCast(s, hn::ShiftRight<1>(lanes.next()));
        const auto bit = hn::Set(w, 1U << static_cast<unsigned>(slot));
        fires[r] = fires[r] | hn::IfThenElseZero(hn::RebindMask(w, random < limit), bit);
      }
      lanes.store(seeds_, r * hn::Lanes(w));
    });
  }

  /// A slot fires where a uniform number is below p: the two are compared bit by bit, all slots of
  /// a word at once, from the highest bit on, until every slot is decided. That takes about ten
  /// random words where one a slot would take 31.
  HWY_INLINE void draw_by_bits(WordVector threshold[registers], WordVector open[registers],
                               WordVector fires[registers]) {
    const WordTag w;
    const hn::RebindToSigned<FloatTag> s;
    for (;;) {
      auto left = hn::Zero(w);
      unrolled<registers>([&](auto r) {
        // no bits of p left: what is still undecided equals p, and does not fire
        open[r] = hn::IfThenZeroElse(threshold[r] == hn::Zero(w), open[r]);
        left = left | open[r];
      });
      if (hn::AllTrue(w, left == hn::Zero(w))) return;
      unrolled<registers>([&](auto r) {
        Lanes lanes(seeds_, r * hn::Lanes(w));
        const WordVector random = lanes.next();
        lanes.store(seeds_, r * hn::Lanes(w));
        const auto bit = hn::BitCast(w, hn::ShiftRight<31>(hn::BitCast(s, threshold[r])));
        threshold[r] = hn::ShiftLeft<1>(threshold[r]);
        fires[r] = fires[r] | (open[r] & hn::AndNot(random, bit));
        open[r] = hn::AndNot(random ^ bit, open[r]);
      });
    }
  }

  float scale_;
  int length_;
  std::uint32_t slots_;
  LaneState seeds_;
};

/// Adds the trains of one sample to those of all groups of lines.
__attribute__((flatten)) void draw_trains(const float* values, std::size_t lines, float scale,
                                          std::size_t first, int length,
                                          const std::array<std::uint32_t, 4>& seed,
                                          std::uint32_t* bits, std::size_t words) {
  const FloatTag f;
  const WordTag w;
  TrainDrawer drawer(scale, length, seed);
  alignas(64) float padded[virtual_lanes];
  alignas(64) std::uint32_t train[2 * virtual_lanes];
  const std::size_t word = first / 32;
  const auto offset = static_cast<int>(first % 32);
  const bool spills = offset + length > 32;
  for (std::size_t at = 0; at < lines; at += virtual_lanes) {
    const std::size_t here = std::min(virtual_lanes, lines - at);
    if (here < virtual_lanes) std::fill_n(padded, virtual_lanes, 0.0F);
    std::copy_n(values + at, here, padded);
    drawer.draw(padded, train);
    std::uint32_t* to = bits + (at / virtual_lanes * words + word) * 2 * virtual_lanes;
    for (std::size_t i = 0; i < 2 * virtual_lanes; i += hn::Lanes(f)) {
      const auto slots = hn::Load(w, train + i);
      hn::Store(hn::Load(w, to + i) | hn::ShiftLeftSame(slots, offset), w, to + i);
      if (!spills) continue;
      std::uint32_t* next = to + 2 * virtual_lanes;
      hn::Store(hn::ShiftRightSame(slots, 32 - offset), w, next + i);
    }
  }
}

/// Adds to firing[slot] the lines of one group that fire in it.
void count_group(const std::uint32_t* bits, std::size_t words, std::uint32_t* firing) {
  const WordTag w;
  for (std::size_t word = 0; word < words; ++word) {
    for (std::size_t lane = 0; lane < virtual_lanes; lane += hn::Lanes(w)) {
      const auto slots = hn::Load(w, bits + word * 2 * virtual_lanes + lane);
      if (hn::AllTrue(w, slots == hn::Zero(w))) continue;
      for (std::uint32_t slot = 0; slot < 32; ++slot) {
        const auto fires = hn::TestBit(slots, hn::Set(w, 1U << slot));
        firing[word * 32 + slot] += static_cast<std::uint32_t>(hn::CountTrue(w, fires));
      }
    }
  }
}

}  // namespace memtrain::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <new>

namespace memtrain {
namespace {
HWY_EXPORT(draw_trains);
HWY_EXPORT(count_group);
}  // namespace

LineTrains::LineTrains(Index lines) : lines_(lines), groups_((lines + lanes - 1) / lanes) {}

void LineTrains::clear(Index slots) {
  words_ = (slots + 31) / 32;
  const Index size = groups_ * words_ * 2 * lanes;
  if (size > capacity_) {
    bits_ = hwy::AllocateAligned<std::uint32_t>(static_cast<std::size_t>(size));
    if (!bits_) throw std::bad_alloc();
    capacity_ = size;
  }
  std::fill_n(bits_.get(), size, 0U);
}

void LineTrains::draw(const float* values, float scale, Index first, int length,
                      const std::array<std::uint32_t, 4>& seed) {
  HWY_DYNAMIC_DISPATCH(draw_trains)
  (values, static_cast<std::size_t>(lines_), scale, static_cast<std::size_t>(first), length, seed,
   bits_.get(), static_cast<std::size_t>(words_));
}

void LineTrains::count(std::vector<std::uint32_t>& firing) const {
  firing.assign(static_cast<std::size_t>(words_ * 32), 0U);
  for (Index at = 0; at < groups_; ++at) {
    HWY_DYNAMIC_DISPATCH(count_group)
    (group(at), static_cast<std::size_t>(words_), firing.data());
  }
}

void PulseTrains::draw(const BatchIn& x, const BatchIn& d, float rate, float step,
                       const PulseSettings& settings, const Pass& pass, std::uint16_t layer) {
  const Index samples = x.rows();
  const float sample_rate = rate / static_cast<float>(samples);
  drives_.resize(static_cast<std::size_t>(samples));
  Index slots = 0;
  for (Index b = 0; b < samples; ++b) {
    drives_[static_cast<std::size_t>(b)] =
        pulse_drive(x.row(b).cwiseAbs().maxCoeff(), d.row(b).cwiseAbs().maxCoeff(), sample_rate,
                    step, settings);
    slots += drives_[static_cast<std::size_t>(b)].length;
  }
  rows_.clear(slots);
  columns_.clear(slots);
  const Stream column_stream = pass.stream(Purpose::column_pulses, layer);
  const Stream row_stream = pass.stream(Purpose::row_pulses, layer);
  Index first = 0;
  for (Index b = 0; b < samples; ++b) {
    const PulseDrive& drive = drives_[static_cast<std::size_t>(b)];
    if (drive.length == 0) continue;
    const auto sample = static_cast<std::uint32_t>(b);
    columns_.draw(x.row(b).data(), drive.column, first, drive.length, column_stream.words(sample));
    rows_.draw(d.row(b).data(), drive.row, first, drive.length, row_stream.words(sample));
    first += drive.length;
  }
}

double PulseTrains::coincidences() const {
  rows_.count(row_counts_);
  columns_.count(column_counts_);
  double sum = 0;
  for (std::size_t slot = 0; slot < row_counts_.size(); ++slot) {
    sum += static_cast<double>(row_counts_[slot]) * static_cast<double>(column_counts_[slot]);
  }
  return sum;
}

void PulseTrains::note(LineWork& work) const {
  for (Index i = 0; i < work.outputs.size(); ++i) work.outputs[i] += rows_.fired(i);
  for (Index j = 0; j < work.inputs.size(); ++j) work.inputs[j] += columns_.fired(j);
  for (const PulseDrive& drive : drives_) work.slots += drive.length;
}

void PulseTrains::note_row_by_row(LineWork& work) const {
  for (Index i = 0; i < work.outputs.size(); ++i) {
    const int fired = rows_.fired(i);
    work.outputs[i] += fired;
    work.turns_up[i] += fired;
    work.turns_down[i] += fired;
  }
  rows_.count(row_counts_);
  for (Index j = 0; j < work.inputs.size(); ++j) {
    for (Index word = 0; word < columns_.words(); ++word) {
      for (std::uint32_t slots = columns_.slots(j, word); slots != 0; slots &= slots - 1) {
        work.inputs[j] +=
            row_counts_[static_cast<std::size_t>(word * 32 + std::countr_zero(slots))];
      }
    }
  }
}

}  // namespace memtrain
#endif
