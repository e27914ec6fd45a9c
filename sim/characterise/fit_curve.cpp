#include "sim/characterise/fit_curve.h"

#include <algorithm>
#include <cmath>
#include <unsupported/Eigen/NonLinearOptimization>
#include <unsupported/Eigen/NumericalDiff>

namespace memtrain {
namespace {

bool possible(const DeviceModel& model, const ParameterValues& values) {
  for (const ParameterDescription& row : model.parameters()) {
    const auto at = values.find(row.info.name);
    if (at == values.end()) continue;
    if (const auto* v = std::get_if<double>(&at->second);
        v != nullptr && !(*v >= row.info.low && *v <= row.info.high)) {
      return false;
    }
  }
  return model.problem(values).empty();
}

/// Devices of a model without any variation, for their mean changes.
class MeanDevice {
 public:
  MeanDevice(const DeviceModel& model, const ParameterValues& values, Index count)
      : grid_(1, count, model.recipe(values), {}), recipe_(model.recipe(values)) {}

  /// The weights after `pulses` from `weights`.
  Vec after(const Vec& weights, const Vec& pulses) {
    grid_.program(weights.cast<float>().transpose());
    grid_.apply(pulses.cast<float>().transpose(), {}, 0);
    return grid_.weights().row(0).transpose().cast<double>();
  }
  [[nodiscard]] double step() const { return recipe_.step; }

 private:
  DeviceGrid grid_;
  DeviceRecipe recipe_;
};

/// Weighted differences of measured and mean changes, for Eigen's Levenberg–Marquardt.
struct Residuals {
  using Scalar = double;
  using InputType = Vec;
  using ValueType = Vec;
  using JacobianType = Eigen::MatrixXd;
  static constexpr int InputsAtCompileTime = Eigen::Dynamic;
  static constexpr int ValuesAtCompileTime = Eigen::Dynamic;

  const Candidate* candidate;
  const DeviceModel* model;
  const Evidence* evidence;
  Vec weights, pulses, changes;
  Vec precision;  ///< root of count over variance
  Index free = 0;

  [[nodiscard]] int inputs() const { return static_cast<int>(free); }
  [[nodiscard]] int values() const { return static_cast<int>(changes.size()); }
  [[nodiscard]] Vec mean_changes(const ParameterValues& values) const {
    return MeanDevice(*model, values, weights.size()).after(weights, pulses) - weights;
  }
  int operator()(const Vec& x, Vec& out) const {
    const ParameterValues values = candidate->values(x);
    if (!x.allFinite() || !possible(*model, values)) {
      out.setConstant(values.empty() ? 0.0 : 1e6);
      return 0;
    }
    out = (changes - mean_changes(values)).cwiseProduct(precision);
    return 0;
  }
};

/// The size that the noise of each change is relative to.
Vec noise_sizes(const Residuals& r, const Candidate& c, const ParameterValues& values,
                const Vec& means) {
  Vec sizes = means.cwiseAbs();
  if (c.kind == Candidate::Noise::of_scale) {
    const double up = std::get<double>(values.at("up_down"));
    const double step = std::get<double>(values.at("dw_min"));
    for (Index i = 0; i < sizes.size(); ++i) {
      sizes[i] = step * (r.pulses[i] > 0 ? 1.0 + std::min(up, 0.0) : 1.0 - std::max(up, 0.0));
    }
  } else if (c.kind == Candidate::Noise::of_range) {
    sizes.setConstant(std::get<double>(values.at("w_max")) - std::get<double>(values.at("w_min")));
  }
  return sizes;
}

/// Variance of a change: σ² · size² of the pulses, and a floor that is there without a pulse, such
/// as the noise of the reading.
struct NoiseFit {
  double sigma = 0, floor = 0;
  [[nodiscard]] Vec variance(const Vec& sizes) const {
    return (sigma * sigma * sizes.array().square() + floor * floor + 1e-24).matrix();
  }
};

NoiseFit fit_noise(const Vec& squares, const Vec& sizes, const Vec& counts, bool with_floor) {
  NoiseFit noise;
  const auto x = sizes.array().square();
  const double all = counts.sum();
  double a = counts.dot(squares) / std::max(counts.dot(x.matrix()), 1e-300);
  double b = with_floor ? 1e-3 * counts.dot(squares) / all : 0.0;
  // the variance that makes what was seen most likely, by reweighted regression
  for (int round = 0; round < 60; ++round) {
    const auto v = (a * x + b).max(1e-24).eval();
    const auto q = (counts.array() / v.square()).eval();
    if (!with_floor) {
      a = (q * x * squares.array()).sum() / std::max((q * x * x).sum(), 1e-300);
      continue;
    }
    const double xx = (q * x * x).sum(), x1 = (q * x).sum(), one = q.sum();
    const double xy = (q * x * squares.array()).sum(), y1 = (q * squares.array()).sum();
    const double det = xx * one - x1 * x1;
    if (!(std::abs(det) > 1e-12 * xx * one)) break;
    a = (xy * one - y1 * x1) / det;
    b = (xx * y1 - x1 * xy) / det;
    if (b < 0) b = 0, a = xy / xx;
    if (a < 0) a = 0, b = y1 / one;
  }
  noise.sigma = std::sqrt(std::max(a, 0.0));
  noise.floor = std::sqrt(std::max(b, 0.0));
  return noise;
}

double named(const ParameterValues& values, const std::string& name) {
  return std::get<double>(values.at(name));
}

}  // namespace

std::optional<OneFit> fit_candidate(const Candidate& candidate, const Evidence& evidence) {
  const DeviceModel& model = *find_device_model(candidate.model);
  const auto n = static_cast<Index>(evidence.bins.size());
  Residuals residuals{.candidate = &candidate, .model = &model, .evidence = &evidence};
  residuals.weights.resize(n), residuals.pulses.resize(n), residuals.changes.resize(n);
  Vec counts(n), variances(n);
  for (Index i = 0; i < n; ++i) {
    const Bin& bin = evidence.bins[static_cast<std::size_t>(i)];
    residuals.weights[i] = bin.weight, residuals.pulses[i] = bin.pulses;
    residuals.changes[i] = bin.change, counts[i] = bin.count, variances[i] = bin.variance;
  }
  residuals.free = candidate.starts.front().size();
  if (n <= residuals.free) return {};
  const double pooled = std::max(counts.dot(variances) / counts.sum(), 1e-20);
  std::optional<OneFit> best;
  for (const Vec& start : candidate.starts) {
    Vec x = start;
    residuals.precision = (counts / pooled).cwiseSqrt();
    NoiseFit noise;
    Vec means, sizes, squares;
    bool failed = false;
    for (int round = 0; round < 5 && !failed; ++round) {
      Eigen::NumericalDiff<Residuals, Eigen::Central> numerical(residuals, 1e-7);
      Eigen::LevenbergMarquardt<Eigen::NumericalDiff<Residuals, Eigen::Central>> search(numerical);
      search.parameters.maxfev = 2000;
      search.minimize(x);
      const ParameterValues values = candidate.values(x);
      failed = !x.allFinite() || !possible(model, values);
      if (failed) break;
      means = residuals.mean_changes(values);
      sizes = noise_sizes(residuals, candidate, values, means);
      squares = variances + (residuals.changes - means).cwiseAbs2();
      noise = fit_noise(squares, sizes, counts, candidate.kind == Candidate::Noise::of_step);
      residuals.precision = (counts.array() / noise.variance(sizes).array()).sqrt().matrix();
    }
    if (failed) continue;
    const Vec v = noise.variance(sizes);
    const double loss = (counts.array() * (v.array().log() + squares.array() / v.array())).sum();
    const auto free =
        static_cast<double>(residuals.free + (candidate.kind == Candidate::Noise::of_step ? 2 : 1));
    const double criterion = loss + free * std::log(counts.sum());
    if (best && best->criterion <= criterion) continue;
    OneFit fit{.values = candidate.values(x), .criterion = criterion};
    fit.values[candidate.noise] = noise.sigma;
    fit.change_residual = std::sqrt(counts.dot(squares) / counts.sum());
    // 95 % intervals from the curvature at the minimum, carried over to the parameters
    Eigen::MatrixXd jacobian(n, residuals.free);
    Eigen::NumericalDiff<Residuals, Eigen::Central> numerical(residuals, 1e-7);
    numerical.df(x, jacobian);
    const Eigen::MatrixXd covariance =
        (jacobian.transpose() * jacobian).completeOrthogonalDecomposition().pseudoInverse();
    for (const std::string& name : candidate.reported) {
      Vec gradient(residuals.free);
      for (Index k = 0; k < residuals.free; ++k) {
        Vec above = x, below = x;
        const double h = 1e-5 * std::max(1.0, std::abs(x[k]));
        above[k] += h, below[k] -= h;
        gradient[k] =
            (named(candidate.values(above), name) - named(candidate.values(below), name)) / (2 * h);
      }
      fit.parameters[name] = {named(fit.values, name),
                              1.96 * std::sqrt(std::max(0.0, gradient.dot(covariance * gradient)))};
    }
    for (const char* name : {"w_max", "w_min"}) {
      if (!fit.parameters.contains(name)) fit.parameters[name] = {named(fit.values, name), 0.0};
    }
    fit.parameters[candidate.noise] = {
        named(fit.values, candidate.noise),
        1.96 * named(fit.values, candidate.noise) / std::sqrt(2 * counts.sum())};
    best = fit;
  }
  return best;
}

double noise_of_ensemble(const Candidate& candidate, const ParameterValues& values,
                         const MeasuredCurve& curve, const std::vector<std::size_t>& kept) {
  const auto n = static_cast<Index>(kept.size());
  const DeviceModel& model = *find_device_model(candidate.model);
  Residuals at{.candidate = &candidate, .model = &model};
  at.weights.resize(n), at.pulses.resize(n);
  Vec before(n), after(n);
  for (Index i = 0; i < n; ++i) {
    const std::size_t reading = kept[static_cast<std::size_t>(i)];
    at.weights[i] = curve.weight[reading - 1], at.pulses[i] = curve.pulses[reading];
    before[i] = curve.spread[reading - 1] * curve.spread[reading - 1];
    after[i] = curve.spread[reading] * curve.spread[reading];
  }
  const Vec middle = at.weights;
  const Vec means = at.mean_changes(values);
  const double h = 1e-3 * (middle.maxCoeff() - middle.minCoeff());
  at.weights = middle.array() + h;
  const Vec above = at.mean_changes(values);
  at.weights = middle.array() - h;
  const Vec slope = (above - at.mean_changes(values)) / (2 * h);
  const Vec sizes = noise_sizes(at, candidate, values, means);
  const auto added = after.array() - before.array() * (1 + slope.array()).square();
  const auto x = sizes.array().square();
  return std::sqrt(std::max(0.0, (added * x).sum() / std::max((x * x).sum(), 1e-300)));
}

std::vector<double> run_curve(const DeviceModel& model, ParameterValues values,
                              const std::string& noise, const MeasuredCurve& curve) {
  values[noise] = 0.0;
  MeanDevice device(model, values, 1);
  std::vector<double> out;
  Vec w(1), pulses(1);
  for (std::size_t i = 0; i < curve.weight.size(); ++i) {
    if (curve.pulses[i] == 0) {
      w[0] = curve.weight[i];
    } else {
      pulses[0] = curve.pulses[i];
      w = device.after(w, pulses);
    }
    out.push_back(w[0]);
  }
  return out;
}

}  // namespace memtrain
