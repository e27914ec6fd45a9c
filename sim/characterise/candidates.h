#pragma once
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

/// The ways that come into question for what a curve tells, every model that has a formula.
[[nodiscard]] std::vector<Candidate> candidates(const Evidence& e);

/// A model's parameters with all spreads and noises 0.
[[nodiscard]] ParameterValues without_variation(const DeviceModel& model);

}  // namespace memtrain
