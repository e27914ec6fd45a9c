#pragma once
#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "sim/base/parameter.h"

namespace memtrain {

/// What all pulsed devices share. Weights are in weight units: 1 is the full scale of the mapping.
/// Device-to-device (dtod) spreads are relative to the mean; cycle-to-cycle noise is relative to
/// one step. Source of the parametrisation: Gokmen & Vlasov 2016, doi:10.3389/fnins.2016.00333.
struct PulsedParameters {
  float dw_min = 0.001F;
  float dw_min_dtod = 0.3F;
  bool dw_min_dtod_log_normal = false;
  float dw_min_std = 0.3F;
  float up_down = 0.0F;
  float up_down_dtod = 0.01F;
  float w_max = 0.6F;
  float w_max_dtod = 0.3F;
  float w_min = -0.6F;
  float w_min_dtod = 0.3F;
  bool enforce_consistency = true;
};

/// The rows of PulsedParameters, for the table of a model's own parameter struct.
template <class P>
inline constexpr std::array<Parameter<P>, 11> pulsed_parameters{{
    {{"dw_min", "weight", 1e-9, 10, "mean step of one pulse at w = 0"}, member<&P::dw_min>},
    {{"dw_min_dtod", "1", 0, 10, "device-to-device spread of the step"}, member<&P::dw_min_dtod>},
    {{"dw_min_dtod_log_normal", "1", 0, 1, "draw the spread of the step from a log-normal"},
     member<&P::dw_min_dtod_log_normal>},
    {{"dw_min_std", "1", 0, 100, "cycle-to-cycle noise of one step, relative to the step"},
     member<&P::dw_min_std>},
    {{"up_down", "1", -10, 10, "asymmetry: above 0 down steps shrink, below 0 up steps shrink"},
     member<&P::up_down>},
    {{"up_down_dtod", "1", 0, 10, "device-to-device spread of the asymmetry"},
     member<&P::up_down_dtod>},
    {{"w_max", "weight", -100, 100, "mean upper bound"}, member<&P::w_max>},
    {{"w_max_dtod", "1", 0, 10, "device-to-device spread of the upper bound"},
     member<&P::w_max_dtod>},
    {{"w_min", "weight", -100, 100, "mean lower bound"}, member<&P::w_min>},
    {{"w_min_dtod", "1", 0, 10, "device-to-device spread of the lower bound"},
     member<&P::w_min_dtod>},
    {{"enforce_consistency", "1", 0, 1, "steps always go their way and the bounds enclose zero"},
     member<&P::enforce_consistency>},
}};

/// The steps and bounds of one device, as drawn when it is made.
struct StepsAndBounds {
  float scale_up, scale_down;  ///< mean step at w = 0, both positive for a consistent device
  float bound_max, bound_min;
};

/// Draws one device from four independent N(0, 1).
inline StepsAndBounds draw_steps_and_bounds(const PulsedParameters& p,
                                            const std::array<float, 4>& zeta) {
  const float spread = p.dw_min_dtod * zeta[0];
  const float gain = p.dw_min_dtod_log_normal ? std::exp(spread) : 1.0F + spread;
  const float skew = p.up_down_dtod * zeta[1];
  StepsAndBounds d{p.dw_min * (std::min(p.up_down, 0.0F) + gain + skew),
                   p.dw_min * (-std::max(p.up_down, 0.0F) + gain - skew),
                   p.w_max * (1.0F + p.w_max_dtod * zeta[2]),
                   p.w_min * (1.0F + p.w_min_dtod * zeta[3])};
  if (p.enforce_consistency) {
    d.scale_up = std::abs(d.scale_up);
    d.scale_down = std::abs(d.scale_down);
    if (d.bound_min > d.bound_max) std::swap(d.bound_min, d.bound_max);
    d.bound_max = std::abs(d.bound_max);
    d.bound_min = -std::abs(d.bound_min);
  }
  return d;
}

/// Why these values cannot be a device; empty when they can.
inline std::string bounds_problem(const PulsedParameters& p) {
  if (p.w_min < p.w_max) return {};
  return "w_min must be below w_max";
}

}  // namespace memtrain
