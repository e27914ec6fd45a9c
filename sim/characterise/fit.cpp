#include "sim/characterise/fit.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "sim/base/error.h"
#include "sim/base/students_t.h"
#include "sim/characterise/fit_curve.h"

namespace memtrain {
namespace {

double mean_of(const std::vector<double>& v) {
  double sum = 0;
  for (const double x : v) sum += x;
  return sum / static_cast<double>(v.size());
}
double deviation_of(const std::vector<double>& v) {
  const double mean = mean_of(v);
  double sum = 0;
  for (const double x : v) sum += (x - mean) * (x - mean);
  return v.size() < 2 ? 0.0 : std::sqrt(sum / static_cast<double>(v.size() - 1));
}

}  // namespace

std::vector<std::string_view> models_to_fit() {
  std::vector<std::string_view> names(models_with_formula.begin(), models_with_formula.end());
  for (const DeviceModel* model : device_models()) {
    if (!general_candidates(*model, {}).empty()) names.push_back(model->info().name);
  }
  return names;
}

ParameterValues DeviceFit::values() const {
  ParameterValues out = without_variation(*model);
  for (const FittedParameter& parameter : parameters) out[parameter.name] = parameter.value;
  return out;
}

namespace {

/// Those that come into question for a curve, of one model.
std::vector<Candidate> ways_of(std::string_view model, const Evidence& evidence) {
  std::vector<Candidate> ways = candidates(evidence);
  std::erase_if(ways, [&](const Candidate& candidate) { return candidate.model != model; });
  return ways;
}

/// Why there is no fit.
std::string why_not(const Candidate* candidate, bool both_ways, const Evidence& evidence) {
  if (candidate == nullptr) return "they must move the weight both up and down, to both sides of 0";
  if (!both_ways) return "they must move the weight both up and down";
  if (static_cast<Index>(evidence.bins.size()) <= candidate->starts.front().size()) {
    return "they are too few";
  }
  return fmt::format(
      "no parameters within their ranges describe weights from {:.4g} to {:.4g} (`memtrain devices "
      "{}` has the ranges; a column 'conductance' is scaled to weights from -1 to 1)",
      evidence.lowest, evidence.highest, candidate->model);
}

/// Fits a model in one of its ways.
DeviceFit fit_in_way(const MeasuredCurves& curves, std::string_view model, std::size_t way) {
  DeviceFit fit{.model = find_device_model(model)};
  std::map<std::string, std::vector<double>> values, errors;
  double square = 0;
  double readings = 0;
  for (const MeasuredCurve& curve : curves.devices) {
    const Evidence evidence = gather_evidence(curve);
    const std::vector<Candidate> ways = ways_of(model, evidence);
    const Candidate* candidate = way < ways.size() ? &ways[way] : nullptr;
    const bool both_ways = evidence.step_up > 0 && evidence.step_down > 0;
    std::optional<OneFit> one;
    if (candidate != nullptr && both_ways) one = fit_candidate(*candidate, evidence);
    if (!one) {
      throw Error(Failure::data,
                  std::string(model) + " cannot be fitted to these pulses" +
                      (curve.device.empty() ? "" : " (device '" + curve.device + "')") + ": " +
                      why_not(candidate, both_ways, evidence));
    }
    if (!evidence.kept.empty()) {
      auto& [sigma, interval] = one->parameters[candidate->noise];
      sigma = noise_of_ensemble(*candidate, one->values, curve, evidence.kept);
      interval = 0;
    }
    for (const auto& [name, value] : one->parameters) {
      values[name].push_back(value.first);
      errors[name].push_back(value.second);
    }
    fit.information_criterion += one->criterion;
    fit.change_residual += one->change_residual * one->change_residual;
    fit.curves.push_back(run_curve(*fit.model, one->values, candidate->noise, curve));
    for (std::size_t i = 0; i < curve.weight.size(); ++i) {
      const double off = curve.weight[i] - fit.curves.back()[i];
      square += off * off;
      ++readings;
    }
  }
  const auto devices = static_cast<double>(curves.devices.size());
  fit.change_residual = std::sqrt(fit.change_residual / devices);
  fit.curve_residual = std::sqrt(square / readings);
  for (const auto& [name, found] : values) {
    const double mean = mean_of(found);
    // several devices: the mean's own interval; one: that of the fit
    const double error =
        found.size() > 1 ? half_width(deviation_of(found), found.size()) : errors[name].front();
    fit.parameters.push_back({name, mean, error});
    const bool spreads = name == "dw_min" || name == "w_max" || name == "w_min";
    if (found.size() > 1 && spreads && mean != 0) {
      const std::string spread = name + "_dtod";
      fit.parameters.push_back({spread, deviation_of(found) / std::abs(mean), 0.0});
    }
  }
  return fit;
}

}  // namespace

DeviceFit fit_device(const MeasuredCurves& curves, std::string_view model) {
  DeviceFit best = fit_in_way(curves, model, 0);
  const std::size_t ways = general_candidates(*best.model, {}).size();
  for (std::size_t way = 1; way < ways; ++way) {
    try {
      DeviceFit fit = fit_in_way(curves, model, way);
      if (fit.information_criterion < best.information_criterion) best = std::move(fit);
    } catch (const Error&) {
      // too few readings for so many parameters
    }
  }
  return best;
}

std::vector<DeviceFit> fit_best(const MeasuredCurves& curves) {
  std::vector<DeviceFit> fits;
  std::string problem;
  for (const std::string_view model : models_to_fit()) {
    try {
      fits.push_back(fit_device(curves, model));
    } catch (const Error& error) {
      problem = error.what();
    }
  }
  if (fits.empty()) throw Error(Failure::data, problem);
  std::stable_sort(fits.begin(), fits.end(), [](const DeviceFit& a, const DeviceFit& b) {
    return a.information_criterion < b.information_criterion;
  });
  // a difference below 2 says nothing (Raftery 1995): then the model that comes first in the list
  const double limit = fits.front().information_criterion + 2.0;
  for (const std::string_view model : models_to_fit()) {
    const auto at = std::find_if(fits.begin(), fits.end(), [&](const DeviceFit& fit) {
      return fit.model->info().name == model && fit.information_criterion < limit;
    });
    if (at == fits.end()) continue;
    std::rotate(fits.begin(), at, std::next(at));
    break;
  }
  return fits;
}

}  // namespace memtrain
