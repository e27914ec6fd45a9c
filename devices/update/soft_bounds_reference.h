// soft_bounds_reference: soft bounds read against a reference device, so that the weight seen is
// w = u − r.
//
//   u = w + r;   u += s · scale_s · (1 − u / b_s + σξ)             (additive noise, the default)
//                u += s · scale_s · (1 − u / b_s) · (1 + σξ)       (mult_noise)
//   then clip u to the bounds;  w = u − r
//   r = reference_mean + reference_std · ζ, plus the symmetry point with subtract_symmetry_point:
//   SP = (scale_up − scale_down) / (scale_up / b_up − scale_down / b_down)
//
// so that with it up and down steps of every device are equal at w = 0. slope_*_dtod spreads the
// slopes scale_s / b_s. σ = dw_min_std, ξ ~ N(0, 1) fresh a pulse, ζ ~ N(0, 1) once a device.
// Source: Fusi & Abbott 2007, doi:10.1038/nn1859; Kim et al. 2019, arXiv:1907.10228 (zero
// shifting). Compiled once per SIMD target: the toggle takes the place of an include guard.
#if defined(MEMTRAIN_DEVICES_UPDATE_SOFT_BOUNDS_REFERENCE_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MEMTRAIN_DEVICES_UPDATE_SOFT_BOUNDS_REFERENCE_H_
#undef MEMTRAIN_DEVICES_UPDATE_SOFT_BOUNDS_REFERENCE_H_
#else
#define MEMTRAIN_DEVICES_UPDATE_SOFT_BOUNDS_REFERENCE_H_
#endif

#include "devices/update/step-inl.h"

HWY_BEFORE_NAMESPACE();
namespace memtrain::HWY_NAMESPACE {

struct SoftBoundsReference {
  static constexpr ModelInfo info{
      "soft_bounds_reference", "soft bounds, read against a reference such as the symmetry point",
      "u = w + r; u += s * scale_s * (1 - u / bound_s + dw_min_std * xi); clip u; w = u - r",
      "Fusi & Abbott 2007, doi:10.1038/nn1859; Kim et al. 2019, arXiv:1907.10228"};

  struct Parameters : PulsedParameters {
    float slope_up_dtod = 0.0F;
    float slope_down_dtod = 0.0F;
    float reference_mean = 0.0F;
    float reference_std = 0.0F;
    bool subtract_symmetry_point = false;
    bool mult_noise = false;
  };
  static std::span<const Parameter<Parameters>> table() {
    using P = Parameters;
    static constexpr auto rows = joined<P>(
        pulsed_parameters<P>,
        std::array<Parameter<P>, 6>{{
            {{"slope_up_dtod", "1", 0, 10, "device-to-device spread of the up slope"},
             member<&P::slope_up_dtod>},
            {{"slope_down_dtod", "1", 0, 10, "device-to-device spread of the down slope"},
             member<&P::slope_down_dtod>},
            {{"reference_mean", "weight", -100, 100, "mean of the reference r"},
             member<&P::reference_mean>},
            {{"reference_std", "weight", 0, 100, "device-to-device s.d. of the reference"},
             member<&P::reference_std>},
            {{"subtract_symmetry_point", "1", 0, 1, "add each device's symmetry point to r"},
             member<&P::subtract_symmetry_point>},
            {{"mult_noise", "1", 0, 1, "noise shrinks with the step; off: it has one size"},
             member<&P::mult_noise>},
        }});
    return rows;
  }
  static std::string problem(const Parameters& p) { return enclosing_bounds_problem(p); }

  using Constants = StepNoise;
  static Constants constants(const Parameters& p) { return {p.dw_min_std, p.mult_noise}; }

  /// `noise_up` and `noise_down` are the steps at u = 0, which additive noise is relative to; the
  /// other columns describe the step over w, the reference already taken into account; down steps
  /// have their sign.
  template <class T>
  struct Device {
    T noise_up, noise_down, step_up, step_down, slope_up, slope_down, bound_max, bound_min;
    void each(auto&& visit) {
      visit(noise_up), visit(noise_down), visit(step_up), visit(step_down), visit(slope_up),
          visit(slope_down), visit(bound_max), visit(bound_min);
    }
  };
  static constexpr std::size_t draws = 7;
  static Device<float> draw(const Parameters& p, std::span<const float> zeta) {
    const StepsAndBounds d = draw_steps_and_bounds(p, zeta);
    const float up = -(1.0F + p.slope_up_dtod * zeta[4]) * d.scale_up / d.bound_max;
    const float down = (1.0F + p.slope_down_dtod * zeta[5]) * d.scale_down / d.bound_min;
    float reference = p.reference_mean + p.reference_std * zeta[6];
    if (p.subtract_symmetry_point) {
      reference +=
          (d.scale_up - d.scale_down) / (d.scale_up / d.bound_max - d.scale_down / d.bound_min);
    }
    return {d.scale_up, -d.scale_down, d.scale_up + up * reference, down * reference - d.scale_down,
            up,         down,          d.bound_max - reference,     d.bound_min - reference};
  }

  /// One pulse; xi ~ N(0, 1).
  template <class T, class Up>
  static HWY_INLINE T step(const Constants& c, T w, Up up, const Device<T>& d, T xi) {
    const T base = pick(up, d.step_up, d.step_down) + pick(up, d.slope_up, d.slope_down) * w;
    const T noise = c.relative ? base : pick(up, d.noise_up, d.noise_down);
    const T size = base + splat<T>(c.sigma) * noise * xi;
    return clip(w + size, d.bound_min, d.bound_max);
  }
};

}  // namespace memtrain::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
