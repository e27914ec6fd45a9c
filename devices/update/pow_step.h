// pow_step: the step is a power of the distance to the bound.
//
//   up:    w += scale_up · ((bound_max − w) / (bound_max − bound_min))^γ_up · (1 + σξ)
//   down:  w −= scale_down · ((w − bound_min) / (bound_max − bound_min))^γ_down · (1 + σξ)
//   then clip; with g = 1 + pow_gamma_dtod ζ and r = pow_up_down_dtod ζ′
//   γ_up = |pow_gamma · (g + min(pow_up_down, 0) + r)|,
//   γ_down = |pow_gamma · (g − max(pow_up_down, 0) − r)|
//
// σ = dw_min_std, ξ ~ N(0, 1) fresh a pulse, ζ, ζ′ ~ N(0, 1) once a device.
// Source: Fusi & Abbott 2007, doi:10.1038/nn1859.
// Compiled once per SIMD target: the toggle takes the place of an include guard.
#if defined(MEMTRAIN_DEVICES_UPDATE_POW_STEP_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MEMTRAIN_DEVICES_UPDATE_POW_STEP_H_
#undef MEMTRAIN_DEVICES_UPDATE_POW_STEP_H_
#else
#define MEMTRAIN_DEVICES_UPDATE_POW_STEP_H_
#endif

#include "devices/update/step-inl.h"

HWY_BEFORE_NAMESPACE();
namespace memtrain::HWY_NAMESPACE {

struct PowStep {
  static constexpr ModelInfo info{"pow_step", "the step is a power of the distance to the bound",
                                  "dw = s * scale_s * (distance to the bound / range)^gamma_s * (1 "
                                  "+ dw_min_std * xi); then clip",
                                  "Fusi & Abbott 2007, doi:10.1038/nn1859"};

  struct Parameters : PulsedParameters {
    float pow_gamma = 1.0F;
    float pow_gamma_dtod = 0.1F;
    float pow_up_down = 0.0F;
    float pow_up_down_dtod = 0.0F;
  };
  static std::span<const Parameter<Parameters>> table() {
    using P = Parameters;
    static constexpr auto rows = joined<P>(
        pulsed_parameters<P>,
        std::array<Parameter<P>, 4>{{
            {{"pow_gamma", "1", 0, 100, "exponent"}, member<&P::pow_gamma>},
            {{"pow_gamma_dtod", "1", 0, 10, "device-to-device spread of the exponent"},
             member<&P::pow_gamma_dtod>},
            {{"pow_up_down", "1", -10, 10,
              "asymmetry of the exponent: above 0 that of down steps shrinks, below 0 of up steps"},
             member<&P::pow_up_down>},
            {{"pow_up_down_dtod", "1", 0, 10, "device-to-device spread of that asymmetry"},
             member<&P::pow_up_down_dtod>},
        }});
    return rows;
  }
  static std::string problem(const Parameters& p) { return bounds_problem(p); }

  using Constants = CycleNoise;
  static Constants constants(const Parameters& p) { return {p.dw_min_std}; }

  template <class T>
  struct Device {
    T step_up, step_down, gamma_up, gamma_down, bound_max, bound_min;
    void each(auto&& visit) {
      visit(step_up), visit(step_down), visit(gamma_up), visit(gamma_down), visit(bound_max),
          visit(bound_min);
    }
  };
  static constexpr std::size_t draws = 6;
  static Device<float> draw(const Parameters& p, std::span<const float> zeta) {
    const StepsAndBounds d = draw_steps_and_bounds(p, zeta);
    const float gain = 1.0F + p.pow_gamma_dtod * zeta[4];
    const float skew = p.pow_up_down_dtod * zeta[5];
    return {d.scale_up,
            -d.scale_down,
            std::abs(p.pow_gamma * (gain + std::min(p.pow_up_down, 0.0F) + skew)),
            std::abs(p.pow_gamma * (gain - std::max(p.pow_up_down, 0.0F) - skew)),
            d.bound_max,
            d.bound_min};
  }

  /// What the steps of a device need.
  template <class T>
  struct Prepared {
    T step_up, step_down, gamma_up, gamma_down, per_range, bound_max, bound_min;
  };
  template <class T>
  static HWY_INLINE Prepared<T> prepare(const Constants&, const Device<T>& d) {
    return {d.step_up,
            d.step_down,
            d.gamma_up,
            d.gamma_down,
            splat<T>(1.0F) / (d.bound_max - d.bound_min),
            d.bound_max,
            d.bound_min};
  }

  /// One pulse; xi ~ N(0, 1).
  template <class T, class Up>
  static HWY_INLINE T step(const Constants& c, T w, Up up, const Prepared<T>& d, T xi) {
    const T distance = pick(up, d.bound_max - w, w - d.bound_min) * d.per_range;
    const T size =
        pick(up, d.step_up, d.step_down) * power(distance, pick(up, d.gamma_up, d.gamma_down));
    return clip(w + size * (splat<T>(1.0F) + splat<T>(c.sigma) * xi), d.bound_min, d.bound_max);
  }
};

}  // namespace memtrain::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
