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

}  // namespace memtrain::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
