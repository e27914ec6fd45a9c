#include "sim/report/sweep/sweep_summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "sim/report/metric_text.h"

namespace memtrain {
namespace {

constexpr std::size_t most_places = 32;
constexpr std::size_t places_of_many = 24;

/// A tuned setting as an arm has it at a place; a dash: it does not act on the arm.
std::string choice_text(const SweepPlaces& sweep, std::size_t place, std::size_t arm,
                        std::size_t axis) {
  const auto& chosen = sweep.places[place].chosen[arm];
  const bool acts = !chosen.empty() && chosen[axis].has_value();
  return acts ? sweep.tuned[axis]->values[*chosen[axis]] : std::string(unknown_text);
}

/// "smallest" or "largest" of more than two numbers, since better ones may lie beyond.
std::string edge_text(const Axis& axis, std::optional<std::uint32_t> value) {
  const auto numbers = axis.numbers();
  if (!value || !numbers || numbers->size() < 3) return "";
  const auto [least, most] = std::minmax_element(numbers->begin(), numbers->end());
  const double chosen = (*numbers)[*value];
  return chosen == *least ? " (smallest)" : chosen == *most ? " (largest)" : "";
}

}  // namespace

TextColumn axis_column(const SweepPlaces& sweep, std::size_t axis,
                       const std::vector<std::size_t>& places) {
  const Axis& along = *sweep.axes[axis];
  return column_of(along.key.c_str(), along.numbers().has_value(), places,
                   [&](std::size_t place) { return along.values[sweep.places[place].at[axis]]; });
}

std::vector<TextColumn> choice_columns(const SweepPlaces& sweep) {
  if (sweep.tuned.empty()) return {};
  struct Row {
    std::size_t place, arm;
  };
  std::vector<Row> rows;
  std::vector<std::size_t> places;
  for (std::size_t place = 0; place < sweep.places.size(); ++place) {
    for (std::size_t arm = 0; arm < sweep.arms.size(); ++arm) {
      if (sweep.places[place].chosen[arm].empty()) continue;
      rows.push_back({place, arm});
      places.push_back(place);
    }
  }
  std::vector<TextColumn> columns;
  for (std::size_t axis = 0; axis < sweep.axes.size(); ++axis) {
    columns.push_back(axis_column(sweep, axis, places));
  }
  columns.push_back(
      column_of("arm", false, rows, [&](const Row& row) { return sweep.arms[row.arm]; }));
  for (std::size_t axis = 0; axis < sweep.tuned.size(); ++axis) {
    const Axis& tuned = *sweep.tuned[axis];
    columns.push_back(column_of(("chosen " + tuned.key).c_str(), false, rows, [&](const Row& row) {
      return choice_text(sweep, row.place, row.arm, axis) +
             edge_text(tuned, sweep.places[row.place].chosen[row.arm][axis]);
    }));
  }
  const SweepMetric judge = sweep.judge();
  const bool percent = is_percentage(judge);
  columns.push_back(column_of(
      (metric_words(judge) + (percent ? " %" : "")).c_str(), true, rows,
      [&](const Row& row) { return mean_text(sweep.spread(row.place, row.arm, judge), percent); }));
  return columns;
}

std::vector<TextColumn> best_columns(const SweepPlaces& sweep) {
  const SweepMetric metric = sweep.quality();
  std::vector<std::size_t> arms, places, equal;
  for (std::size_t arm = 0; arm < sweep.arms.size(); ++arm) {
    const std::vector<std::size_t> best = sweep.best(arm, metric);
    if (best.empty()) continue;
    arms.push_back(arm);
    places.push_back(best.front());
    equal.push_back(best.size());
  }
  std::vector<TextColumn> columns = {
      column_of("best of arm", false, arms, [&](std::size_t arm) { return sweep.arms[arm]; })};
  for (std::size_t axis = 0; axis < sweep.axes.size(); ++axis) {
    columns.push_back(axis_column(sweep, axis, places));
  }
  for (std::size_t axis = 0; axis < sweep.tuned.size(); ++axis) {
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < arms.size(); ++i) {
      texts.push_back(choice_text(sweep, places[i], arms[i], axis));
    }
    columns.push_back({sweep.tuned[axis]->key, sweep.tuned[axis]->numbers().has_value(), texts});
  }
  std::vector<Spread> spreads;
  for (std::size_t i = 0; i < arms.size(); ++i) {
    spreads.push_back(sweep.spread(places[i], arms[i], metric));
  }
  columns.push_back(
      column_of((metric_words(metric) + (is_percentage(metric) ? " %" : "")).c_str(), true, spreads,
                [&](const Spread& spread) { return mean_text(spread, is_percentage(metric)); }));
  columns.push_back(column_of("95 % interval", true, spreads, [&](const Spread& spread) {
    return interval_text(spread, is_percentage(metric));
  }));
  columns.push_back(column_of("seeds", true, spreads, [](const Spread& spread) {
    return std::to_string(spread.values.size());
  }));
  for (const SweepMetric& cost : sweep_metrics()) {
    if (cost_rank(cost.metric->path) >= first_costs) continue;
    std::vector<double> means;
    for (std::size_t i = 0; i < arms.size(); ++i) {
      means.push_back(sweep.spread(places[i], arms[i], cost).mean);
    }
    if (std::none_of(means.begin(), means.end(), [](double mean) { return mean > 0; })) continue;
    columns.push_back(column_of(metric_words(cost).c_str(), true, means, [&](double mean) {
      return engineering(mean, cost.metric->units);
    }));
  }
  columns.push_back(column_of("", false, equal, [](std::size_t count) {
    return count > 1 ? fmt::format("{} places are equal", count) : "";
  }));
  return columns;
}

std::vector<TextColumn> sensitivity_columns(const SweepPlaces& sweep) {
  const SweepMetric metric = sweep.quality();
  struct Row {
    std::size_t axis, arm;
    AxisEffect effect;
  };
  std::vector<Row> rows;
  for (std::size_t axis = 0; axis < sweep.axes.size(); ++axis) {
    for (std::size_t arm = 0; arm < sweep.arms.size(); ++arm) {
      rows.push_back({axis, arm, effect_of(sweep, axis, arm, metric)});
    }
  }
  return {column_of("axis", false, rows, [&](const Row& row) { return sweep.axes[row.axis]->key; }),
          column_of("arm", false, rows, [&](const Row& row) { return sweep.arms[row.arm]; }),
          column_of("part of the variance", true, rows,
                    [](const Row& row) {
                      return std::isnan(row.effect.variance_part)
                                 ? std::string(unknown_text)
                                 : fmt::format("{:.0f} %", 100 * row.effect.variance_part);
                    }),
          column_of(
              "lowest mean", true, rows,
              [&](const Row& row) { return value_text(row.effect.lowest, is_percentage(metric)); }),
          column_of("highest mean", true, rows, [&](const Row& row) {
            return value_text(row.effect.highest, is_percentage(metric));
          })};
}

std::vector<TextColumn> place_difference_columns(const SweepPlaces& sweep) {
  const SweepMetric metric = sweep.quality();
  const bool percent = is_percentage(metric);
  const std::vector<PlaceDifference> differences = sweep.differences(metric);
  std::vector<std::size_t> places;
  std::size_t tests = 0;
  for (const PlaceDifference& each : differences) {
    places.push_back(each.place);
    tests += std::isnan(each.test.p) ? 0 : 1;
  }
  std::vector<TextColumn> columns;
  for (std::size_t axis = 0; axis < sweep.axes.size(); ++axis) {
    columns.push_back(axis_column(sweep, axis, places));
  }
  const auto add = [&](const char* heading, bool right, auto cell) {
    columns.push_back(column_of(heading, right, differences, cell));
  };
  using D = PlaceDifference;
  add("difference", false,
      [&](const D& d) { return sweep.arms[d.first] + " - " + sweep.arms[d.second]; });
  add(percent ? "points" : "MSE", true,
      [&](const D& d) { return change_text(d.test.mean, percent); });
  add("95 % interval", true, [&](const D& d) { return interval_text(d.test, percent); });
  add("p", true, [](const D& d) { return probability_text(d.test.p); });
  add("", false, [&](const D& d) { return verdict_among(d.test, d.holm_p, tests); });
  return columns;
}

std::string sweep_summary(const SweepPlaces& sweep, const TableStyle& style) {
  const SweepMetric metric = sweep.quality();
  std::vector<std::size_t> places(sweep.places.size());
  std::iota(places.begin(), places.end(), 0);
  const std::size_t all = places.size();
  const std::size_t keys = std::max<std::size_t>(1, sweep.axes.size());
  std::string out;
  if (sweep.with_result > 0) {
    out += table_text(best_columns(sweep), style.width);
    if (!sweep.axes.empty()) {
      out += fmt::format("the best place by {}, which intervals do not allow for\n",
                         metric_words(metric));
    }
    out += '\n';
  }
  if (all > most_places) places.resize(places_of_many);
  std::vector<TextColumn> columns;
  for (std::size_t axis = 0; axis < sweep.axes.size(); ++axis) {
    columns.push_back(axis_column(sweep, axis, places));
  }
  for (std::size_t arm = 0; arm < sweep.arms.size(); ++arm) {
    columns.push_back(column_of(
        (sweep.arms[arm] + unit_text(metric)).c_str(), true, places, [&](std::size_t place) {
          return mean_text(sweep.spread(place, arm, metric), is_percentage(metric));
        }));
  }
  if (!sweep.arms.empty()) out += table_text(columns, style.width, keys);
  if (all > most_places) {
    out += fmt::format("... and {} more; all are in the table\n", all - places_of_many);
  } else {
    const std::vector<TextColumn> differences = place_difference_columns(sweep);
    const std::size_t count = differences.front().cells.size();
    if (count > 0 && count <= most_places)
      out += '\n' + table_text(differences, style.width, sweep.axes.size() + 1);
    if (count > most_places) {
      out += fmt::format("\n{} differences: memtrain summary DIR --format csv\n", count);
    }
    if (!sweep.tuned.empty() && !sweep.arms.empty()) {
      out += '\n' + table_text(choice_columns(sweep), style.width, sweep.axes.size() + 1);
    }
  }
  out += fmt::format("\n{} of {} points have a result", sweep.with_result, sweep.points);
  if (sweep.diverged > 0) out += fmt::format(", in {} an arm diverged", sweep.diverged);
  return out + '\n';
}

}  // namespace memtrain
