// soft_bounds: the step shrinks linearly with the distance to the bound and vanishes there.
//
//   up:    w += scale_up · (1 − w / bound_max) · (1 + σξ)
//   down:  w −= scale_down · (1 − w / bound_min) · (1 + σξ)                           then clip to
//   the bounds
//
// One step at w has mean ±scale·(1 − w/bound) and standard deviation σ times that (σ = dw_min_std,
// ξ ~ N(0, 1) fresh a pulse). Where up and down steps are equal lies the symmetry point.
// Source: Fusi & Abbott 2007, doi:10.1038/nn1859.
// Compiled once per SIMD target: the toggle takes the place of an include guard.
#if defined(MEMTRAIN_DEVICES_UPDATE_SOFT_BOUNDS_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MEMTRAIN_DEVICES_UPDATE_SOFT_BOUNDS_H_
#undef MEMTRAIN_DEVICES_UPDATE_SOFT_BOUNDS_H_
#else
#define MEMTRAIN_DEVICES_UPDATE_SOFT_BOUNDS_H_
#endif

#include "devices/update/step-inl.h"

HWY_BEFORE_NAMESPACE();
namespace memtrain::HWY_NAMESPACE {

struct SoftBounds {
  static constexpr ModelInfo info{
      "soft_bounds", "the step shrinks with the distance to the bound and vanishes there",
      "dw = s * scale_s * (1 - w / bound_s) * (1 + dw_min_std * xi), s = +1 up / -1 down; then "
      "clip",
      "Fusi & Abbott 2007, doi:10.1038/nn1859"};

  struct Parameters : PulsedParameters {};
  static std::span<const Parameter<Parameters>> table() { return pulsed_parameters<Parameters>; }
  static std::string problem(const Parameters& p) {
    if (p.w_min < 0.0F && p.w_max > 0.0F) return {};
    return "w_min must be below 0 and w_max above 0, because the step is relative to the bounds";
  }

  template <class T>
  using Device = SteppedDevice<T>;

  static Device<float> draw(const Parameters& p, const std::array<float, 4>& zeta) {
    return draw_stepped_device(p, zeta);
  }

  /// One pulse. `noise` is 1 + σξ.
  template <class T, class Up>
  static HWY_INLINE T step(T w, Up up, const Device<T>& d, T noise) {
    const T scale = pick(up, d.scale_up, T{} - d.scale_down);
    // the quotients do not depend on w, so the compiler takes them out of a run of pulses
    const T slope = pick(up, d.scale_up / d.bound_max, T{} - d.scale_down / d.bound_min);
    return clip(w + (scale - slope * w) * noise, d.bound_min, d.bound_max);
  }
};

}  // namespace memtrain::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
