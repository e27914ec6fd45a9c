#pragma once
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/characterise/candidates.h"
#include "sim/characterise/measured_curve.h"

namespace memtrain {

/// A way to describe a device, fitted to one curve.
struct OneFit {
  ParameterValues values;
  std::map<std::string, std::pair<double, double>>
      parameters;              ///< value, half of its 95 % interval
  double criterion = 0;        ///< Bayesian (Schwarz 1978): the smaller, the better
  double change_residual = 0;  ///< root mean square of measured less fitted changes
};

/// The best fit from all starts of a candidate; none if the changes are no more than the numbers
/// that are free, or if no start leads to parameters within their ranges.
[[nodiscard]] std::optional<OneFit> fit_candidate(const Candidate& candidate,
                                                  const Evidence& evidence);

/// The cycle-to-cycle noise of an ensemble: a pulse adds σ² · size² to its variance, which the
/// slope of the mean change scales beside. `kept`: the readings to go by, as Evidence has them.
[[nodiscard]] double noise_of_ensemble(const Candidate& candidate, const ParameterValues& values,
                                       const MeasuredCurve& curve,
                                       const std::vector<std::size_t>& kept);

/// The weights of a device without noise that gets the pulses of a curve. `noise`: the parameter
/// that is its noise.
[[nodiscard]] std::vector<double> run_curve(const DeviceModel& model, ParameterValues values,
                                            const std::string& noise, const MeasuredCurve& curve);

}  // namespace memtrain
