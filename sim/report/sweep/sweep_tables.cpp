#include <algorithm>
#include <cmath>

#include "sim/report/json.h"
#include "sim/report/sweep/sweep_summary.h"

#include <nlohmann/json.hpp>

namespace memtrain {
namespace {

using Json = nlohmann::ordered_json;

/// One number of a place: of an arm, or of one minus another.
struct PlaceRow {
  std::size_t place = 0;
  /// Of tuned settings, none of one that does not act on the arm; empty where they are several
  /// arms'.
  std::vector<std::optional<std::uint32_t>> chosen;
  std::string arm, minus, metric, units;
  Spread spread;
  double n = not_reached, p = not_reached, holm_p = not_reached;
};

void add_numbers(const SweepPlaces& sweep, std::size_t place, std::vector<PlaceRow>& rows) {
  const auto metrics = sweep_metrics();
  for (std::size_t arm = 0; arm < sweep.arms.size(); ++arm) {
    for (const SweepMetric& metric : metrics) {
      const Spread spread = sweep.spread(place, arm, metric);
      if (spread.values.empty()) continue;
      rows.push_back({.place = place,
                      .chosen = sweep.places[place].chosen[arm],
                      .arm = sweep.arms[arm],
                      .minus = "",
                      .metric = metric.name,
                      .units = metric.metric->units,
                      .spread = spread,
                      .n = static_cast<double>(spread.values.size())});
    }
  }
}

std::vector<PlaceRow> place_rows(const SweepPlaces& sweep) {
  const SweepMetric quality = sweep.quality();
  const std::vector<PlaceDifference> differences = sweep.differences(quality);
  auto next = differences.begin();
  std::vector<PlaceRow> rows;
  for (std::size_t place = 0; place < sweep.places.size(); ++place) {
    const std::size_t before = rows.size();
    add_numbers(sweep, place, rows);
    for (; next != differences.end() && next->place == place; ++next) {
      const PairedTest& test = next->test;
      rows.push_back({.place = place,
                      .arm = sweep.arms[next->first],
                      .minus = sweep.arms[next->second],
                      .metric = quality.name,
                      .units = quality.metric->units,
                      .spread = {.mean = test.mean, .low = test.low, .high = test.high},
                      .n = static_cast<double>(test.pairs),
                      .p = test.p,
                      .holm_p = next->holm_p});
    }
    if (rows.size() == before) rows.push_back({.place = place});
  }
  return rows;
}

/// One value of an axis.
Json value_json(const Axis& axis, std::uint32_t value) {
  const auto numbers = axis.numbers();
  return numbers ? Json((*numbers)[value]) : Json(axis.values[value]);
}

/// {KEY: VALUE}, of one value of each axis.
Json values_json(const std::vector<const Axis*>& axes, const std::vector<std::uint32_t>& values) {
  Json json = Json::object();
  for (std::size_t axis = 0; axis < axes.size(); ++axis) {
    json[axes[axis]->key] = value_json(*axes[axis], values[axis]);
  }
  return json;
}

/// {KEY: [VALUE, …]}, of all values of each axis.
Json axes_json(const std::vector<const Axis*>& axes) {
  Json json = Json::object();
  for (const Axis* axis : axes) {
    const auto numbers = axis->numbers();
    json[axis->key] = numbers ? Json(*numbers) : Json(axis->values);
  }
  return json;
}

/// The tuned settings of each arm at a place.
Json chosen_json(const SweepPlaces& sweep, const SweepPlace& place) {
  Json json = Json::object();
  for (std::size_t arm = 0; arm < sweep.arms.size(); ++arm) {
    const auto& chosen = place.chosen[arm];
    for (std::size_t axis = 0; axis < chosen.size(); ++axis) {
      const Axis& tuned = *sweep.tuned[axis];
      json[sweep.arms[arm]][tuned.key] = chosen[axis] ? value_json(tuned, *chosen[axis]) : Json();
    }
  }
  return json;
}

Json arms_json(const SweepPlaces& sweep, std::size_t place) {
  const auto metrics = sweep_metrics();
  Json arms = Json::object();
  for (std::size_t arm = 0; arm < sweep.arms.size(); ++arm) {
    if (sweep.places[place].arms[arm].empty()) continue;
    Json numbers = Json::object();
    for (const SweepMetric& metric : metrics) {
      const Spread spread = sweep.spread(place, arm, metric);
      if (!spread.values.empty()) numbers[metric.name] = to_json(spread);
    }
    arms[sweep.arms[arm]] = std::move(numbers);
  }
  return arms;
}

/// The differences at each place.
std::vector<Json> differences_json(const SweepPlaces& sweep) {
  std::vector<Json> places(sweep.places.size(), Json::array());
  const SweepMetric metric = sweep.quality();
  for (const PlaceDifference& each : sweep.differences(metric)) {
    Json difference = {{"first", sweep.arms[each.first]},
                       {"second", sweep.arms[each.second]},
                       {"metric", metric.name}};
    difference.update(to_json(each.test, each.holm_p));
    places[each.place].push_back(std::move(difference));
  }
  return places;
}

}  // namespace

Table sweep_summary_rows(const SweepPlaces& sweep) {
  const std::vector<PlaceRow> rows = place_rows(sweep);
  Table table;
  for (std::size_t axis = 0; axis < sweep.axes.size(); ++axis) {
    add_column<std::string>(table, rows, sweep.axes[axis]->key, "1", "axis",
                            [&](const PlaceRow& row) {
                              return sweep.axes[axis]->values[sweep.places[row.place].at[axis]];
                            });
  }
  for (std::size_t axis = 0; axis < sweep.tuned.size(); ++axis) {
    const Axis& tuned = *sweep.tuned[axis];
    add_column<std::string>(table, rows, tuned.key, "1", "chosen for the arm",
                            [&](const auto& row) {
                              const bool acts = !row.chosen.empty() && row.chosen[axis].has_value();
                              return acts ? tuned.values[*row.chosen[axis]] : std::string();
                            });
  }
  add_column<std::string>(table, rows, "arm", "1", "arm; empty: the place has no result",
                          &PlaceRow::arm);
  add_column<std::string>(table, rows, "minus", "1", "of a difference, the arm that is taken off",
                          &PlaceRow::minus);
  add_column<std::string>(table, rows, "metric", "1", "what is told, as in the sweep's table",
                          &PlaceRow::metric);
  add_column<std::string>(table, rows, "units", "1", "of mean, std, low and high",
                          &PlaceRow::units);
  add_column<double>(table, rows, "mean", "", "mean over seeds",
                     [](const PlaceRow& row) { return row.spread.mean; });
  add_column<double>(table, rows, "std", "", "standard deviation over seeds",
                     [](const PlaceRow& row) { return row.spread.std; });
  add_column<double>(table, rows, "low", "", "lower end of the 95 % interval of the mean",
                     [](const PlaceRow& row) { return row.spread.low; });
  add_column<double>(table, rows, "high", "", "upper end of the 95 % interval of the mean",
                     [](const PlaceRow& row) { return row.spread.high; });
  add_column<double>(table, rows, "n", "1", "seeds, or pairs of them", &PlaceRow::n);
  add_column<double>(table, rows, "p", "1", "of a difference, by the paired t test", &PlaceRow::p);
  add_column<double>(table, rows, "holm_p", "1", "p, corrected for all differences at all places",
                     &PlaceRow::holm_p);
  return table;
}

std::string sweep_summary_json(const SweepPlaces& sweep) {
  const std::vector<Json> differences = differences_json(sweep);
  Json places = Json::array();
  for (std::size_t place = 0; place < sweep.places.size(); ++place) {
    places.push_back({{"at", values_json(sweep.axes, sweep.places[place].at)},
                      {"points", sweep.places[place].points},
                      {"chosen", chosen_json(sweep, sweep.places[place])},
                      {"arms", arms_json(sweep, place)},
                      {"differences", differences[place]}});
  }
  const SweepMetric metric = sweep.quality();
  Json best = Json::object(), sensitivity = Json::object();
  for (std::size_t arm = 0; arm < sweep.arms.size(); ++arm) {
    const std::vector<std::size_t> found = sweep.best(arm, metric);
    best[sweep.arms[arm]] =
        found.empty() ? Json()
                      : Json{{"place", found.front()},
                             {"at", values_json(sweep.axes, sweep.places[found.front()].at)},
                             {"equal", found.size()}};
    for (std::size_t axis = 0; axis < sweep.axes.size(); ++axis) {
      const AxisEffect effect = effect_of(sweep, axis, arm, metric);
      sensitivity[sweep.arms[arm]][sweep.axes[axis]->key] = {
          {"variance_part", json_number(effect.variance_part)},
          {"lowest", json_number(effect.lowest)},
          {"highest", json_number(effect.highest)}};
    }
  }
  const Json all = {{"points", sweep.points},
                    {"with_result", sweep.with_result},
                    {"axes", axes_json(sweep.axes)},
                    {"tuned", axes_json(sweep.tuned)},
                    {"places", places},
                    {"best", best},
                    {"sensitivity", sensitivity}};
  return all.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace memtrain
