#pragma once
#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <string>

#include "sim/base/parameter.h"

namespace memtrain {

/// What every device that holds a weight between bounds has, whatever its pulses do. Weights are in
/// weight units: 1 is the full scale of the mapping. Device-to-device (dtod) spreads are relative
/// to the mean. What happens between pulses is described in devices/array/relaxation.h.
struct BoundedParameters {
  float w_max = 0.6F;
  float w_max_dtod = 0.3F;
  float w_min = -0.6F;
  float w_min_dtod = 0.3F;
  float write_noise_std = 0.0F;  ///< s.d. of what a reader sees around the persistent weight
  float stuck_fraction = 0.0F;   ///< devices that hold one random value for good
  float stuck_range = 0.1F;      ///< their values are uniform in ± this
  float lifetime = 0.0F;  ///< τ: w ← (w − b)(1 − Δt/τ) + b once a mini-batch; 0: no decay
  float lifetime_dtod = 0.0F;
  float reset = 0.0F;  ///< b, what the weight decays to
  float reset_dtod = 0.0F;
  float diffusion = 0.0F;  ///< w ← w + diffusion · √Δt · ξ once a mini-batch
  float diffusion_dtod = 0.0F;
  float drift = 0.0F;  ///< ν: w(t) = w₀ (t/t₀)^(−ν), t since the last write
  float drift_dtod = 0.0F;
  float drift_t0 = 1.0F;    ///< t₀, in the unit of time of batch_time
  float batch_time = 1.0F;  ///< time a mini-batch takes
  float g_max = 0.0F;       ///< conductance that w_max stands for; 0: not known
  float g_min = 0.0F;       ///< conductance that w_min stands for
};

/// The same for models whose weight is a conductance mapped to [−1, 1], without spread.
struct MappedParameters : BoundedParameters {
  MappedParameters() {
    w_max = 1.0F;
    w_min = -1.0F;
    w_max_dtod = w_min_dtod = 0.0F;
  }
};

/// The bounds of one device of such a model, from its N(0, 1).
struct Bounds {
  float high, low;
};
inline Bounds draw_bounds(const BoundedParameters& p, std::span<const float> zeta) {
  const float high = p.w_max * (1.0F + p.w_max_dtod * zeta[2]);
  const float low = p.w_min * (1.0F + p.w_min_dtod * zeta[3]);
  return {std::max(low, high), std::min(low, high)};
}

/// What devices have whose steps are given by their size at w = 0. Cycle-to-cycle noise is relative
/// to one step. Source of the parametrisation: Gokmen & Vlasov 2016, doi:10.3389/fnins.2016.00333.
struct PulsedParameters : BoundedParameters {
  float dw_min = 0.001F;
  float dw_min_dtod = 0.3F;
  bool dw_min_dtod_log_normal = false;
  float dw_min_std = 0.3F;
  float up_down = 0.0F;
  float up_down_dtod = 0.01F;
  bool enforce_consistency = true;
};

/// Two tables as one, for a model that adds parameters of its own.
template <class P, std::size_t n, std::size_t m>
constexpr std::array<Parameter<P>, n + m> joined(const std::array<Parameter<P>, n>& a,
                                                 const std::array<Parameter<P>, m>& b) {
  return [&]<std::size_t... i, std::size_t... j>(std::index_sequence<i...>,
                                                 std::index_sequence<j...>) {
    return std::array<Parameter<P>, n + m>{a[i]..., b[j]...};
  }
  (std::make_index_sequence<n>(), std::make_index_sequence<m>());
}

/// The rows of BoundedParameters, for the table of a model's own parameter struct.
template <class P>
inline constexpr std::array<Parameter<P>, 19> bounded_parameters{{
    {{"w_max", "weight", -100, 100, "mean upper bound"}, member<&P::w_max>},
    {{"w_max_dtod", "1", 0, 10, "device-to-device spread of the upper bound"},
     member<&P::w_max_dtod>},
    {{"w_min", "weight", -100, 100, "mean lower bound"}, member<&P::w_min>},
    {{"w_min_dtod", "1", 0, 10, "device-to-device spread of the lower bound"},
     member<&P::w_min_dtod>},
    {{"write_noise_std", "step", 0, 1e4, "s.d. of the weight seen after a write, in mean steps"},
     member<&P::write_noise_std>},
    {{"stuck_fraction", "1", 0, 1, "part of the devices that are stuck at a random weight"},
     member<&P::stuck_fraction>},
    {{"stuck_range", "weight", 0, 100, "stuck weights are uniform in plus or minus this"},
     member<&P::stuck_range>},
    {{"lifetime", "time", 0, 1e12, "time constant of decay; 0: none"}, member<&P::lifetime>},
    {{"lifetime_dtod", "1", 0, 10, "device-to-device spread of the lifetime"},
     member<&P::lifetime_dtod>},
    {{"reset", "weight", -100, 100, "what weights decay to"}, member<&P::reset>},
    {{"reset_dtod", "weight", 0, 100, "device-to-device s.d. of reset"}, member<&P::reset_dtod>},
    {{"diffusion", "weight", 0, 100, "s.d. of the random walk of a weight in one unit of time"},
     member<&P::diffusion>},
    {{"diffusion_dtod", "1", 0, 10, "device-to-device spread of diffusion"},
     member<&P::diffusion_dtod>},
    {{"drift", "1", 0, 10, "exponent of the power law a weight falls by since its last write"},
     member<&P::drift>},
    {{"drift_dtod", "1", 0, 10, "device-to-device spread of drift"}, member<&P::drift_dtod>},
    {{"drift_t0", "time", 1e-6, 1e12, "time after a write at which drift begins"},
     member<&P::drift_t0>},
    {{"batch_time", "time", 1e-12, 1e12,
      "time a mini-batch takes; at 1, times are in mini-batches, else in seconds or what you like"},
     member<&P::batch_time>},
    {{"g_max", "S", 0, 1e3, "conductance that w_max stands for; 0: not known"}, member<&P::g_max>},
    {{"g_min", "S", 0, 1e3, "conductance that w_min stands for"}, member<&P::g_min>},
}};

/// The rows of PulsedParameters.
template <class P>
inline constexpr auto pulsed_parameters = joined<P>(
    std::array<Parameter<P>, 7>{{
        {{"dw_min", "weight", 1e-9, 10, "scale of a step; of most models its mean at w = 0"},
         member<&P::dw_min>},
        {{"dw_min_dtod", "1", 0, 10, "device-to-device spread of the step"},
         member<&P::dw_min_dtod>},
        {{"dw_min_dtod_log_normal", "1", 0, 1, "draw the spread of the step from a log-normal"},
         member<&P::dw_min_dtod_log_normal>},
        {{"dw_min_std", "1", 0, 100, "cycle-to-cycle noise of one step, relative to the step"},
         member<&P::dw_min_std>},
        {{"up_down", "1", -10, 10, "asymmetry: above 0 down steps shrink, below 0 up steps shrink"},
         member<&P::up_down>},
        {{"up_down_dtod", "1", 0, 10, "device-to-device spread of the asymmetry"},
         member<&P::up_down_dtod>},
        {{"enforce_consistency", "1", 0, 1,
          "steps always go their way and the bounds enclose zero"},
         member<&P::enforce_consistency>},
    }},
    bounded_parameters<P>);

/// The steps and bounds of one device, as drawn when it is made.
struct StepsAndBounds {
  float scale_up, scale_down;  ///< mean step at w = 0, both positive for a consistent device
  float bound_max, bound_min;
};

/// Draws one device from four independent N(0, 1), the first of `zeta`.
inline StepsAndBounds draw_steps_and_bounds(const PulsedParameters& p,
                                            std::span<const float> zeta) {
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
inline std::string bounds_problem(const BoundedParameters& p) {
  if (p.w_min < p.w_max) return {};
  return "w_min must be below w_max";
}

/// The same for a model whose step is relative to the bounds.
inline std::string enclosing_bounds_problem(const BoundedParameters& p) {
  if (p.w_min < 0.0F && p.w_max > 0.0F) return {};
  return "w_min must be below 0 and w_max above 0, because the step is relative to the bounds";
}

}  // namespace memtrain
