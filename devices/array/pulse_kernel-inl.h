// The pulsed update of a row of devices, for one SIMD target and any device model.
// Included once per target by Highway's foreach_target.h: the toggle below takes the place of a
// guard.
#if defined(MEMTRAIN_DEVICES_ARRAY_PULSE_KERNEL_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MEMTRAIN_DEVICES_ARRAY_PULSE_KERNEL_INL_H_
#undef MEMTRAIN_DEVICES_ARRAY_PULSE_KERNEL_INL_H_
#else
#define MEMTRAIN_DEVICES_ARRAY_PULSE_KERNEL_INL_H_
#endif

#include "devices/array/pulse_update.h"
#include "devices/update/step-inl.h"
#include "sim/base/gaussian_lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace memtrain::HWY_NAMESPACE {

/// A model whose pulses add up while no bound is near: `sum` makes them all at once with one random
/// number, exact in distribution where `clear_of_bounds` says so.
template <class Model>
concept AddsUp = requires {
  &Model::template sum<FloatVector>;
};

/// Sixteen or thirty-two neighbouring crosspoints of a row, in registers while they take their
/// pulses. All lanes of a block move in step, so which random number meets which pulse does not
/// depend on the registers of the target.
template <class Model, std::size_t groups>
class Block {
 public:
  static constexpr std::size_t parts = groups * registers;

  HWY_INLINE Block(const PulseUpdate& update, const typename Model::Constants& constants,
                   GaussianLanes& gaussians, std::size_t first)
      : update_(update), constants_(constants), gaussians_(gaussians), first_(first) {}

  /// Plays the coincidences of a row's trains with the columns' from `columns` on.
  HWY_INLINE void play(const PulseRow& row, const std::uint32_t* columns) {
    for (const FiringWord& word : row.firing) {
      WordVector hits[parts];
      WordVector up[parts];
      if (!coincide(row, columns, word, hits, up)) continue;
      load();
      note(hits);
      while (!all_zero(hits)) {
        const float* noise = gaussians_.take(groups);
        unrolled<parts>([&](auto i) {
          const auto xi = hn::Load(FloatTag(), noise + i * hn::Lanes(FloatTag()));
          const WordVector rest = hits[i] & (hits[i] - hn::Set(WordTag(), 1));
          const WordVector slot = hits[i] ^ rest;
          const auto goes_up = hn::RebindMask(FloatTag(), (up[i] & slot) != hn::Zero(WordTag()));
          const auto active = hn::RebindMask(FloatTag(), hits[i] != hn::Zero(WordTag()));
          weight_[i] = hn::IfThenElse(
              active, Model::step(constants_, weight_[i], goes_up, device_[i], xi), weight_[i]);
          hits[i] = rest;
        });
      }
    }
    store();
  }

  /// All pulses of the mini-batch at once; false if a bound may be within reach of some device.
  HWY_INLINE bool play_at_once(const PulseRow& row,
                               const std::uint32_t* columns) requires AddsUp<Model> {
    const FloatTag f;
    const WordTag w;
    WordVector ups[parts];
    WordVector pulses[parts];
    unrolled<parts>([&](auto i) { ups[i] = pulses[i] = hn::Zero(w); });
    for (const FiringWord& word : row.firing) {
      WordVector hits[parts];
      WordVector up[parts];
      if (!coincide(row, columns, word, hits, up)) continue;
      unrolled<parts>([&](auto i) {
        pulses[i] = pulses[i] + hn::PopulationCount(hits[i]);
        ups[i] = ups[i] + hn::PopulationCount(hits[i] & up[i]);
      });
    }
    if (all_zero(pulses)) return true;
    load();
    const auto number = [&](WordVector v) {
      return hn::ConvertTo(f, hn::BitCast(hn::RebindToSigned<FloatTag>(), v));
    };
    bool clear = true;
    unrolled<parts>([&](auto i) {
      const auto unbounded = Model::clear_of_bounds(constants_, weight_[i], number(ups[i]),
                                                    number(pulses[i] - ups[i]), device_[i]);
      clear = clear && hn::AllTrue(f, unbounded);
    });
    if (!clear) return false;
    const float* noise = gaussians_.take(groups);
    unrolled<parts>([&](auto i) {
      weight_[i] = Model::sum(constants_, weight_[i], number(ups[i]), number(pulses[i] - ups[i]),
                              device_[i], hn::Load(f, noise + i * hn::Lanes(f)));
      touched_[i] = pulses[i];
    });
    if (update_.pulses != nullptr) add_pulses(pulses);
    store();
    return true;
  }

  /// Applies a number of pulses to each device.
  HWY_INLINE void apply(const float* counts) {
    const FloatTag f;
    const auto zero = hn::Zero(f);
    FloatVector left[parts];
    decltype(zero == zero) up[parts];
    bool any = false;
    unrolled<parts>([&](auto i) {
      auto count = hn::Load(f, counts + i * hn::Lanes(f));
      if (update_.polarity.inverted) count = hn::Neg(count);
      if (update_.polarity.only_up) count = hn::Max(count, zero);
      up[i] = count > zero;
      left[i] = hn::Abs(count);
      any = any || !hn::AllFalse(f, left[i] > zero);
    });
    if (!any) return;
    load();
    WordVector whole[parts];
    unrolled<parts>([&](auto i) {
      touched_[i] = hn::VecFromMask(WordTag(), hn::RebindMask(WordTag(), left[i] > zero));
      whole[i] =
          hn::BitCast(WordTag(), hn::ConvertTo(hn::RebindToSigned<FloatTag>(), hn::Ceil(left[i])));
    });
    if (update_.pulses != nullptr) add_pulses(whole);
    while (any) {
      any = false;
      const float* noise = gaussians_.take(groups);
      unrolled<parts>([&](auto i) {
        const auto xi = hn::Load(f, noise + i * hn::Lanes(f));
        weight_[i] = one_count(weight_[i], up[i], device_[i], left[i], xi);
        left[i] = left[i] - hn::Set(f, 1.0F);
        any = any || !hn::AllFalse(f, left[i] > zero);
      });
    }
    store();
  }

 private:
  /// One pulse, or the fraction of one that is left.
  HWY_INLINE FloatVector one_count(FloatVector weight, FloatMask up,
                                   const typename Model::template Device<FloatVector>& device,
                                   FloatVector left, FloatVector xi) const {
    const FloatTag f;
    const auto whole = left >= hn::Set(f, 1.0F);
    const auto part = hn::AndNot(whole, left > hn::Zero(f));
    FloatVector moved = Model::step(constants_, weight, up, device, xi);
    if (!hn::AllFalse(f, part)) {
      const auto share = hn::IfThenElse(part, left, hn::Set(f, 1.0F));
      const auto step = Model::step(constants_, weight, up, device, xi / hn::Sqrt(share)) - weight;
      moved = hn::IfThenElse(part, weight + share * step, moved);
    }
    return hn::IfThenElse(left > hn::Zero(f), moved, weight);
  }

  /// The slots in which the row and each column fire together, and those of them that go up.
  /// Returns whether there are any.
  HWY_INLINE bool coincide(const PulseRow& row, const std::uint32_t* columns,
                           const FiringWord& word, WordVector hits[parts],
                           WordVector up[parts]) const {
    const WordTag w;
    const auto slots = hn::Set(w, word.slots);
    const auto signs = hn::Set(w, update_.polarity.inverted ? ~word.signs : word.signs);
    const auto at = [&](std::size_t i) {
      return columns + (i / registers * row.words + word.word) * 2 * virtual_lanes +
             i % registers * hn::Lanes(w);
    };
    unrolled<parts>([&](auto i) { hits[i] = hn::Load(w, at(i)) & slots; });
    if (all_zero(hits)) return false;
    unrolled<parts>([&](auto i) { up[i] = hn::Load(w, at(i) + virtual_lanes) ^ signs; });
    if (!update_.polarity.only_up) return true;
    unrolled<parts>([&](auto i) { hits[i] = hits[i] & up[i]; });
    return !all_zero(hits);
  }

  HWY_INLINE static bool all_zero(const WordVector hits[parts]) {
    auto all = hits[0];
    unrolled<parts - 1>([&](auto i) { all = all | hits[i + 1]; });
    return hn::AllTrue(WordTag(), all == hn::Zero(WordTag()));
  }

  HWY_INLINE void load() {
    if (loaded_) return;
    loaded_ = true;
    const FloatTag f;
    unrolled<parts>([&](auto i) {
      const std::size_t at = first_ + i * hn::Lanes(f);
      weight_[i] = hn::Load(f, update_.weights + at);
      std::size_t column = 0;
      device_[i].each(
          [&](FloatVector& field) { field = hn::Load(f, update_.device_columns[column++] + at); });
      touched_[i] = hn::Zero(WordTag());
    });
  }

  /// Remembers which devices get pulses.
  HWY_INLINE void note(const WordVector hits[parts]) {
    unrolled<parts>([&](auto i) { touched_[i] = touched_[i] | hits[i]; });
    if (update_.pulses == nullptr) return;
    WordVector counts[parts];
    unrolled<parts>([&](auto i) { counts[i] = hn::PopulationCount(hits[i]); });
    add_pulses(counts);
  }

  HWY_INLINE void add_pulses(const WordVector counts[parts]) const {
    const WordTag w;
    unrolled<parts>([&](auto i) {
      std::uint32_t* at = update_.pulses + first_ + i * hn::Lanes(w);
      hn::Store(hn::Load(w, at) + counts[i], w, at);
    });
  }

  HWY_INLINE void store() {
    if (!loaded_) return;
    const FloatTag f;
    unrolled<parts>(
        [&](auto i) { hn::Store(weight_[i], f, update_.weights + first_ + i * hn::Lanes(f)); });
    if (update_.apparent != nullptr) store_apparent();
    if (update_.age == nullptr) return;
    unrolled<parts>([&](auto i) {
      float* at = update_.age + first_ + i * hn::Lanes(f);
      hn::Store(hn::IfThenZeroElse(touched(i), hn::Load(f, at)), f, at);
    });
  }

  HWY_INLINE void store_apparent() {
    const FloatTag f;
    const float* noise = gaussians_.take(groups);
    unrolled<parts>([&](auto i) {
      float* at = update_.apparent + first_ + i * hn::Lanes(f);
      const auto xi = hn::Load(f, noise + i * hn::Lanes(f));
      const auto seen = weight_[i] + hn::Set(f, update_.write_noise) * xi;
      hn::Store(hn::IfThenElse(touched(i), seen, hn::Load(f, at)), f, at);
    });
  }

  HWY_INLINE FloatMask touched(std::size_t i) const {
    return hn::RebindMask(FloatTag(), touched_[i] != hn::Zero(WordTag()));
  }

  const PulseUpdate& update_;
  const typename Model::Constants& constants_;
  GaussianLanes& gaussians_;
  std::size_t first_;
  bool loaded_ = false;
  FloatVector weight_[parts];
  typename Model::template Device<FloatVector> device_[parts];
  WordVector touched_[parts];
};

/// Plays a row from crosspoint `at` on as far as blocks of this many groups go.
template <class Model, std::size_t groups>
HWY_INLINE void play_blocks(const PulseUpdate& update, const typename Model::Constants& constants,
                            const PulseRow& row, GaussianLanes& gaussians, std::size_t& at) {
  constexpr std::size_t width = groups * virtual_lanes;
  // with so few slots it is quicker to play the pulses than to add them up
  constexpr std::uint32_t few_slots = 4;
  for (; at + width <= update.columns; at += width) {
    const std::uint32_t* columns = row.columns + at * row.words * 2;
    if constexpr (AddsUp<Model>) {
      if (row.slots > few_slots &&
          Block<Model, groups>(update, constants, gaussians, row.first + at)
              .play_at_once(row, columns)) {
        continue;
      }
    }
    Block<Model, groups>(update, constants, gaussians, row.first + at).play(row, columns);
  }
}

template <class Model>
HWY_INLINE void play_row(const PulseUpdate& update, const PulseRow& row) {
  const auto& constants = *static_cast<const typename Model::Constants*>(update.constants);
  GaussianLanes gaussians(seed_lanes(row.noise), update.noise);
  std::size_t at = 0;
  play_blocks<Model, 4>(update, constants, row, gaussians, at);
  play_blocks<Model, 1>(update, constants, row, gaussians, at);
}

template <class Model>
HWY_INLINE void apply_row(const PulseUpdate& update, const CountedRow& row) {
  const auto& constants = *static_cast<const typename Model::Constants*>(update.constants);
  GaussianLanes gaussians(seed_lanes(row.noise), update.noise);
  for (std::size_t at = 0; at < update.columns; at += virtual_lanes) {
    Block<Model, 1>(update, constants, gaussians, row.first + at).apply(row.counts + at);
  }
}

}  // namespace memtrain::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
