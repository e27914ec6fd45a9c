#include "sim/report/sweep/sweep_chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "sim/report/page/metric_axis.h"

namespace memtrain {
namespace {

using Json = nlohmann::ordered_json;

/// Lists over places; those of which nothing is known are left out.
Json numbers_json(const std::vector<Spread>& spreads, const std::vector<Index>& counts) {
  const auto list = [&](double Spread::*member) {
    Json values = Json::array();
    for (const Spread& spread : spreads) values.push_back(spread.*member);
    return values;
  };
  const auto known = [&](double Spread::*member) {
    return std::any_of(spreads.begin(), spreads.end(),
                       [&](const Spread& spread) { return !std::isnan(spread.*member); });
  };
  Json json = {{"mean", list(&Spread::mean)}, {"n", counts}};
  if (known(&Spread::std)) json["std"] = list(&Spread::std);
  if (known(&Spread::low)) {
    json["low"] = list(&Spread::low);
    json["high"] = list(&Spread::high);
  }
  return json;
}

struct ArmNumbers {
  std::vector<Spread> spreads;
  std::vector<Index> counts;
};

ArmNumbers numbers_of(const SweepPlaces& sweep, std::size_t arm, const SweepMetric& metric) {
  ArmNumbers numbers;
  for (std::size_t place = 0; place < sweep.places.size(); ++place) {
    numbers.spreads.push_back(sweep.spread(place, arm, metric));
    numbers.counts.push_back(static_cast<Index>(numbers.spreads.back().values.size()));
  }
  return numbers;
}

ArmNumbers differences_of(const SweepPlaces& sweep, std::size_t first, std::size_t second,
                          const SweepMetric& metric) {
  ArmNumbers numbers;
  for (std::size_t place = 0; place < sweep.places.size(); ++place) {
    const PairedTest test = sweep.difference(place, first, second, metric);
    numbers.spreads.push_back({.mean = test.mean, .low = test.low, .high = test.high});
    numbers.counts.push_back(test.pairs);
  }
  return numbers;
}

/// Whether there is anything to see: more than one value over all places and arms.
bool differs(const std::vector<ArmNumbers>& arms) {
  double first = not_reached;
  for (const ArmNumbers& arm : arms) {
    for (const Spread& spread : arm.spreads) {
      if (std::isnan(spread.mean)) continue;
      if (std::isnan(first)) first = spread.mean;
      if (spread.mean != first) return true;
    }
  }
  return false;
}

bool tells_of_test(const SweepMetric& metric) {
  return metric.name.starts_with("final_test") || metric.name.starts_with("best_test");
}

/// What is tested first, then the rest in the order of the result file.
std::vector<SweepMetric> metrics_of(const SweepPlaces& sweep) {
  std::vector<SweepMetric> metrics = sweep_metrics();
  if (sweep.places.size() > most_places_in_full) {
    std::erase_if(metrics, [](const SweepMetric& metric) { return !tells_of_test(metric); });
  }
  const std::string first = sweep.quality().name;
  std::stable_sort(metrics.begin(), metrics.end(), [&](const auto& a, const auto& b) {
    const auto rank = [&](const SweepMetric& metric) {
      return metric.name == first ? 0 : tells_of_test(metric) ? 1 : 2;
    };
    return rank(a) < rank(b);
  });
  return metrics;
}

Json axis_json(const SweepPlaces& sweep, std::size_t axis) {
  const Axis& along = *sweep.axes[axis];
  Json json = {{"key", along.key}, {"texts", along.values}};
  if (const auto numbers = along.numbers()) {
    json["numbers"] = *numbers;
    const auto [least, most] = std::minmax_element(numbers->begin(), numbers->end());
    json["log"] = wants_logarithm(*least, *most) && numbers->size() > 2;
  }
  // where the figure cuts through the sweep at first: at the best place of the first arm
  std::vector<std::size_t> best;
  if (!sweep.arms.empty()) best = sweep.best(0, sweep.quality());
  json["best"] = best.empty() ? 0 : sweep.places[best.front()].at[axis];
  return json;
}

bool is_grid(const SweepPlaces& sweep) {
  std::size_t size = 1;
  for (const Axis* axis : sweep.axes) size *= axis->values.size();
  return size == sweep.places.size();
}

}  // namespace

std::string sweep_json(const SweepPlaces& sweep) {
  Json axes = Json::array(), metrics = Json::array(), places = Json::array();
  for (std::size_t axis = 0; axis < sweep.axes.size(); ++axis) {
    axes.push_back(axis_json(sweep, axis));
  }
  for (const SweepPlace& place : sweep.places) places.push_back(place.at);
  Json pairs = Json::array();
  constexpr std::size_t most_arms_in_pairs = 5;
  const std::size_t paired = sweep.arms.size() <= most_arms_in_pairs ? sweep.arms.size() : 0;
  for (std::size_t a = 0; a < paired; ++a) {
    for (std::size_t b = a + 1; b < paired; ++b) {
      pairs.push_back({{"name", fmt::format("{} − {}", sweep.arms[a], sweep.arms[b])},
                       {"values", Json::object()}});
    }
  }
  Json values = Json::object();
  for (const SweepMetric& metric : metrics_of(sweep)) {
    std::vector<ArmNumbers> arms;
    for (std::size_t arm = 0; arm < sweep.arms.size(); ++arm) {
      arms.push_back(numbers_of(sweep, arm, metric));
    }
    if (!differs(arms)) continue;
    Json json = {
        {"name", metric.name}, {"label", metric_words(metric)}, {"units", metric.metric->units}};
    if (is_percentage(metric)) json["percent"] = true;
    metrics.push_back(json);
    for (const ArmNumbers& arm : arms) {
      values[metric.name].push_back(numbers_json(arm.spreads, arm.counts));
    }
    if (!tells_of_test(metric)) continue;
    std::size_t pair = 0;
    for (std::size_t a = 0; a < paired; ++a) {
      for (std::size_t b = a + 1; b < paired; ++b) {
        const ArmNumbers differences = differences_of(sweep, a, b, metric);
        pairs[pair++]["values"][metric.name] =
            numbers_json(differences.spreads, differences.counts);
      }
    }
  }
  const Json figure = {{"sweep",
                        {{"axes", axes},
                         {"arms", sweep.arms},
                         {"pairs", pairs},
                         {"metrics", metrics},
                         {"sampled", !is_grid(sweep)},
                         {"places", places},
                         {"values", values}}}};
  return figure.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace memtrain
