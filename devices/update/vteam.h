// vteam: a memristor driven by voltage, with thresholds. The state x in [0, 1] (0: on, 1: off)
// obeys
//
//   dx/dt = k_off (v / v_off − 1)^alpha_off · f_off(x)   for v > v_off > 0
//   dx/dt = k_on (v / v_on − 1)^alpha_on · f_on(x)       for v < v_on < 0,        else 0
//
// with a window f, and the conductance goes from 1/r_on to 1/r_off, linearly or exponentially in x.
// A pulse is a voltage and a width: the change of conductance by one pulse is integrated once
// (Runge–Kutta, 4th order) for every conductance and tabulated, so that training runs at the speed
// of a table. Weights are linear in conductance. With k_dtod and k_std the change varies from
// device to device and cycle to cycle as k would make it in first order. Source: Kvatinsky et al.
// 2015, doi:10.1109/TCSII.2015.2433536; windows: Joglekar & Wolf 2009,
// doi:10.1088/0143-0807/30/4/001; Biolek et al. 2009; Prodromakis et al. 2011,
// doi:10.1109/TED.2011.2158004.
// Compiled once per SIMD target: the toggle takes the place of an include guard.
#if defined(MEMTRAIN_DEVICES_UPDATE_VTEAM_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MEMTRAIN_DEVICES_UPDATE_VTEAM_H_
#undef MEMTRAIN_DEVICES_UPDATE_VTEAM_H_
#else
#define MEMTRAIN_DEVICES_UPDATE_VTEAM_H_
#endif

#include "devices/update/step-inl.h"
#include "devices/update/voltage_pulse.h"

HWY_BEFORE_NAMESPACE();
namespace memtrain::HWY_NAMESPACE {

struct Vteam {
  static constexpr ModelInfo info{
      "vteam", "a voltage-driven memristor with thresholds, its pulses integrated and tabulated",
      "dx/dt = k_s (v / v_s - 1)^alpha_s f_s(x) beyond the threshold v_s, x from 0 (r_on) to 1 "
      "(r_off); dw = change of conductance by one pulse * (1 + k_std * xi); then clip",
      "Kvatinsky et al. 2015, doi:10.1109/TCSII.2015.2433536"};

  struct Parameters : MappedParameters, VoltagePulse {
    float k_dtod = 0.0F;
    float k_std = 0.0F;
  };
  static std::span<const Parameter<Parameters>> table() {
    using P = Parameters;
    static constexpr auto rows = joined<P>(
        joined<P>(
            voltage_pulse_parameters<P>,
            std::array<Parameter<P>, 2>{{
                {{"k_dtod", "1", 0, 10, "device-to-device spread of k_on and k_off"},
                 member<&P::k_dtod>},
                {{"k_std", "1", 0, 100, "cycle-to-cycle noise of one step"}, member<&P::k_std>},
            }}),
        bounded_parameters<P>);
    return rows;
  }
  static std::string problem(const Parameters& p) {
    const std::string bounds = bounds_problem(p);
    return bounds.empty() ? pulse_problem(p) : bounds;
  }
  static float mean_step(const Parameters& p) {
    const PulseTable table = tabulate(p, 1.0F);
    const std::size_t middle = table.up.size() / 2;
    return (p.w_max - p.w_min) * 0.5F * (table.up[middle] - table.down[middle]);
  }
  static bool noisy(const Parameters& p) { return p.k_std > 0.0F; }

  struct Constants {
    float sigma;
    PulseTable steps;
  };
  static Constants constants(const Parameters& p) { return {p.k_std, tabulate(p, 1.0F)}; }
  /// What half the pulse voltage does to devices on a selected line; nothing if that is not asked
  /// for.
  static std::optional<Constants> half_selected(const Parameters& p) {
    if (!p.half_select) return {};
    return Constants{p.k_std, tabulate(p, 0.5F)};
  }

  template <class T>
  using Device = SteppedDevice<T>;
  static constexpr std::size_t draws = 6;
  static Device<float> draw(const Parameters& p, std::span<const float> zeta) {
    const auto [high, low] = draw_bounds(p, zeta);
    return {std::max(0.0F, 1.0F + p.k_dtod * zeta[4]), std::max(0.0F, 1.0F + p.k_dtod * zeta[5]),
            high, low};
  }

  /// One pulse; xi ~ N(0, 1).
  template <class T, class Up>
  static HWY_INLINE T step(const Constants& c, T w, Up up, const Device<T>& d, T xi) {
    const T range = d.bound_max - d.bound_min;
    const T position = (w - d.bound_min) / range;
    const int nodes = static_cast<int>(c.steps.up.size());
    const T size = pick(up, d.step_up * interpolate(c.steps.up.data(), nodes, position),
                        d.step_down * interpolate(c.steps.down.data(), nodes, position));
    return clip(w + size * range * (splat<T>(1.0F) + splat<T>(c.sigma) * xi), d.bound_min,
                d.bound_max);
  }
};

}  // namespace memtrain::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
