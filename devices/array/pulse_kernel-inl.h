// The pulsed update of a mini-batch, for one SIMD target and any device model.
// Included once per target by Highway's foreach_target.h: the toggle below takes the place of a
// guard.
#if defined(MEMTRAIN_DEVICES_ARRAY_PULSE_KERNEL_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MEMTRAIN_DEVICES_ARRAY_PULSE_KERNEL_INL_H_
#undef MEMTRAIN_DEVICES_ARRAY_PULSE_KERNEL_INL_H_
#else
#define MEMTRAIN_DEVICES_ARRAY_PULSE_KERNEL_INL_H_
#endif

#include <bit>

#include "devices/array/pulse_update.h"
#include "devices/update/step-inl.h"

HWY_BEFORE_NAMESPACE();
namespace memtrain::HWY_NAMESPACE {

/// One register of neighbouring crosspoints of a row, taking a whole mini-batch: coincidences are
/// first collected as a queue of directions per crosspoint, then played to the devices. Every
/// crosspoint meets its own pulses in the order of the samples; crosspoints do not wait for each
/// other, so noise is drawn about as often as the busiest crosspoint of the register has pulses,
/// not once a sample.
template <class Model, bool noisy>
class PulseQueue {
 public:
  static constexpr std::uint32_t capacity = 32;  // directions are bits of a word

  HWY_INLINE PulseQueue(const PulseUpdate& update, std::size_t first)
      : update_(update), first_(first) {}

  /// Adds the coincidences of one sample; `firing` is the number of slots in which the row fires.
  HWY_INLINE void add(WordVector column, std::uint32_t row, std::uint32_t firing, Lanes& lanes) {
    const WordTag w;
    if (most_ + firing > capacity) {
      most_ = hn::GetLane(hn::MaxOfLanes(w, count_));
      if (most_ + firing > capacity) play(lanes);
    }
    most_ += firing;
    const auto hits = hn::PopulationCount(column & hn::Set(w, row & PulseTrains::slot_bits));
    const auto up =
        hn::BroadcastSignBit(hn::BitCast(hn::RebindToSigned<WordTag>(), column ^ hn::Set(w, row)));
    const auto ones = (hn::Set(w, 1) << hits) - hn::Set(w, 1);
    directions_ = directions_ | ((ones & hn::BitCast(w, up)) << count_);
    count_ = count_ + hits;
  }

  /// Plays the queue to the devices and empties it.
  HWY_INLINE void play(Lanes& lanes) {
    const FloatTag f;
    const WordTag w;
    auto left = hn::BitCast(hn::RebindToSigned<WordTag>(), count_);
    const auto none = hn::Zero(hn::RebindToSigned<WordTag>());
    if (hn::AllFalse(hn::RebindToSigned<WordTag>(), left > none)) return;
    const auto one = hn::Set(hn::RebindToSigned<WordTag>(), 1);
    typename Model::template Device<FloatVector> device;
    std::size_t column = 0;
    device.each([&](FloatVector& field) {
      field = hn::Load(f, update_.device_columns[column++] + first_);
    });
    FloatVector weight = hn::Load(f, update_.weights + first_);
    const auto pulse = [&](FloatVector xi) {
      const auto active = hn::RebindMask(f, left > none);
      const auto up = hn::RebindMask(f, hn::TestBit(directions_, hn::Set(w, 1)));
      const FloatVector noise =
          noisy ? hn::Set(f, 1.0F) + hn::Set(f, update_.cycle_to_cycle) * xi : hn::Set(f, 1.0F);
      weight = hn::IfThenElse(active, Model::step(weight, up, device, noise), weight);
      left = left - one;
      directions_ = hn::ShiftRight<1>(directions_);
    };
    while (!hn::AllFalse(hn::RebindToSigned<WordTag>(), left > none)) {
      if constexpr (noisy) {
        const VectorPair xi = gaussian_pair(lanes.next(hn::RebindMask(w, left > none)));
        pulse(xi.first);
        pulse(xi.second);
      } else {
        pulse(hn::Zero(f));
      }
    }
    hn::Store(weight, f, update_.weights + first_);
    count_ = hn::Zero(w);
    directions_ = hn::Zero(w);
    most_ = 0;
  }

 private:
  const PulseUpdate& update_;
  std::size_t first_;
  WordVector count_ = hn::Zero(WordTag());
  WordVector directions_ = hn::Zero(WordTag());  // bit k: the k-th pulse in the queue goes up
  std::uint32_t most_ = 0;                       // no crosspoint has more pulses in the queue
};

template <class Model, bool noisy>
void update_row(const PulseUpdate& update, const PulseRow& row) {
  const FloatTag f;
  LaneState seeds = seed_lanes(row.noise);
  for (std::size_t lane = 0; lane < virtual_lanes; lane += hn::Lanes(f)) {
    Lanes lanes(seeds, lane);
    for (std::size_t at = lane; at < update.columns; at += virtual_lanes) {
      PulseQueue<Model, noisy> queue(update, row.first + at);
      for (const FiringSample& sample : row.firing) {
        queue.add(hn::Load(WordTag(), sample.columns + at), sample.row_train, sample.slots, lanes);
      }
      queue.play(lanes);
    }
  }
}

}  // namespace memtrain::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
