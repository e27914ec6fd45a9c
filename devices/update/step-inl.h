// The words in which a device's step is written once for one float and for a SIMD register.
// Included once per target by Highway's foreach_target.h: the toggle below takes the place of a
// guard.
#if defined(MEMTRAIN_DEVICES_UPDATE_STEP_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MEMTRAIN_DEVICES_UPDATE_STEP_INL_H_
#undef MEMTRAIN_DEVICES_UPDATE_STEP_INL_H_
#else
#define MEMTRAIN_DEVICES_UPDATE_STEP_INL_H_
#endif

#include <algorithm>

#include "devices/update/model_info.h"
#include "devices/update/pulsed_parameters.h"
#include "sim/base/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace memtrain::HWY_NAMESPACE {

using FloatMask = hn::Mask<FloatTag>;

/// `a` where the pulse goes up, `b` where it goes down.
HWY_INLINE float pick(bool up, float a, float b) { return up ? a : b; }
HWY_INLINE FloatVector pick(FloatMask up, FloatVector a, FloatVector b) {
  return hn::IfThenElse(up, a, b);
}

/// w held between the device's own bounds.
HWY_INLINE float clip(float w, float low, float high) { return std::max(low, std::min(w, high)); }
HWY_INLINE FloatVector clip(FloatVector w, FloatVector low, FloatVector high) {
  return hn::Max(low, hn::Min(w, high));
}

/// The columns of a device that has steps and bounds and nothing else: T is one float or a register
/// of them. A model with more to remember lists its own.
template <class T>
struct SteppedDevice {
  T scale_up, scale_down, bound_max, bound_min;
  HWY_INLINE void each(auto&& visit) {
    visit(scale_up), visit(scale_down), visit(bound_max), visit(bound_min);
  }
};

/// Draws such a device from four independent N(0, 1).
inline SteppedDevice<float> draw_stepped_device(const PulsedParameters& p,
                                                const std::array<float, 4>& zeta) {
  const StepsAndBounds d = draw_steps_and_bounds(p, zeta);
  return {d.scale_up, d.scale_down, d.bound_max, d.bound_min};
}

}  // namespace memtrain::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
