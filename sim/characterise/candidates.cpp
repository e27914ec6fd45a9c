#include "sim/characterise/candidates.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "devices/update/pulsed_parameters.h"

namespace memtrain {
namespace {

/// dw_min and up_down that give these steps at w = 0.
void set_steps(ParameterValues& values, double up, double down) {
  values["dw_min"] = std::max(up, down);
  values["up_down"] = up < down ? up / down - 1.0 : 1.0 - down / up;
}

Vec vector(std::initializer_list<double> numbers) {
  Vec v(static_cast<Index>(numbers.size()));
  std::copy(numbers.begin(), numbers.end(), v.data());
  return v;
}

/// A number that a model has beside steps and bounds, searched for in logarithms where it is
/// positive, and within its range: what the search tries beyond an end is as far inside.
class OwnNumber {
 public:
  OwnNumber(const ParameterInfo& info, double usual)
      : info_(info), positive_(info.low > 0), usual_(free_from(usual)) {}

  [[nodiscard]] std::string name() const { return std::string(info_.name); }
  /// The default, but not on an end itself, where no slope can be seen.
  [[nodiscard]] double start() const {
    const double low = free_from(info_.low), high = free_from(info_.high);
    const double unit = std::min(1.0, high - low);
    if (usual_ - low < 1e-6 * unit) return low + 0.1 * unit;
    if (high - usual_ < 1e-6 * unit) return high - 0.1 * unit;
    return usual_;
  }
  [[nodiscard]] double value_from(double free) const {
    const double low = free_from(info_.low), high = free_from(info_.high);
    const double inside = free < low ? 2 * low - free : free > high ? 2 * high - free : free;
    return std::clamp(positive_ ? std::exp(inside) : inside, info_.low, info_.high);
  }

 private:
  [[nodiscard]] double free_from(double value) const { return positive_ ? std::log(value) : value; }

  ParameterInfo info_;
  bool positive_;
  double usual_;
};

bool is_variation(const std::string& name) {
  return name.ends_with("_dtod") || name == "dw_min_std" || name == "sigma_c2c";
}

/// Those of a model with steps and bounds; none if it has no such, or more than numbers beside.
std::optional<std::vector<OwnNumber>> own_numbers(const DeviceModel& model) {
  const auto shared =
      describe(std::span<const Parameter<PulsedParameters>>(pulsed_parameters<PulsedParameters>));
  std::size_t found = 0;
  std::vector<OwnNumber> own;
  for (const ParameterDescription& row : model.parameters()) {
    if (std::any_of(shared.begin(), shared.end(), [&](const ParameterDescription& known) {
          return known.info.name == row.info.name;
        })) {
      ++found;
      continue;
    }
    if (std::holds_alternative<bool>(row.default_value)) continue;
    const auto* number = std::get_if<double>(&row.default_value);
    if (number == nullptr) return {};
    const std::string name(row.info.name);
    if (!is_variation(name)) own.emplace_back(row.info, *number);
  }
  if (found < shared.size()) return {};
  return own;
}

}  // namespace

ParameterValues without_variation(const DeviceModel& model) {
  ParameterValues values;
  for (const ParameterDescription& row : model.parameters()) {
    const std::string name(row.info.name);
    if (is_variation(name)) values[name] = 0.0;
  }
  return values;
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
  for (const DeviceModel* model : device_models()) {
    const auto general = general_candidates(*model, e);
    all.insert(all.end(), general.begin(), general.end());
  }
  return all;
}

std::vector<Candidate> general_candidates(const DeviceModel& model, const Evidence& e) {
  const auto& known = models_with_formula;
  if (std::find(known.begin(), known.end(), model.info().name) != known.end()) return {};
  const auto own = own_numbers(model);
  if (!own) return {};
  const double su = std::log(std::max(std::abs(e.step_up), 1e-12));
  const double sd = std::log(std::max(std::abs(e.step_down), 1e-12));
  const double range = e.highest - e.lowest;
  const auto start = [&](double steps, double beyond) {
    return vector({su + steps, sd + steps, e.highest + beyond * range, e.lowest - beyond * range});
  };
  const auto values = [&model, e](const Vec& x) {
    ParameterValues out = without_variation(model);
    set_steps(out, std::exp(x[0]), std::exp(x[1]));
    out["w_max"] = e.upper_bound_seen ? e.highest : x[2];
    out["w_min"] = e.lower_bound_seen ? e.lowest : x[3];
    return out;
  };
  std::vector<Candidate> ways{{.model = model.info().name,
                               .reported = {"dw_min", "up_down", "w_max", "w_min"},
                               .starts = {start(0.0, 0.1), start(0.5, 0.3), start(1.0, 1.0)},
                               .values = values,
                               .noise = "dw_min_std"}};
  if (own->empty()) return ways;
  Candidate with_own = ways.front();
  for (Vec& x : with_own.starts) x.conservativeResize(4 + static_cast<Index>(own->size()));
  for (std::size_t i = 0; i < own->size(); ++i) {
    const OwnNumber& number = (*own)[i];
    with_own.reported.push_back(number.name());
    for (Vec& x : with_own.starts) x[4 + static_cast<Index>(i)] = number.start();
  }
  with_own.values = [values, own](const Vec& x) {
    ParameterValues out = values(x);
    for (std::size_t i = 0; i < own->size(); ++i) {
      out[(*own)[i].name()] = (*own)[i].value_from(x[4 + static_cast<Index>(i)]);
    }
    return out;
  };
  ways.push_back(std::move(with_own));
  return ways;
}

}  // namespace memtrain
