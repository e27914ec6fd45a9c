// The pulsed update of a row of devices, for one SIMD target and any device model.
// Included once per target by Highway's foreach_target.h: the toggle below takes the place of a
// guard.
#if defined(MEMTRAIN_DEVICES_ARRAY_PULSE_KERNEL_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MEMTRAIN_DEVICES_ARRAY_PULSE_KERNEL_INL_H_
#undef MEMTRAIN_DEVICES_ARRAY_PULSE_KERNEL_INL_H_
#else
#define MEMTRAIN_DEVICES_ARRAY_PULSE_KERNEL_INL_H_
#endif

#include "devices/array/pulse_meter-inl.h"
#include "devices/array/pulse_update.h"
#include "devices/update/step-inl.h"
#include "sim/base/gaussian_lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace memtrain::HWY_NAMESPACE {

/// A model whose pulses add up while no bound is near: `sum` makes them all at once with one random
/// number, exact in distribution where `clear_of_bounds` says so.
template <class Model>
concept AddsUp = requires {
  &Model::template sum<Wide<1>>;
};

/// A model that computes what its steps need of a device once, before the first of them; its
/// bound_max and bound_min are part of that.
template <class Model>
concept Prepares = requires {
  &Model::template prepare<Wide<1>>;
};

/// Sixteen or sixty-four neighbouring crosspoints of a row, in registers while they take their
/// pulses. All lanes of a block move in step, so which random number meets which pulse does not
/// depend on the registers of the target.
///
/// With `meters`, what pulses meet is added up (PulseMeter); the weights are the same with and
/// without.
template <class Model, std::size_t groups, bool meters>
class Block {
 public:
  static constexpr std::size_t parts = groups * registers;

  HWY_INLINE Block(const PulseUpdate& update, const typename Model::Constants& constants,
                   GaussianLanes& gaussians, std::size_t first)
      : update_(update), constants_(constants), gaussians_(gaussians), first_(first) {}

  /// Plays the coincidences of a row's trains with the columns' from `columns` on. A device that
  /// has had its pulses of one word goes on to those of the next.
  HWY_INLINE void play(const PulseRow& row, const std::uint32_t* columns) {
    WordVector hits[parts];
    WordVector up[parts];
    unrolled<parts>([&](auto i) { hits[i] = up[i] = hn::Zero(WordTag()); });
    for (const FiringWord& word : row.firing) {
      WordVector next_hits[parts];
      WordVector next_up[parts];
      if (!coincide(row, columns, word, next_hits, next_up)) continue;
      load();
      note(next_hits);
      for (;;) {
        unrolled<parts>([&](auto i) {
          const auto done = hits[i] == hn::Zero(WordTag());
          hits[i] = hn::IfThenElse(done, next_hits[i], hits[i]);
          up[i] = hn::IfThenElse(done, next_up[i], up[i]);
          next_hits[i] = hn::IfThenZeroElse(done, next_hits[i]);
        });
        if (all_zero(next_hits)) break;
        pulse(hits, up);
      }
    }
    while (!all_zero(hits)) pulse(hits, up);
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
    FloatsWide up_count;
    FloatsWide down_count;
    unrolled<parts>([&](auto i) {
      up_count.part[i] = number(ups[i]);
      down_count.part[i] = number(pulses[i] - ups[i]);
      touched_[i] = pulses[i];
    });
    const auto clear = Model::clear_of_bounds(constants_, weight_, up_count, down_count, device_);
    bool all_clear = true;
    unrolled<parts>([&](auto i) { all_clear = all_clear && hn::AllTrue(f, clear.part[i]); });
    if (!all_clear) return false;
    const FloatsWide before = weight_;
    weight_ = Model::sum(constants_, weight_, up_count, down_count, device_, take_noise());
    if (update_.pulses != nullptr) add_pulses(pulses);
    // whatever their order, pulses meet on the average the mean of before and after
    meter_.add_both(update_, before, weight_, up_count, down_count);
    store();
    return true;
  }

  /// Applies a number of pulses to each device.
  HWY_INLINE void apply(const float* counts) {
    const FloatTag f;
    const auto zero = hn::Zero(f);
    FloatsWide left;
    WideMask<parts> up;
    bool any = false;
    unrolled<parts>([&](auto i) {
      auto count = hn::Load(f, counts + i * hn::Lanes(f));
      if (update_.polarity.inverted) count = hn::Neg(count);
      if (update_.polarity.only_up) count = hn::Max(count, zero);
      up.part[i] = count > zero;
      left.part[i] = hn::Abs(count);
      any = any || !hn::AllFalse(f, left.part[i] > zero);
    });
    if (!any) return;
    load();
    unrolled<parts>([&](auto i) {
      const auto pulsed = hn::RebindMask(WordTag(), left.part[i] > zero);
      touched_[i] = hn::VecFromMask(WordTag(), pulsed);
    });
    if (update_.pulses != nullptr) add_counts(left);
    while (any) {
      count_once(up, left);
      any = false;
      unrolled<parts>([&](auto i) {
        left.part[i] = left.part[i] - hn::Set(f, 1.0F);
        any = any || !hn::AllFalse(f, left.part[i] > zero);
      });
    }
    store();
  }

 private:
  using FloatsWide = Wide<parts>;

  static constexpr auto known_device() {
    if constexpr (Prepares<Model>) {
      return std::type_identity<typename Model::template Prepared<FloatsWide>>{};
    } else {
      return std::type_identity<typename Model::template Device<FloatsWide>>{};
    }
  }

  /// Gives every device that has coincidences left the first of them.
  HWY_INLINE void pulse(WordVector hits[parts], const WordVector up[parts]) {
    const FloatsWide xi = take_noise();
    WideMask<parts> goes_up;
    WideMask<parts> active;
    unrolled<parts>([&](auto i) {
      const WordVector rest = hits[i] & (hits[i] - hn::Set(WordTag(), 1));
      const WordVector slot = hits[i] ^ rest;
      goes_up.part[i] = hn::RebindMask(FloatTag(), (up[i] & slot) != hn::Zero(WordTag()));
      active.part[i] = hn::RebindMask(FloatTag(), hits[i] != hn::Zero(WordTag()));
      hits[i] = rest;
    });
    const FloatsWide before = weight_;
    weight_ = pick(active, Model::step(constants_, weight_, goes_up, device_, xi), weight_);
    FloatsWide given;
    unrolled<parts>([&](auto i) {
      given.part[i] = hn::IfThenElseZero(active.part[i], hn::Set(FloatTag(), 1.0F));
    });
    meter_.add(update_, before, weight_, given, goes_up);
  }

  HWY_INLINE FloatsWide take_noise() {
    const float* noise = gaussians_.take(groups);
    FloatsWide xi;
    unrolled<parts>(
        [&](auto i) { xi.part[i] = hn::Load(FloatTag(), noise + i * hn::Lanes(FloatTag())); });
    return xi;
  }

  /// One pulse, or the fraction f of one that is left. With s the clipped step of a whole pulse,
  /// f s(ξ) + √((f − f²)/2) (s(ξ′) − s(ξ″)) has f of its mean and f of its variance in any model.
  /// Within √(f/2) of a pulse's noise of a bound the outer clip pulls inwards, by up to as much.
  HWY_INLINE void count_once(const WideMask<parts>& up, const FloatsWide& left) {
    const FloatTag f;
    const FloatsWide xi = take_noise();
    FloatsWide moved = Model::step(constants_, weight_, up, device_, xi);
    FloatsWide share;
    WideMask<parts> part;
    bool fractions = false;
    unrolled<parts>([&](auto i) {
      const auto whole = left.part[i] >= hn::Set(f, 1.0F);
      part.part[i] = hn::AndNot(whole, left.part[i] > hn::Zero(f));
      share.part[i] = hn::IfThenElse(part.part[i], left.part[i], hn::Set(f, 1.0F));
      fractions = fractions || !hn::AllFalse(f, part.part[i]);
    });
    if (fractions) {
      const FloatsWide spread = square_root((share - share * share) * splat<FloatsWide>(0.5F));
      const FloatsWide one = Model::step(constants_, weight_, up, device_, take_noise());
      const FloatsWide other = Model::step(constants_, weight_, up, device_, take_noise());
      const FloatsWide partly = weight_ + (share * (moved - weight_) + spread * (one - other));
      moved = pick(part, clip(partly, device_.bound_min, device_.bound_max), moved);
    }
    const FloatsWide before = weight_;
    unrolled<parts>([&](auto i) {
      weight_.part[i] = hn::IfThenElse(left.part[i] > hn::Zero(f), moved.part[i], weight_.part[i]);
    });
    FloatsWide given;
    unrolled<parts>([&](auto i) {
      given.part[i] = hn::Max(hn::Min(left.part[i], hn::Set(f, 1.0F)), hn::Zero(f));
    });
    meter_.add(update_, before, weight_, given, up);
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
    meter_.clear();
    const FloatTag f;
    unrolled<parts>([&](auto i) {
      const std::size_t at = first_ + i * hn::Lanes(f);
      weight_.part[i] = hn::Load(f, update_.weights + at);
      touched_[i] = hn::Zero(WordTag());
    });
    std::size_t column = 0;
    typename Model::template Device<FloatsWide> device;
    device.each([&](FloatsWide& field) {
      const float* from = update_.device_columns[column++] + first_;
      unrolled<parts>([&](auto i) { field.part[i] = hn::Load(f, from + i * hn::Lanes(f)); });
    });
    if constexpr (Prepares<Model>) {
      device_ = Model::prepare(constants_, device);
    } else {
      device_ = device;
    }
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

  /// Counts whole pulses; parts of one are kept until they add up to one.
  HWY_INLINE void add_counts(const FloatsWide& counts) const {
    const FloatTag f;
    WordVector whole[parts];
    unrolled<parts>([&](auto i) {
      auto full = hn::Floor(counts.part[i]);
      if (update_.pulse_parts != nullptr) {
        float* at = update_.pulse_parts + first_ + i * hn::Lanes(f);
        const auto rest = hn::Load(f, at) + (counts.part[i] - full);
        const auto carried = hn::Floor(rest);
        hn::Store(rest - carried, f, at);
        full = full + carried;
      }
      whole[i] = hn::BitCast(WordTag(), hn::ConvertTo(hn::RebindToSigned<FloatTag>(), full));
    });
    add_pulses(whole);
  }

  HWY_INLINE void store() {
    if (!loaded_) return;
    meter_.hand_over(update_);
    const FloatTag f;
    unrolled<parts>([&](auto i) {
      hn::Store(weight_.part[i], f, update_.weights + first_ + i * hn::Lanes(f));
    });
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
      const auto seen = weight_.part[i] + hn::Set(f, update_.write_noise) * xi;
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
  FloatsWide weight_;
  typename decltype(known_device())::type device_;
  WordVector touched_[parts];
  PulseMeter<groups, meters> meter_;
};

/// Plays a row from crosspoint `at` on as far as blocks of this many groups go.
template <class Model, std::size_t groups, bool meters>
HWY_INLINE void play_blocks(const PulseUpdate& update, const typename Model::Constants& constants,
                            const PulseRow& row, GaussianLanes& gaussians, std::size_t& at) {
  constexpr std::size_t width = groups * virtual_lanes;
  // with so few slots it is quicker to play the pulses than to add them up
  constexpr std::uint32_t few_slots = 4;
  for (; at + width <= update.columns; at += width) {
    const std::uint32_t* columns = row.columns + at * row.words * 2;
    if constexpr (AddsUp<Model>) {
      if (row.slots > few_slots &&
          Block<Model, groups, meters>(update, constants, gaussians, row.first + at)
              .play_at_once(row, columns)) {
        continue;
      }
    }
    Block<Model, groups, meters>(update, constants, gaussians, row.first + at).play(row, columns);
  }
}

template <class Model, bool meters>
HWY_INLINE void play_row(const PulseUpdate& update, const PulseRow& row) {
  const auto& constants = *static_cast<const typename Model::Constants*>(update.constants);
  GaussianLanes gaussians(seed_lanes(row.noise), update.noise);
  std::size_t at = 0;
  // where coincidences are rare the registers of a wide block would mostly be idle
  constexpr std::size_t many_slots = 6;
  if (row.slots > many_slots * row.firing.size() && !AddsUp<Model>) {
    play_blocks<Model, 4, meters>(update, constants, row, gaussians, at);
  }
  play_blocks<Model, 2, meters>(update, constants, row, gaussians, at);
  play_blocks<Model, 1, meters>(update, constants, row, gaussians, at);
}

template <class Model, bool meters>
HWY_INLINE void apply_row(const PulseUpdate& update, const CountedRow& row) {
  const auto& constants = *static_cast<const typename Model::Constants*>(update.constants);
  GaussianLanes gaussians(seed_lanes(row.noise), update.noise);
  for (std::size_t at = 0; at < update.columns; at += virtual_lanes) {
    Block<Model, 1, meters>(update, constants, gaussians, row.first + at).apply(row.counts + at);
  }
}

}  // namespace memtrain::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
