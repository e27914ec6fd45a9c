// constant_step: every pulse moves the weight by the same amount, whatever its state, until a
// bound.
//
//   up:    w += scale_up · (1 + σξ)        down:  w −= scale_down · (1 + σξ)        then clip to
//   the bounds
//
// One step has mean ±scale and standard deviation σ·scale (σ = dw_min_std, ξ ~ N(0, 1) fresh a
// pulse). Source: Gokmen & Vlasov 2016, doi:10.3389/fnins.2016.00333. Compiled once per SIMD
// target: the toggle takes the place of an include guard.
#if defined(MEMTRAIN_DEVICES_UPDATE_CONSTANT_STEP_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MEMTRAIN_DEVICES_UPDATE_CONSTANT_STEP_H_
#undef MEMTRAIN_DEVICES_UPDATE_CONSTANT_STEP_H_
#else
#define MEMTRAIN_DEVICES_UPDATE_CONSTANT_STEP_H_
#endif

#include "devices/update/step-inl.h"

HWY_BEFORE_NAMESPACE();
namespace memtrain::HWY_NAMESPACE {

struct ConstantStep {
  static constexpr ModelInfo info{
      "constant_step", "every pulse moves the weight by the same amount until a bound",
      "dw = s * scale_s * (1 + dw_min_std * xi), s = +1 up / -1 down; then clip to the bounds",
      "Gokmen & Vlasov 2016, doi:10.3389/fnins.2016.00333"};

  struct Parameters : PulsedParameters {};
  static std::span<const Parameter<Parameters>> table() { return pulsed_parameters<Parameters>; }
  static std::string problem(const Parameters& p) { return bounds_problem(p); }

  template <class T>
  using Device = SteppedDevice<T>;

  static Device<float> draw(const Parameters& p, const std::array<float, 4>& zeta) {
    return draw_stepped_device(p, zeta);
  }

  /// One pulse. `noise` is 1 + σξ.
  template <class T, class Up>
  static HWY_INLINE T step(T w, Up up, const Device<T>& d, T noise) {
    const T size = pick(up, d.scale_up, T{} - d.scale_down);
    return clip(w + size * noise, d.bound_min, d.bound_max);
  }
};

}  // namespace memtrain::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
