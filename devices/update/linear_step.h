// linear_step: the step is a straight line over the weight, one for each direction.
//
//   dw = s · (slope_s · w + scale_s) · (1 + σξ)               (mult_noise)
//   dw = s · (slope_s · w + scale_s · (1 + σξ))               (additive noise)
//   slope_up = −|γ_up + γ_up_dtod ζ| · scale_up / b_up, slope_down the same with b_down;
//   b = w_max, w_min, or the device's own bounds without mean_bound_reference   then clip
//
// γ = 1 with the device's own bounds is soft_bounds, γ = 0 constant_step. σ = dw_min_std, ξ ~ N(0,
// 1) fresh a pulse, ζ ~ N(0, 1) once a device.
// Source: Gokmen & Haensch 2020, doi:10.3389/fnins.2020.00103; Fusi & Abbott 2007,
// doi:10.1038/nn1859.
// Compiled once per SIMD target: the toggle takes the place of an include guard.
#if defined(MEMTRAIN_DEVICES_UPDATE_LINEAR_STEP_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MEMTRAIN_DEVICES_UPDATE_LINEAR_STEP_H_
#undef MEMTRAIN_DEVICES_UPDATE_LINEAR_STEP_H_
#else
#define MEMTRAIN_DEVICES_UPDATE_LINEAR_STEP_H_
#endif

#include "devices/update/step-inl.h"

HWY_BEFORE_NAMESPACE();
namespace memtrain::HWY_NAMESPACE {

struct LinearStep {
  static constexpr ModelInfo info{"linear_step", "the step is a straight line over the weight",
                                  "dw = s * (slope_s * w + scale_s) * (1 + dw_min_std * xi), "
                                  "slope_s = -|gamma_s + gamma_s_dtod "
                                  "* zeta| * scale_s / bound_s; then clip",
                                  "Gokmen & Haensch 2020, doi:10.3389/fnins.2020.00103"};

  struct Parameters : PulsedParameters {
    float gamma_up = 0.0F;
    float gamma_down = 0.0F;
    float gamma_up_dtod = 0.05F;
    float gamma_down_dtod = 0.05F;
    bool mean_bound_reference = true;
    bool mult_noise = true;
  };
  static std::span<const Parameter<Parameters>> table() {
    using P = Parameters;
    static constexpr auto rows = joined<P>(
        pulsed_parameters<P>,
        std::array<Parameter<P>, 6>{{
            {{"gamma_up", "1", -10, 10, "how much up steps shrink towards the upper bound"},
             member<&P::gamma_up>},
            {{"gamma_down", "1", -10, 10, "how much down steps shrink towards the lower bound"},
             member<&P::gamma_down>},
            {{"gamma_up_dtod", "1", 0, 10, "device-to-device s.d. of gamma_up"},
             member<&P::gamma_up_dtod>},
            {{"gamma_down_dtod", "1", 0, 10, "device-to-device s.d. of gamma_down"},
             member<&P::gamma_down_dtod>},
            {{"mean_bound_reference", "1", 0, 1,
              "slopes refer to w_max and w_min; off: to the device's own bounds"},
             member<&P::mean_bound_reference>},
            {{"mult_noise", "1", 0, 1, "noise shrinks with the step; off: it has one size"},
             member<&P::mult_noise>},
        }});
    return rows;
  }
  static std::string problem(const Parameters& p) { return enclosing_bounds_problem(p); }

  using Constants = StepNoise;
  static Constants constants(const Parameters& p) { return {p.dw_min_std, p.mult_noise}; }

  template <class T>
  using Device = SlopedDevice<T>;
  static constexpr std::size_t draws = 6;
  static Device<float> draw(const Parameters& p, std::span<const float> zeta) {
    const StepsAndBounds d = draw_steps_and_bounds(p, zeta);
    const float up = std::abs(p.gamma_up + p.gamma_up_dtod * zeta[4]);
    const float down = std::abs(p.gamma_down + p.gamma_down_dtod * zeta[5]);
    return {d.scale_up,
            -d.scale_down,
            -up * d.scale_up / (p.mean_bound_reference ? p.w_max : d.bound_max),
            down * d.scale_down / (p.mean_bound_reference ? p.w_min : d.bound_min),
            d.bound_max,
            d.bound_min};
  }

  /// One pulse; xi ~ N(0, 1).
  template <class T, class Up>
  static HWY_INLINE T step(const Constants& c, T w, Up up, const Device<T>& d, T xi) {
    return sloped_step(c, w, up, d, xi);
  }
};

}  // namespace memtrain::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
