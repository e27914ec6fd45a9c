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
#include "sim/base/hadamard_tables.h"

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

  using Constants = CycleNoise;
  static Constants constants(const Parameters& p) { return {p.dw_min_std}; }

  template <class T>
  using Device = SteppedDevice<T>;
  static constexpr std::size_t draws = 4;
  static Device<float> draw(const Parameters& p, std::span<const float> zeta) {
    return draw_stepped_device(p, zeta);
  }

  /// One pulse; xi ~ N(0, 1).
  template <class T, class Up>
  static HWY_INLINE T step(const Constants& c, T w, Up up, const Device<T>& d, T xi) {
    const T size = pick(up, d.step_up, d.step_down);
    return clip(w + size * (splat<T>(1.0F) + splat<T>(c.sigma) * xi), d.bound_min, d.bound_max);
  }

  /// Any number of pulses whose sum cannot reach a bound: a sum of Gaussians is a Gaussian.
  template <class T>
  static HWY_INLINE T sum(const Constants& c, T w, T ups, T downs, const Device<T>& d, T xi) {
    const T variance = ups * d.step_up * d.step_up + downs * d.step_down * d.step_down;
    return w + (ups * d.step_up + downs * d.step_down) +
           splat<T>(c.sigma) * square_root(variance) * xi;
  }

  /// Whether no order of these pulses, each with any noise there is, can reach a bound. Steps that
  /// a wide spread has turned round go the other way.
  template <class T>
  static HWY_INLINE auto clear_of_bounds(const Constants& c, T w, T ups, T downs,
                                         const Device<T>& d) {
    const T along = splat<T>(1.0F + largest_gaussian * c.sigma);
    const T against = splat<T>(std::max(largest_gaussian * c.sigma - 1.0F, 0.0F));
    const T by_ups = ups * d.step_up, by_downs = downs * d.step_down;
    const T up = larger(by_ups, T{}) + larger(by_downs, T{});
    const T down = magnitude(smaller(by_ups, T{}) + smaller(by_downs, T{}));
    return both(below(w + (along * up + against * down), d.bound_max),
                below(d.bound_min, w - (along * down + against * up)));
  }
};

}  // namespace memtrain::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
