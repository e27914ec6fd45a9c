#include "sim/characterise/fit.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <optional>
#include <unsupported/Eigen/NonLinearOptimization>
#include <unsupported/Eigen/NumericalDiff>

#include "sim/base/error.h"

namespace memtrain {
namespace {

using Vec = Eigen::VectorXd;

/// Changes of about the same weight by the same pulses.
struct Bin {
  int pulses = 0;
  double weight = 0, change = 0;  ///< means
  double variance = 0;            ///< of the change
  double count = 0;
};

/// What a curve tells, in the form that fitting needs.
struct Evidence {
  std::vector<Bin> bins;
  double highest = 0, lowest = 0;  ///< weights seen
  bool upper_bound_seen = false, lower_bound_seen = false;
  double step_up = 0, step_down = 0;  ///< typical sizes
  std::vector<std::size_t> kept;      ///< of an ensemble: readings that no bound cut off
};

bool stays_at(const std::vector<double>& weights, double extreme, double range) {
  return std::count_if(weights.begin(), weights.end(),
                       [&](double w) { return std::abs(w - extreme) < 1e-6 * range; }) >= 4;
}

Evidence gather_evidence(const MeasuredCurve& curve) {
  constexpr int bins_of_range = 120;
  Evidence e;
  const bool ensemble = !curve.spread.empty();
  const std::vector<double>& tops = ensemble ? curve.largest : curve.weight;
  const std::vector<double>& bottoms = ensemble ? curve.smallest : curve.weight;
  e.highest = *std::max_element(tops.begin(), tops.end());
  e.lowest = *std::min_element(bottoms.begin(), bottoms.end());
  const double range = e.highest - e.lowest;
  e.upper_bound_seen = stays_at(tops, e.highest, range);
  e.lower_bound_seen = stays_at(bottoms, e.lowest, range);
  double square = 0;
  double n = 0;
  for (std::size_t i = 1; i < curve.weight.size(); ++i) {
    if (curve.pulses[i] == 0) continue;
    const double step = (curve.weight[i] - curve.weight[i - 1]) / curve.pulses[i];
    square += step * step;
    ++n;
  }
  // near a bound that was seen, it cuts changes off: they say nothing of the step
  const double typical = n > 0 ? std::sqrt(square / n) : 0;
  const double margin = 4.0 * typical;
  std::map<std::pair<int, int>, std::vector<std::pair<double, double>>> found;
  for (std::size_t i = 1; i < curve.weight.size(); ++i) {
    const int pulses = curve.pulses[i];
    if (pulses == 0) continue;
    const double w = curve.weight[i - 1];
    const double reach = margin * std::abs(pulses);
    if (ensemble) {
      const bool cut =
          (e.upper_bound_seen && std::max(tops[i - 1], tops[i]) > e.highest - 1e-6 * range) ||
          (e.lower_bound_seen && std::min(bottoms[i - 1], bottoms[i]) < e.lowest + 1e-6 * range);
      if (cut) continue;
      e.kept.push_back(i);
    }
    if (!ensemble && e.upper_bound_seen && w > e.highest - reach &&
        (pulses > 0 || w > e.highest - 0.25 * reach)) {
      if (pulses > 0 || std::abs(w - e.highest) > 1e-6 * range) continue;
    }
    if (!ensemble && e.lower_bound_seen && w < e.lowest + reach &&
        (pulses < 0 || w < e.lowest + 0.25 * reach)) {
      if (pulses < 0 || std::abs(w - e.lowest) > 1e-6 * range) continue;
    }
    const int bin =
        std::min(static_cast<int>((w - e.lowest) / range * bins_of_range), bins_of_range - 1);
    found[{pulses, bin}].emplace_back(w, curve.weight[i] - w);
  }
  double up = 0, ups = 0, down = 0, downs = 0;
  for (const auto& [key, points] : found) {
    Bin bin{.pulses = key.first, .count = static_cast<double>(points.size())};
    for (const auto& [w, change] : points) {
      bin.weight += w / bin.count;
      bin.change += change / bin.count;
    }
    for (const auto& [w, change] : points) {
      bin.variance += (change - bin.change) * (change - bin.change) / bin.count;
    }
    (bin.pulses > 0 ? up : down) += bin.change / bin.pulses * bin.count;
    (bin.pulses > 0 ? ups : downs) += bin.count;
    e.bins.push_back(bin);
  }
  e.step_up = ups > 0 ? up / ups : 0;
  e.step_down = downs > 0 ? down / downs : 0;
  return e;
}

/// One way to describe a device: how free numbers become its parameters.
struct Candidate {
  std::string_view model;
  std::vector<std::string> reported;  ///< parameters whose values are estimated
  std::vector<Vec> starts;
  std::function<ParameterValues(const Vec& free)> values;
  std::string noise;  ///< parameter of the cycle-to-cycle noise
  enum class Noise { of_step, of_scale, of_range } kind = Noise::of_step;
};

/// dw_min and up_down that give these steps at w = 0.
void set_steps(ParameterValues& values, double up, double down) {
  values["dw_min"] = std::max(up, down);
  values["up_down"] = up < down ? up / down - 1.0 : 1.0 - down / up;
}

ParameterValues without_variation(const DeviceModel& model) {
  ParameterValues values;
  for (const ParameterDescription& row : model.parameters()) {
    const std::string name(row.info.name);
    if (name.ends_with("_dtod") || name == "dw_min_std" || name == "sigma_c2c") values[name] = 0.0;
  }
  return values;
}

Vec vector(std::initializer_list<double> numbers) {
  Vec v(static_cast<Index>(numbers.size()));
  std::copy(numbers.begin(), numbers.end(), v.data());
  return v;
}

std::vector<Candidate> candidates(const Evidence& e) {
  const double su = std::log(std::max(std::abs(e.step_up), 1e-12));
  const double sd = std::log(std::max(std::abs(e.step_down), 1e-12));
  const double range = e.highest - e.lowest;
  // a bound that was not seen lies beyond what was
  const double beyond = 0.1 * range;
  const double high = e.upper_bound_seen ? e.highest : e.highest + beyond;
  const double low = e.lower_bound_seen ? e.lowest : e.lowest - beyond;
  const auto base = [=](std::string_view name, const Vec& x) {
    ParameterValues values = without_variation(*find_device_model(name));
    values["w_max"] = high;
    values["w_min"] = low;
    if (x.size() >= 2) set_steps(values, std::exp(x[0]), std::exp(x[1]));
    return values;
  };
  std::vector<Candidate> all;
  all.push_back({.model = "constant_step",
                 .reported = {"dw_min", "up_down"},
                 .starts = {vector({su, sd})},
                 .values = [=](const Vec& x) { return base("constant_step", x); },
                 .noise = "dw_min_std"});
  const bool encloses_zero = high > 0 && low < 0;
  if (encloses_zero) {
    all.push_back({.model = "linear_step",
                   .reported = {"dw_min", "up_down", "gamma_up", "gamma_down"},
                   .starts = {vector({su, sd, 0.5, 0.5})},
                   .values =
                       [=](const Vec& x) {
                         ParameterValues values = base("linear_step", x);
                         values["gamma_up"] = std::abs(x[2]);
                         values["gamma_down"] = std::abs(x[3]);
                         return values;
                       },
                   .noise = "dw_min_std"});
    const auto soft = [=](std::string_view name) {
      return [=](const Vec& x) {
        ParameterValues values = base(name, x);
        if (!e.upper_bound_seen) values["w_max"] = std::exp(x[2]);
        if (!e.lower_bound_seen) values["w_min"] = -std::exp(x[3]);
        return values;
      };
    };
    const Vec start = vector({su + 0.5, sd + 0.5, std::log(high), std::log(-low)});
    const std::vector<std::string> reported{"dw_min", "up_down", "w_max", "w_min"};
    all.push_back({.model = "soft_bounds",
                   .reported = reported,
                   .starts = {start},
                   .values = soft("soft_bounds"),
                   .noise = "dw_min_std"});
    all.push_back({.model = "soft_bounds_reference",
                   .reported = reported,
                   .starts = {start},
                   .values = soft("soft_bounds_reference"),
                   .noise = "dw_min_std",
                   .kind = Candidate::Noise::of_scale});
    all.push_back({.model = "exp_step",
                   .reported = {"dw_min", "up_down", "A_up", "A_down", "gamma_up", "gamma_down"},
                   .starts = {vector({su, sd, std::log(1e-3), std::log(0.3), 2.5, 2.5}),
                              vector({su, sd, std::log(1e-2), std::log(0.1), 1.6, 1.6}),
                              vector({su, sd, std::log(0.1), std::log(0.5), 1.0, 1.0})},
                   .values =
                       [=](const Vec& x) {
                         ParameterValues values = base("exp_step", x);
                         values["A_up"] = std::exp(x[2]);
                         values["A_down"] = std::exp(x[3]);
                         values["gamma_up"] = std::exp(x[4]);
                         values["gamma_down"] = std::exp(x[5]);
                         return values;
                       },
                   .noise = "dw_min_std"});
  }
  all.push_back({.model = "pow_step",
                 .reported = {"dw_min", "up_down", "w_max", "w_min", "pow_gamma", "pow_up_down"},
                 .starts = {vector({su + 0.7, sd + 0.7, high, low, 0.0, 0.0}),
                            vector({su + 1.4, sd + 1.4, high, low, 0.7, 0.7})},
                 .values =
                     [=](const Vec& x) {
                       ParameterValues values = base("pow_step", x);
                       if (!e.upper_bound_seen) values["w_max"] = x[2];
                       if (!e.lower_bound_seen) values["w_min"] = x[3];
                       const double up = std::exp(x[4]);
                       const double down = std::exp(x[5]);
                       values["pow_gamma"] = std::max(up, down);
                       values["pow_up_down"] = up < down ? up / down - 1.0 : 1.0 - down / up;
                       return values;
                     },
                 .noise = "dw_min_std"});
  const double levels_up = std::log(range / std::exp(su));
  const double levels_down = std::log(range / std::exp(sd));
  all.push_back({.model = "nonlinear_ltp_ltd",
                 .reported = {"levels_up", "levels_down", "nonlinearity_up", "nonlinearity_down"},
                 .starts = {vector({levels_up, levels_down, 0.5, -0.5}),
                            vector({levels_up, levels_down, 3.0, -3.0}),
                            vector({levels_up, levels_down, 1.5, 1.5})},
                 .values =
                     [=](const Vec& x) {
                       ParameterValues values =
                           without_variation(*find_device_model("nonlinear_ltp_ltd"));
                       values["w_max"] = e.highest;
                       values["w_min"] = e.lowest;
                       values["levels_up"] = std::exp(x[0]);
                       values["levels_down"] = std::exp(x[1]);
                       values["nonlinearity_up"] = std::clamp(x[2], -8.9, 8.9);
                       values["nonlinearity_down"] = std::clamp(x[3], -8.9, 8.9);
                       return values;
                     },
                 .noise = "sigma_c2c",
                 .kind = Candidate::Noise::of_range});
  return all;
}

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

struct OneFit {
  ParameterValues values;
  std::map<std::string, std::pair<double, double>> parameters;  // value, half interval
  double criterion = 0, change_residual = 0;
};

double named(const ParameterValues& values, const std::string& name) {
  return std::get<double>(values.at(name));
}

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

/// The cycle-to-cycle noise of an ensemble: a pulse adds σ² · size² to its variance, which the
/// slope of the mean change scales beside.
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

/// The weights of a device without noise that gets the pulses of a curve.
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
  return {"constant_step", "soft_bounds", "soft_bounds_reference", "linear_step",
          "pow_step",      "exp_step",    "nonlinear_ltp_ltd"};
}

ParameterValues DeviceFit::values() const {
  ParameterValues out = without_variation(*model);
  for (const FittedParameter& parameter : parameters) out[parameter.name] = parameter.value;
  return out;
}

DeviceFit fit_device(const MeasuredCurves& curves, std::string_view model) {
  DeviceFit fit{.model = find_device_model(model)};
  std::map<std::string, std::vector<double>> values, errors;
  double square = 0;
  double readings = 0;
  for (const MeasuredCurve& curve : curves.devices) {
    const Evidence evidence = gather_evidence(curve);
    const auto all = candidates(evidence);
    const auto candidate =
        std::find_if(all.begin(), all.end(), [&](const Candidate& c) { return c.model == model; });
    std::optional<OneFit> one;
    if (candidate != all.end() && evidence.step_up > 0 && evidence.step_down > 0) {
      one = fit_candidate(*candidate, evidence);
    }
    if (!one) {
      throw Error(Failure::data,
                  std::string(model) + " cannot be fitted to these pulses" +
                      (curve.device.empty() ? "" : " (device '" + curve.device + "')") +
                      ": they must move the weight both up and down" +
                      (candidate == all.end() ? ", to both sides of 0" : ""));
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
        found.size() > 1 ? 1.96 * deviation_of(found) / std::sqrt(devices) : errors[name].front();
    fit.parameters.push_back({name, mean, error});
    const bool spreads = name == "dw_min" || name == "w_max" || name == "w_min";
    if (found.size() > 1 && spreads && mean != 0) {
      const std::string spread = name + "_dtod";
      fit.parameters.push_back({spread, deviation_of(found) / std::abs(mean), 0.0});
    }
  }
  return fit;
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
