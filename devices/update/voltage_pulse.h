#pragma once
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "sim/base/parameter.h"

namespace memtrain {

/// A memristor driven by voltage and the pulses it is written with (devices/update/vteam.h). Pulses
/// that raise the conductance are negative, pulses that lower it positive. The defaults are the
/// fit to a titanium dioxide device with a pulse short enough for about a hundred steps.
struct VoltagePulse {
  float k_on = -10.0F;  ///< 1/s, below 0: towards r_on
  float k_off = 10.0F;  ///< 1/s, above 0: towards r_off
  float alpha_on = 3.0F;
  float alpha_off = 3.0F;
  float v_on = -0.2F;
  float v_off = 0.2F;
  float r_on = 1e3F;
  float r_off = 1e5F;
  std::string conductance = "linear";
  std::string window = "none";
  float window_p = 2.0F;
  float v_up = -0.6F;
  float v_down = 0.6F;
  float t_up = 1.25e-4F;
  float t_down = 1.25e-4F;
  bool half_select = false;
};

inline constexpr std::array<std::string_view, 2> conductance_words{"linear", "exponential"};
inline constexpr std::array<std::string_view, 4> window_words{"none", "joglekar", "biolek",
                                                              "prodromakis"};

/// The rows of VoltagePulse, for the table of a model's own parameter struct.
template <class P>
inline constexpr std::array<Parameter<P>, 16> voltage_pulse_parameters{{
    {{"k_on", "1/s", -1e15, 0, "rate of the state towards r_on"}, member<&P::k_on>},
    {{"k_off", "1/s", 0, 1e15, "rate of the state towards r_off"}, member<&P::k_off>},
    {{"alpha_on", "1", 0, 100, "exponent of the voltage towards r_on"}, member<&P::alpha_on>},
    {{"alpha_off", "1", 0, 100, "exponent of the voltage towards r_off"}, member<&P::alpha_off>},
    {{"v_on", "V", -100, -1e-6, "threshold towards r_on"}, member<&P::v_on>},
    {{"v_off", "V", 1e-6, 100, "threshold towards r_off"}, member<&P::v_off>},
    {{"r_on", "Ohm", 1e-3, 1e15, "resistance at x = 0"}, member<&P::r_on>},
    {{"r_off", "Ohm", 1e-3, 1e15, "resistance at x = 1"}, member<&P::r_off>},
    {{.name = "conductance",
      .unit = "1",
      .help = "how the conductance depends on the state",
      .choices = conductance_words},
     member<&P::conductance>},
    {{.name = "window", .unit = "1", .help = "window of the state", .choices = window_words},
     member<&P::window>},
    {{"window_p", "1", 0.1, 100, "exponent of the window"}, member<&P::window_p>},
    {{"v_up", "V", -100, 0, "voltage of a pulse that raises the conductance"}, member<&P::v_up>},
    {{"v_down", "V", 0, 100, "voltage of a pulse that lowers the conductance"}, member<&P::v_down>},
    {{"t_up", "s", 1e-12, 1e3, "width of a pulse that raises the conductance"}, member<&P::t_up>},
    {{"t_down", "s", 1e-12, 1e3, "width of a pulse that lowers the conductance"},
     member<&P::t_down>},
    {{"half_select", "1", 0, 1, "pulses disturb the other devices on their lines at half voltage"},
     member<&P::half_select>},
}};

/// Why these values cannot be a device; empty when they can.
[[nodiscard]] std::string pulse_problem(const VoltagePulse& pulse);

/// The change made by one pulse, as a part of the conductance range, over the conductance: equally
/// spaced nodes from 1/r_off to 1/r_on.
struct PulseTable {
  std::vector<float> up;    ///< above 0
  std::vector<float> down;  ///< below 0
};
/// Integrates one pulse at `share` of its voltage from every node.
[[nodiscard]] PulseTable tabulate(const VoltagePulse& pulse, float share);

}  // namespace memtrain
