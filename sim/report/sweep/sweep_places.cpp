#include "sim/report/sweep/sweep_places.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "sim/report/metric_text.h"

namespace memtrain {
namespace {

constexpr std::string_view seeds_key = "train.seeds";

std::size_t arm_number(const std::string& name, std::vector<std::string>& arms) {
  const auto at = std::find(arms.begin(), arms.end(), name);
  const auto number = static_cast<std::size_t>(at - arms.begin());
  if (at == arms.end()) arms.push_back(name);
  return number;
}

/// The metric after training; NaN of a seed that diverged.
double value_of(const SweepRow& row, const SweepMetric& metric) {
  return row.status == "diverged" ? not_reached : metric.of(row);
}

double mean_of(const std::vector<double>& values) { return spread_of(values).mean; }

/// Which values of an axis are taken together: each for itself, or of a sample neighbours.
std::vector<std::uint32_t> groups_of(const SweepPlaces& sweep, std::size_t axis) {
  constexpr std::size_t places_of_group = 4, most_groups = 8;
  const std::size_t values = sweep.axes[axis]->values.size(), places = sweep.places.size();
  std::vector<std::uint32_t> groups(values);
  std::iota(groups.begin(), groups.end(), 0);
  const auto numbers = sweep.axes[axis]->numbers();
  if (!numbers || sweep.axes.size() < 2 || places >= 2 * values || places < 2 * places_of_group) {
    return groups;
  }
  const std::size_t count = std::clamp<std::size_t>(places / places_of_group, 2, most_groups);
  for (std::size_t value = 0; value < values; ++value) {
    const auto below = static_cast<std::size_t>(std::count_if(
        numbers->begin(), numbers->end(), [&](double other) { return other < (*numbers)[value]; }));
    groups[value] = static_cast<std::uint32_t>(below * count / values);
  }
  return groups;
}

double squares_around(double mean, const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += (value - mean) * (value - mean);
  return sum;
}

SweepMetric metric_named(std::string_view name) {
  const std::vector<SweepMetric> metrics = sweep_metrics();
  return *std::find_if(metrics.begin(), metrics.end(),
                       [&](const SweepMetric& metric) { return metric.name == name; });
}

/// Every combination of settings, tuned ones included, as a place.
SweepPlaces all_places(const Plan& plan, const std::vector<SweepRow>& rows) {
  SweepPlaces sweep{.points = plan.points()};
  std::vector<std::size_t> kept;
  for (std::size_t a = 0; a < plan.axes.size(); ++a) {
    if (plan.axes[a].key == seeds_key) continue;
    kept.push_back(a);
    sweep.axes.push_back(&plan.axes[a]);
  }
  std::map<std::vector<std::uint32_t>, SweepPlace> places;
  const auto place_of = [&](std::size_t point) -> SweepPlace& {
    std::vector<std::uint32_t> at;
    for (const std::size_t a : kept) at.push_back(plan.point(point)[a]);
    SweepPlace& place = places[at];
    place.at = at;
    return place;
  };
  for (std::size_t point = 0; point < plan.points(); ++point)
    place_of(point).points.push_back(point);
  std::size_t last = plan.points(), last_diverged = plan.points();
  bool accuracy = false, error = false;
  for (const SweepRow& row : rows) {
    if (row.arm.empty()) continue;
    if (row.point != last) ++sweep.with_result;
    last = row.point;
    if (row.status == "diverged" && row.point != last_diverged) {
      ++sweep.diverged;
      last_diverged = row.point;
    }
    accuracy = accuracy || !std::isnan(row.last.test_accuracy);
    error = error || !std::isnan(row.last.test_mse);
    auto& arms = place_of(row.point).arms;
    const std::size_t arm = arm_number(row.arm, sweep.arms);
    if (arms.size() <= arm) arms.resize(arm + 1);
    const bool again = std::any_of(arms[arm].begin(), arms[arm].end(),
                                   [&](const SweepRow* other) { return other->seed == row.seed; });
    if (!again) arms[arm].push_back(&row);
  }
  sweep.regression = error && !accuracy;
  for (auto& [at, place] : places) {
    place.arms.resize(sweep.arms.size());
    place.chosen.resize(sweep.arms.size());
    sweep.places.push_back(std::move(place));
  }
  return sweep;
}

/// How good a choice of settings is: the most seeds first, then what they are judged by.
struct Merit {
  std::size_t seeds = 0;
  double mean = not_reached;
};

Merit merit_of(const SweepPlaces& sweep, std::size_t place, std::size_t arm,
               const SweepMetric& judge) {
  const Spread spread = sweep.spread(place, arm, judge);
  return {spread.values.size(), spread.mean};
}

bool is_better(const Merit& merit, const Merit& than, Better better) {
  if (merit.seeds != than.seeds) return merit.seeds > than.seeds;
  return is_better(better, merit.mean, than.mean);
}

/// What an arm has of the axes from `first` on.
std::vector<std::optional<std::uint32_t>> choice_of(const SweepPlaces& sweep,
                                                    const SweepPlace& place, std::size_t arm,
                                                    std::size_t first) {
  std::vector<std::optional<std::uint32_t>> choice;
  for (std::size_t axis = first; axis < sweep.axes.size(); ++axis) {
    const std::vector<std::string>& apart = sweep.axes[axis]->apart;
    const bool acts = std::find(apart.begin(), apart.end(), sweep.arms[arm]) == apart.end();
    choice.push_back(acts ? std::optional(place.at[axis]) : std::nullopt);
  }
  return choice;
}

/// Takes places that differ in tuned settings together: each arm keeps the best of them. Those are
/// the axes from `first` on.
void choose(SweepPlaces& sweep, std::size_t first) {
  const SweepMetric judge = sweep.judge();
  std::vector<SweepPlace> together;
  std::vector<std::vector<Merit>> merits;  // [place together][arm]
  // places are in the order of their values: those to be taken together follow one another
  for (std::size_t p = 0; p < sweep.places.size(); ++p) {
    const SweepPlace& place = sweep.places[p];
    const std::vector<std::uint32_t> at(place.at.begin(),
                                        place.at.begin() + static_cast<std::ptrdiff_t>(first));
    if (together.empty() || together.back().at != at) {
      together.push_back({.at = at});
      together.back().arms.resize(sweep.arms.size());
      together.back().chosen.resize(sweep.arms.size());
      merits.emplace_back(sweep.arms.size());
    }
    SweepPlace& into = together.back();
    into.points.insert(into.points.end(), place.points.begin(), place.points.end());
    for (std::size_t arm = 0; arm < sweep.arms.size(); ++arm) {
      if (place.arms[arm].empty()) continue;
      const Merit merit = merit_of(sweep, p, arm, judge);
      Merit& best = merits.back()[arm];
      if (!into.chosen[arm].empty() && !is_better(merit, best, judge.better())) continue;
      best = merit;
      into.arms[arm] = place.arms[arm];
      into.chosen[arm] = choice_of(sweep, place, arm, first);
    }
  }
  const auto tuned = sweep.axes.begin() + static_cast<std::ptrdiff_t>(first);
  sweep.tuned.assign(tuned, sweep.axes.end());
  sweep.axes.erase(tuned, sweep.axes.end());
  sweep.places = std::move(together);
}

}  // namespace

std::string metric_words(const SweepMetric& metric) {
  return (metric.of_best ? "best " : "") + metric_words(metric.metric->path);
}

bool is_percentage(const SweepMetric& metric) { return is_percentage(metric.metric->path); }

std::string unit_text(const SweepMetric& metric) { return is_percentage(metric) ? ", %" : ", MSE"; }

SweepMetric SweepPlaces::quality() const {
  return metric_named(regression ? "final_test_mse" : "final_test_accuracy");
}

SweepMetric SweepPlaces::judge() const {
  return metric_named(regression ? "final_validation_loss" : "final_validation_accuracy");
}

SweepPlaces places_of(const Plan& plan, const std::vector<SweepRow>& rows) {
  SweepPlaces sweep = all_places(plan, rows);
  const auto first = std::find_if(sweep.axes.begin(), sweep.axes.end(),
                                  [](const Axis* axis) { return axis->use == Axis::Use::tune; });
  if (first != sweep.axes.end())
    choose(sweep, static_cast<std::size_t>(first - sweep.axes.begin()));
  return sweep;
}

Spread SweepPlaces::spread(std::size_t place, std::size_t arm, const SweepMetric& metric) const {
  std::vector<double> values;
  for (const SweepRow* row : places[place].arms[arm]) {
    values.push_back(value_of(*row, metric));
  }
  return spread_of(values);
}

PairedTest SweepPlaces::difference(std::size_t place, std::size_t first, std::size_t second,
                                   const SweepMetric& metric) const {
  std::map<std::int64_t, double> of_second;
  for (const SweepRow* row : places[place].arms[second]) {
    of_second[row->seed] = value_of(*row, metric);
  }
  std::vector<double> a, b;
  for (const SweepRow* row : places[place].arms[first]) {
    const auto at = of_second.find(row->seed);
    if (at == of_second.end()) continue;
    a.push_back(value_of(*row, metric));
    b.push_back(at->second);
  }
  return paired_test(a, b);
}

std::vector<PlaceDifference> SweepPlaces::differences(const SweepMetric& metric) const {
  std::vector<PlaceDifference> all;
  std::vector<double> probabilities;
  for (std::size_t place = 0; place < places.size(); ++place) {
    for (std::size_t a = 0; a < arms.size(); ++a) {
      for (std::size_t b = a + 1; b < arms.size(); ++b) {
        const PairedTest test = difference(place, a, b, metric);
        if (test.pairs == 0) continue;
        all.push_back({place, a, b, test, not_reached});
        probabilities.push_back(test.p);
      }
    }
  }
  const std::vector<double> adjusted = holm_adjusted(probabilities);
  for (std::size_t i = 0; i < all.size(); ++i) all[i].holm_p = adjusted[i];
  return all;
}

std::vector<std::size_t> SweepPlaces::best(std::size_t arm, const SweepMetric& metric) const {
  std::vector<std::size_t> best;
  double so_far = not_reached;
  for (std::size_t place = 0; place < places.size(); ++place) {
    const double mean = spread(place, arm, metric).mean;
    if (is_better(metric.better(), mean, so_far)) {
      so_far = mean;
      best.clear();
    }
    if (mean == so_far) best.push_back(place);
  }
  return best;
}

AxisEffect effect_of(const SweepPlaces& sweep, std::size_t axis, std::size_t arm,
                     const SweepMetric& metric) {
  const std::vector<std::uint32_t> groups = groups_of(sweep, axis);
  std::map<std::uint32_t, std::vector<double>> by_value;
  std::vector<double> all;
  for (std::size_t place = 0; place < sweep.places.size(); ++place) {
    const double mean = sweep.spread(place, arm, metric).mean;
    if (std::isnan(mean)) continue;
    by_value[groups[sweep.places[place].at[axis]]].push_back(mean);
    all.push_back(mean);
  }
  AxisEffect effect;
  double within = 0;
  for (const auto& [value, means] : by_value) {
    const double mean = mean_of(means);
    within += squares_around(mean, means);
    effect.lowest = std::fmin(effect.lowest, mean);
    effect.highest = std::fmax(effect.highest, mean);
  }
  const auto places = static_cast<double>(all.size());
  const auto values = static_cast<double>(by_value.size());
  const double total = squares_around(mean_of(all), all);
  const auto [least, most] = std::minmax_element(all.begin(), all.end());
  if (places > values && *least < *most) {
    effect.variance_part = std::max(0.0, 1 - within / (places - values) / (total / (places - 1)));
  }
  return effect;
}

}  // namespace memtrain
