#include "devices/update/voltage_pulse.h"

#include <algorithm>
#include <cmath>

namespace memtrain {
namespace {

constexpr std::size_t nodes = 1025;
constexpr int steps_of_a_pulse = 200;

/// How freely the state moves at x; towards x = 1 or towards x = 0.
double window(const VoltagePulse& pulse, double x, bool towards_off) {
  const double p = pulse.window_p;
  if (pulse.window == "joglekar") return 1.0 - std::pow(std::abs(2.0 * x - 1.0), 2.0 * p);
  if (pulse.window == "biolek") return 1.0 - std::pow(towards_off ? x : 1.0 - x, 2.0 * p);
  if (pulse.window == "prodromakis") return 1.0 - std::pow((x - 0.5) * (x - 0.5) + 0.75, p);
  return 1.0;
}

double rate(const VoltagePulse& pulse, double x, double v) {
  if (v > pulse.v_off) {
    return pulse.k_off * std::pow(v / pulse.v_off - 1.0, static_cast<double>(pulse.alpha_off)) *
           window(pulse, x, true);
  }
  if (v < pulse.v_on) {
    return pulse.k_on * std::pow(v / pulse.v_on - 1.0, static_cast<double>(pulse.alpha_on)) *
           window(pulse, x, false);
  }
  return 0.0;
}

/// The state after a pulse (classical Runge–Kutta), held in [0, 1].
double after_pulse(const VoltagePulse& pulse, double x, double v, double width) {
  const double h = width / steps_of_a_pulse;
  const auto f = [&](double state) { return rate(pulse, std::clamp(state, 0.0, 1.0), v); };
  for (int step = 0; step < steps_of_a_pulse; ++step) {
    const double a = f(x);
    const double b = f(x + 0.5 * h * a);
    const double c = f(x + 0.5 * h * b);
    const double d = f(x + h * c);
    x = std::clamp(x + h / 6.0 * (a + 2.0 * b + 2.0 * c + d), 0.0, 1.0);
  }
  return x;
}

/// Conductance as a part of its range, 1 at x = 0; and back.
double conductance(const VoltagePulse& pulse, double x) {
  if (pulse.conductance == "linear") return 1.0 - x;
  const double off = static_cast<double>(pulse.r_on) / pulse.r_off;
  return (std::pow(off, x) - off) / (1.0 - off);
}
double state(const VoltagePulse& pulse, double part) {
  if (pulse.conductance == "linear") return 1.0 - part;
  const double off = static_cast<double>(pulse.r_on) / pulse.r_off;
  return std::log(part * (1.0 - off) + off) / std::log(off);
}

}  // namespace

std::string pulse_problem(const VoltagePulse& pulse) {
  if (pulse.r_on >= pulse.r_off) return "r_on must be below r_off";
  const PulseTable table = tabulate(pulse, 1.0F);
  if (table.up[nodes / 2] <= 0.0F || table.down[nodes / 2] >= 0.0F) {
    return "a pulse does not move the device (v_up must be beyond v_on, v_down beyond v_off, and "
           "t_up, t_down, k_on and k_off not too small)";
  }
  return {};
}

PulseTable tabulate(const VoltagePulse& pulse, float share) {
  PulseTable table;
  for (std::size_t node = 0; node < nodes; ++node) {
    const double part = static_cast<double>(node) / (nodes - 1);
    const double x = state(pulse, part);
    const auto change = [&](float v, float width) {
      const double after = after_pulse(pulse, x, static_cast<double>(share) * v, width);
      return static_cast<float>(conductance(pulse, after) - part);
    };
    table.up.push_back(change(pulse.v_up, pulse.t_up));
    table.down.push_back(change(pulse.v_down, pulse.t_down));
  }
  return table;
}

}  // namespace memtrain
