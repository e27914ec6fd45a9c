// What pulses meet on their way, for their energy: the conductance of the device midway between
// before and after each. Compiled once per SIMD target: the toggle takes the place of an include
// guard.
#if defined(MEMTRAIN_DEVICES_ARRAY_PULSE_METER_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MEMTRAIN_DEVICES_ARRAY_PULSE_METER_INL_H_
#undef MEMTRAIN_DEVICES_ARRAY_PULSE_METER_INL_H_
#else
#define MEMTRAIN_DEVICES_ARRAY_PULSE_METER_INL_H_
#endif

#include "devices/array/pulse_update.h"
#include "devices/update/step-inl.h"

HWY_BEFORE_NAMESPACE();
namespace memtrain::HWY_NAMESPACE {

/// Of the crosspoints of one block. Without `meters` all of it is nothing, so that those who do not
/// ask for energy do not pay for it in every pulse.
template <std::size_t groups, bool meters>
class PulseMeter {
 public:
  static constexpr std::size_t parts = groups * registers;

  HWY_INLINE void clear() {}
  HWY_INLINE void add(const PulseUpdate&, const Wide<parts>&, const Wide<parts>&,
                      const Wide<parts>&, const WideMask<parts>&) {}
  HWY_INLINE void add_both(const PulseUpdate&, const Wide<parts>&, const Wide<parts>&,
                           const Wide<parts>&, const Wide<parts>&) {}
  HWY_INLINE void hand_over(const PulseUpdate&) const {}
};

template <std::size_t groups>
class PulseMeter<groups, true> {
 public:
  static constexpr std::size_t parts = groups * registers;

  HWY_INLINE void clear() {
    unrolled<parts>([&](auto i) { met_up_.part[i] = met_down_.part[i] = hn::Zero(FloatTag()); });
  }
  /// Every device has had `pulses` of them, or a part of one, upwards where `up`.
  HWY_INLINE void add(const PulseUpdate& update, const Wide<parts>& before,
                      const Wide<parts>& after, const Wide<parts>& pulses,
                      const WideMask<parts>& up) {
    Wide<parts> ups;
    Wide<parts> downs;
    unrolled<parts>([&](auto i) {
      ups.part[i] = hn::IfThenElseZero(up.part[i], pulses.part[i]);
      downs.part[i] = pulses.part[i] - ups.part[i];
    });
    add_both(update, before, after, ups, downs);
  }
  /// Every device has had pulses both ways.
  HWY_INLINE void add_both(const PulseUpdate& update, const Wide<parts>& before,
                           const Wide<parts>& after, const Wide<parts>& ups,
                           const Wide<parts>& downs) {
    const FloatTag f;
    unrolled<parts>([&](auto i) {
      const auto middle = (before.part[i] + after.part[i]) * hn::Set(f, 0.5F);
      const auto met = hn::Max(middle + hn::Set(f, update.conductance_offset), hn::Zero(f));
      met_up_.part[i] = met_up_.part[i] + ups.part[i] * met;
      met_down_.part[i] = met_down_.part[i] + downs.part[i] * met;
    });
  }
  /// Adds up over devices in an order that no register's length changes.
  HWY_INLINE void hand_over(const PulseUpdate& update) const {
    const FloatTag f;
    HWY_ALIGN float up[groups * virtual_lanes];
    HWY_ALIGN float down[groups * virtual_lanes];
    unrolled<parts>([&](auto i) {
      hn::Store(met_up_.part[i], f, up + i * hn::Lanes(f));
      hn::Store(met_down_.part[i], f, down + i * hn::Lanes(f));
    });
    for (std::size_t lane = 0; lane < groups * virtual_lanes; ++lane) {
      update.conductance->up += static_cast<double>(up[lane]);
      update.conductance->down += static_cast<double>(down[lane]);
    }
  }

 private:
  Wide<parts> met_up_, met_down_;
};

}  // namespace memtrain::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
