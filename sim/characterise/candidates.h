#pragma once
#include <array>
#include <functional>
#include <string>
#include <vector>

#include "devices/array/device_model.h"
#include "sim/characterise/evidence.h"

namespace memtrain {

using Vec = Eigen::VectorXd;

/// One way to describe a device: how free numbers become its parameters.
struct Candidate {
  std::string_view model;
  std::vector<std::string> reported;  ///< parameters whose values are estimated
  std::vector<Vec> starts;
  std::function<ParameterValues(const Vec& free)> values;
  std::string noise;  ///< parameter of the cycle-to-cycle noise
  enum class Noise { of_step, of_scale, of_range } kind = Noise::of_step;
};

/// The models whose formula is known here.
inline constexpr std::array<std::string_view, 7> models_with_formula{
    "constant_step", "soft_bounds", "soft_bounds_reference", "linear_step",
    "pow_step",      "exp_step",    "nonlinear_ltp_ltd"};

/// The ways that come into question for what a curve tells, every model that has a formula; some
/// models have several ways.
[[nodiscard]] std::vector<Candidate> candidates(const Evidence& e);

/// A model without formula here, if it has steps and bounds (PulsedParameters) and nothing but
/// numbers beside: as it is but for steps and bounds; and if it has numbers of its own, with those
/// as well. Else none.
[[nodiscard]] std::vector<Candidate> general_candidates(const DeviceModel& model,
                                                        const Evidence& e);

/// A model's parameters with all spreads and noises 0.
[[nodiscard]] ParameterValues without_variation(const DeviceModel& model);

}  // namespace memtrain
