// exp_step: the step falls off exponentially towards the bounds.
//
//   z = 2a · w / (bound_max − bound_min) + b
//   y_up = max(1 − A_up · exp(γ_up z), 0),   y_down = max(1 − A_down · exp(−γ_down z), 0)
//   dw = s · y_s · scale_s · (1 + σξ)                                                   then clip
//
// With dw_min_std_add or dw_min_std_slope the noise depends on the state as well:
//   dw = s · y_s · scale_s + σ (|y_s · scale_s| + dw_min_std_add + dw_min_std_slope · |w|) ξ
// σ = dw_min_std, ξ ~ N(0, 1) fresh a pulse.
// Source: Gong et al. 2018, doi:10.1038/s41467-018-04485-1.
// Compiled once per SIMD target: the toggle takes the place of an include guard.
#if defined(MEMTRAIN_DEVICES_UPDATE_EXP_STEP_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MEMTRAIN_DEVICES_UPDATE_EXP_STEP_H_
#undef MEMTRAIN_DEVICES_UPDATE_EXP_STEP_H_
#else
#define MEMTRAIN_DEVICES_UPDATE_EXP_STEP_H_
#endif

#include "devices/update/step-inl.h"

HWY_BEFORE_NAMESPACE();
namespace memtrain::HWY_NAMESPACE {

struct ExpStep {
  static constexpr ModelInfo info{"exp_step", "the step falls off exponentially towards the bounds",
                                  "dw = s * y_s * scale_s * (1 + dw_min_std * xi), y_up = max(1 - "
                                  "A_up * exp(gamma_up * z), 0), "
                                  "y_down = max(1 - A_down * exp(-gamma_down * z), 0), z = 2 a w / "
                                  "(bound_max - bound_min) + b; "
                                  "then clip",
                                  "Gong et al. 2018, doi:10.1038/s41467-018-04485-1"};

  struct Parameters : PulsedParameters {
    float A_up = 0.00081F;
    float A_down = 0.36833F;
    float gamma_up = 12.44625F;
    float gamma_down = 12.78785F;
    float a = 0.244F;
    float b = 0.2425F;
    float dw_min_std_add = 0.0F;
    float dw_min_std_slope = 0.0F;
  };
  static std::span<const Parameter<Parameters>> table() {
    using P = Parameters;
    static constexpr auto rows = joined<P>(
        pulsed_parameters<P>,
        std::array<Parameter<P>, 8>{{
            {{"A_up", "1", -1e6, 1e6, "weight of the exponential in up steps"}, member<&P::A_up>},
            {{"A_down", "1", -1e6, 1e6, "weight of the exponential in down steps"},
             member<&P::A_down>},
            {{"gamma_up", "1", -100, 100, "steepness of the exponential in up steps"},
             member<&P::gamma_up>},
            {{"gamma_down", "1", -100, 100, "steepness of the exponential in down steps"},
             member<&P::gamma_down>},
            {{"a", "1", -100, 100, "scale of the weight in the exponent"}, member<&P::a>},
            {{"b", "1", -100, 100, "offset of the weight in the exponent"}, member<&P::b>},
            {{"dw_min_std_add", "weight", 0, 100, "noise that does not depend on the step"},
             member<&P::dw_min_std_add>},
            {{"dw_min_std_slope", "1", 0, 100, "noise that grows with the weight"},
             member<&P::dw_min_std_slope>},
        }});
    return rows;
  }
  static std::string problem(const Parameters& p) { return bounds_problem(p); }

  struct Constants {
    float sigma, A_up, A_down;
    float steepness_up, steepness_down;  ///< of the exponent to base 2, with its sign
    float a, b, add, slope;
    bool state_dependent;
  };
  static Constants constants(const Parameters& p) {
    return {p.dw_min_std,
            p.A_up,
            p.A_down,
            p.gamma_up * logarithm_of_e,
            -p.gamma_down * logarithm_of_e,
            p.a,
            p.b,
            p.dw_min_std_add,
            p.dw_min_std_slope,
            p.dw_min_std_add > 0.0F || p.dw_min_std_slope > 0.0F};
  }

  template <class T>
  using Device = SteppedDevice<T>;
  static constexpr std::size_t draws = 4;
  static Device<float> draw(const Parameters& p, std::span<const float> zeta) {
    return draw_stepped_device(p, zeta);
  }

  /// What the steps of a device need: z grows by z_per_weight · w.
  template <class T>
  struct Prepared {
    T step_up, step_down, z_per_weight, bound_max, bound_min;
  };
  template <class T>
  static HWY_INLINE Prepared<T> prepare(const Constants& c, const Device<T>& d) {
    return {d.step_up, d.step_down, splat<T>(2.0F * c.a) / (d.bound_max - d.bound_min), d.bound_max,
            d.bound_min};
  }

  /// One pulse; xi ~ N(0, 1).
  template <class T, class Up>
  static HWY_INLINE T step(const Constants& c, T w, Up up, const Prepared<T>& d, T xi) {
    const T z = w * d.z_per_weight + splat<T>(c.b);
    const T exponent = pick(up, splat<T>(c.steepness_up), splat<T>(c.steepness_down)) * z;
    const T fall = pick(up, splat<T>(c.A_up), splat<T>(c.A_down)) * power_of_two(exponent);
    const T size = larger(splat<T>(1.0F) - fall, T{}) * pick(up, d.step_up, d.step_down);
    T deviation = size;
    if (c.state_dependent) {
      deviation = magnitude(size) + splat<T>(c.add) + splat<T>(c.slope) * magnitude(w);
    }
    return clip(w + (size + splat<T>(c.sigma) * deviation * xi), d.bound_min, d.bound_max);
  }
};

}  // namespace memtrain::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
