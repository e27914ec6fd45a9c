#pragma once
#include <string>
#include <vector>

#include "devices/array/device_model.h"
#include "sim/characterise/measured_curve.h"

namespace memtrain {

/// One fitted parameter.
struct FittedParameter {
  std::string name;
  double value = 0;
  double error = 0;  ///< half of the 95 % interval; 0: fixed by what was seen, not estimated
};

/// A model fitted to the curves of a file.
struct DeviceFit {
  const DeviceModel* model = nullptr;
  std::vector<FittedParameter> parameters;
  double information_criterion = 0;  ///< Bayesian (Schwarz 1978): the smaller, the better
  double change_residual = 0;        ///< root mean square of measured less fitted changes
  double curve_residual = 0;         ///< the same of weights, the fitted curve run from the start
  std::vector<std::vector<double>> curves;  ///< the fitted weights, as the measured ones
  [[nodiscard]] ParameterValues values() const;
};

/// The models that can be fitted: those with a formula, and of models from elsewhere those with
/// steps and bounds.
[[nodiscard]] std::vector<std::string_view> models_to_fit();

/// Fits a model. Changes are compared pulse by pulse, each from the measured weight before it, so
/// that cycle-to-cycle noise does not add up: the mean change by weighted least squares
/// (Levenberg–Marquardt), the noise by its likelihood. A bound counts as seen where the weight
/// stays at its largest or smallest value; if it was not, models that need one take what fits, and
/// others the largest value seen. With several devices each is fitted and the means are given, with
/// their intervals by Student's t, and the spread of steps and bounds as their dtod. Errors:
/// Failure::data if the model cannot be fitted.
[[nodiscard]] DeviceFit fit_device(const MeasuredCurves& curves, std::string_view model);
/// The model with the smallest information criterion, the others behind it, in order.
[[nodiscard]] std::vector<DeviceFit> fit_best(const MeasuredCurves& curves);

}  // namespace memtrain
