// soft_bounds: the step shrinks linearly with the distance to the bound and vanishes there.
//
//   up:    w += scale_up · (1 − w / bound_max) · (1 + σξ)
//   down:  w −= scale_down · (1 − w / bound_min) · (1 + σξ)      then clip to the bounds
//
// With mult_noise off the noise does not shrink with the step: ... (1 − w / bound + σξ). Where up
// and down steps are equal lies the symmetry point. σ = dw_min_std, ξ ~ N(0, 1) fresh a pulse.
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

  struct Parameters : PulsedParameters {
    bool mult_noise = true;
  };
  static std::span<const Parameter<Parameters>> table() {
    static constexpr auto rows = joined<Parameters>(
        pulsed_parameters<Parameters>,
        std::array<Parameter<Parameters>, 1>{{
            {{"mult_noise", "1", 0, 1, "noise shrinks with the step; off: it has one size"},
             member<&Parameters::mult_noise>},
        }});
    return rows;
  }
  static std::string problem(const Parameters& p) { return enclosing_bounds_problem(p); }

  using Constants = StepNoise;
  static Constants constants(const Parameters& p) { return {p.dw_min_std, p.mult_noise}; }

  /// rate = scale / |bound|: the step is the rate times the distance to the bound.
  template <class T>
  struct Device {
    T rate_up, rate_down, bound_max, bound_min;
    void each(auto&& visit) {
      visit(rate_up), visit(rate_down), visit(bound_max), visit(bound_min);
    }
  };
  static constexpr std::size_t draws = 4;
  static Device<float> draw(const Parameters& p, std::span<const float> zeta) {
    const StepsAndBounds d = draw_steps_and_bounds(p, zeta);
    return {d.scale_up / d.bound_max, d.scale_down / -d.bound_min, d.bound_max, d.bound_min};
  }

  /// One pulse; xi ~ N(0, 1).
  template <class T, class Up>
  static HWY_INLINE T step(const Constants& c, T w, Up up, const Device<T>& d, T xi) {
    const T rate = pick(up, d.rate_up, d.rate_down);
    const T bound = pick(up, d.bound_max, d.bound_min);
    const T noise = splat<T>(c.sigma) * xi;
    // above the bound's own side the distance has the sign of the step
    const T size = c.relative ? (rate + rate * noise) * (bound - w)
                              : rate * (bound - w) + rate * noise * bound;
    return clip(w + size, d.bound_min, d.bound_max);
  }
};

}  // namespace memtrain::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
