// nonlinear_ltp_ltd: the circuit community's device, known by its number of levels and its
// nonlinearity labels. Conductance lies on a curve over the number P of pulses from the lower end,
//
//   G(P) = B (1 − e^(−P/A)) + Gmin,   B = (Gmax − Gmin) / (1 − e^(−Pmax/A)),   A = Pmax · a(NL)
//
// one for potentiation, one for depression; a pulse moves P by one from where the present G lies on
// its curve. That makes every pulse a straight line over the weight:
//
//   up:    dw = (w_min + B − w)(1 − e^(−1/A_up))
//   down:  dw = (w_min + B − w)(1 − e^(1/A_down))
//
// and noise of sigma_c2c · (w_max − w_min) · ξ each pulse; then clip. The bounds are the device's
// own.
//
// NL > 0: the curve is steep at its lower end (A > 0); NL < 0: at its upper end (A < 0). So a
// device whose steps shrink as it saturates has NL > 0 for potentiation and NL < 0 for depression.
// a(NL) is solved from NL = 10.101525 · max_x [(1 − e^(−x/a)) / (1 − e^(−1/a)) − x].
// Source: Chen, Peng & Yu 2018, doi:10.1109/TCAD.2018.2789723.
// Compiled once per SIMD target: the toggle takes the place of an include guard.
#if defined(MEMTRAIN_DEVICES_UPDATE_NONLINEAR_LTP_LTD_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MEMTRAIN_DEVICES_UPDATE_NONLINEAR_LTP_LTD_H_
#undef MEMTRAIN_DEVICES_UPDATE_NONLINEAR_LTP_LTD_H_
#else
#define MEMTRAIN_DEVICES_UPDATE_NONLINEAR_LTP_LTD_H_
#endif

#include "devices/update/nonlinearity.h"
#include "devices/update/step-inl.h"

HWY_BEFORE_NAMESPACE();
namespace memtrain::HWY_NAMESPACE {

struct NonlinearLtpLtd {
  static constexpr ModelInfo info{
      "nonlinear_ltp_ltd", "levels and nonlinearity labels, as circuit simulators describe devices",
      "a pulse moves P by one on G(P) = B (1 - exp(-P / A)) + Gmin, A = levels * a(nonlinearity), "
      "one "
      "curve up, one down; plus sigma_c2c * (w_max - w_min) * xi; then clip",
      "Chen, Peng & Yu 2018, doi:10.1109/TCAD.2018.2789723"};

  struct Parameters : MappedParameters {
    float levels_up = 100.0F;
    float levels_down = 100.0F;
    float nonlinearity_up = 0.0F;
    float nonlinearity_down = 0.0F;
    float nonlinearity_dtod = 0.0F;
    float sigma_c2c = 0.0F;
  };
  static std::span<const Parameter<Parameters>> table() {
    using P = Parameters;
    static constexpr auto rows = joined<P>(
        std::array<Parameter<P>, 6>{{
            {{"levels_up", "pulse", 1, 1e6, "pulses from w_min to w_max"}, member<&P::levels_up>},
            {{"levels_down", "pulse", 1, 1e6, "pulses from w_max to w_min"},
             member<&P::levels_down>},
            {{"nonlinearity_up", "1", -9, 9, "label of the potentiation curve"},
             member<&P::nonlinearity_up>},
            {{"nonlinearity_down", "1", -9, 9, "label of the depression curve"},
             member<&P::nonlinearity_down>},
            {{"nonlinearity_dtod", "1", 0, 9, "device-to-device s.d. of the labels"},
             member<&P::nonlinearity_dtod>},
            {{"sigma_c2c", "1", 0, 10, "cycle-to-cycle noise of a pulse, relative to the range"},
             member<&P::sigma_c2c>},
        }},
        bounded_parameters<P>);
    return rows;
  }
  static std::string problem(const Parameters& p) { return bounds_problem(p); }
  static float mean_step(const Parameters& p) {
    return (p.w_max - p.w_min) * 0.5F * (1.0F / p.levels_up + 1.0F / p.levels_down);
  }
  static bool noisy(const Parameters& p) { return p.sigma_c2c > 0.0F; }

  struct Constants {
    float sigma;
    float curvature_up, curvature_down;  ///< of a device whose labels are the mean ones
  };
  static Constants constants(const Parameters& p) {
    return {p.sigma_c2c, curvature(p.nonlinearity_up), curvature(p.nonlinearity_down)};
  }

  template <class T>
  using Device = SlopedDevice<T>;
  static constexpr std::size_t draws = 6;
  static Device<float> draw(const Parameters& p, const Constants& c, std::span<const float> zeta) {
    const Bounds bounds = draw_bounds(p, zeta);
    const bool alike = p.nonlinearity_dtod == 0.0F;
    const auto spread = [&](float label, float z) {
      return curvature(std::clamp(label + p.nonlinearity_dtod * z, -9.0F, 9.0F));
    };
    const float up = alike ? c.curvature_up : spread(p.nonlinearity_up, zeta[4]);
    const float down = alike ? c.curvature_down : spread(p.nonlinearity_down, zeta[5]);
    // in double: of a curve that is nearly straight, B is large and the slope small
    const auto line = [&](double a, double levels, double sign) {
      const double reach = bounds.low + (bounds.high - bounds.low) / -std::expm1(-1.0 / a);
      const double part = -std::expm1(-sign / (levels * a));
      return std::array<float, 2>{static_cast<float>(reach * part), static_cast<float>(-part)};
    };
    const auto [step_up, slope_up] = line(up, p.levels_up, 1.0);
    const auto [step_down, slope_down] = line(down, p.levels_down, -1.0);
    return {step_up, step_down, slope_up, slope_down, bounds.high, bounds.low};
  }

  /// One pulse; xi ~ N(0, 1).
  template <class T, class Up>
  static HWY_INLINE T step(const Constants& c, T w, Up up, const Device<T>& d, T xi) {
    const T step = pick(up, d.step_up, d.step_down);
    const T slope = pick(up, d.slope_up, d.slope_down);
    const T noise = splat<T>(c.sigma) * (d.bound_max - d.bound_min) * xi;
    return clip(w + (step + slope * w + noise), d.bound_min, d.bound_max);
  }
};

}  // namespace memtrain::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
