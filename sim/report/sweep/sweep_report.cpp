#include "sim/report/sweep/sweep_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "sim/report/page/metric_axis.h"
#include "sim/report/run/run_report.h"
#include "sim/report/sweep/sweep_chart.h"
#include "sim/report/sweep/sweep_summary.h"
#include "sim/scenario/scenario.h"

namespace memtrain {
namespace {

std::string joined_axes(const std::vector<const Axis*>& axes) {
  std::vector<std::string> texts;
  for (const Axis* axis : axes) {
    texts.push_back(fmt::format("{} ({} values)", axis->key, axis->values.size()));
  }
  return fmt::format("{}", fmt::join(texts, " × "));
}

std::string axes_text(const SweepPlaces& sweep) {
  const std::string tuned =
      sweep.tuned.empty() ? "" : fmt::format(", tuned in {}", joined_axes(sweep.tuned));
  return (sweep.axes.empty() ? "no axis but seeds" : joined_axes(sweep.axes)) + tuned;
}

/// Points without a result by what became of them.
std::map<std::string, std::set<std::size_t>> missing_points(const std::vector<SweepRow>& rows) {
  std::map<std::string, std::set<std::size_t>> missing;
  for (const SweepRow& row : rows) {
    if (row.arm.empty()) missing[row.status].insert(row.point);
  }
  return missing;
}

void report_state(const SweepPlaces& sweep, const SweepOrigin& origin, Page& page) {
  const auto missing = missing_points(*origin.rows);
  if (!missing.empty()) {
    std::vector<std::string> parts;
    for (const auto& [status, points] : missing) {
      parts.push_back(fmt::format("{} {}", points.size(), status));
    }
    page.notice(fmt::format("{} of {} points have no result ({}): they are missing below.",
                            sweep.points - sweep.with_result, sweep.points,
                            fmt::join(parts, ", ")));
  }
  if (sweep.diverged > 0) {
    page.notice(
        fmt::format("In {} points an arm diverged: its loss was not a finite number. Such "
                    "seeds are not in the means.",
                    sweep.diverged));
  }
}

void report_answer(const SweepPlaces& sweep, const SweepOrigin& origin, Page& page) {
  page.section("Answer");
  report_state(sweep, origin, page);
  page.table(best_columns(sweep));
  if (sweep.places.size() > 1) {
    page.text(fmt::format(
        "Mean ± s.d. over seeds, and the 95 % interval of the mean (Student's t). The best of {} "
        "places looks better than it is: it was chosen by the same numbers.",
        sweep.places.size()));
  }
}

ChartAxis axis_of(const SweepMetric& metric) {
  ChartAxis axis = metric_axis(*metric.metric);
  axis.name = metric.name;
  axis.label = metric_words(metric);
  return axis;
}

/// A point for each place: what it cost, and how well it did.
LineChart trade_off_chart(const SweepPlaces& sweep, const SweepMetric& cost,
                          const SweepMetric& quality) {
  LineChart chart{.x = axis_of(cost), .y = axis_of(quality), .front = quality.better()};
  double least = INFINITY, most = 0;
  std::vector<std::string> dropped;
  for (std::size_t arm = 0; arm < sweep.arms.size(); ++arm) {
    LineSeries series{.name = sweep.arms[arm], .joined = false, .look = static_cast<int>(arm)};
    for (std::size_t place = 0; place < sweep.places.size(); ++place) {
      const double x = sweep.spread(place, arm, cost).mean;
      const Spread y = sweep.spread(place, arm, quality);
      if (!(x > 0) || y.values.empty()) continue;
      least = std::min(least, x);
      most = std::max(most, x);
      series.x.push_back(x);
      series.y.push_back(y.mean);
      series.std.push_back(y.std);
      series.low.push_back(y.low);
      series.high.push_back(y.high);
    }
    if (series.x.empty()) {
      dropped.push_back(sweep.arms[arm]);
    } else {
      chart.series.push_back(std::move(series));
    }
  }
  chart.x.log = wants_logarithm(least, most);
  chart.note = note_of_dropped(dropped);
  return chart;
}

std::optional<Views> trade_off_views(const SweepPlaces& sweep) {
  if (sweep.places.size() > most_places_in_full) return std::nullopt;
  Views views{.selectors = {{"for", {}}}};
  for (const char* name : {"energy", "latency", "write_pulses", "macs", "final_wall_seconds"}) {
    for (const SweepMetric& metric : sweep_metrics()) {
      if (metric.name != name) continue;
      LineChart chart = trade_off_chart(sweep, metric, sweep.quality());
      if (chart.series.empty()) continue;
      views.charts[{views.selectors[0].options.size()}] = std::move(chart);
      views.selectors[0].options.push_back(metric_words(metric));
    }
  }
  if (views.charts.empty()) return std::nullopt;
  return views;
}

/// The seeds that any arm has at a place, in order.
std::vector<std::int64_t> seeds_at(const SweepPlace& place) {
  std::set<std::int64_t> seeds;
  for (const auto& rows : place.arms) {
    for (const SweepRow* row : rows) seeds.insert(row->seed);
  }
  return {seeds.begin(), seeds.end()};
}

EstimateChart estimates_of(const SweepPlaces& sweep, const SweepMetric& metric) {
  const SweepPlace& place = sweep.places.front();
  EstimateChart chart{.x = axis_of(metric), .label = "arm", .labels = sweep.arms};
  const std::vector<std::int64_t> seeds = seeds_at(place);
  for (const std::int64_t seed : seeds) chart.seeds.push_back(std::to_string(seed));
  for (std::size_t arm = 0; arm < sweep.arms.size(); ++arm) {
    chart.estimates.push_back(sweep.spread(0, arm, metric));
    std::vector<double> values(seeds.size(), not_reached);
    for (const SweepRow* row : place.arms[arm]) {
      const auto at = std::find(seeds.begin(), seeds.end(), row->seed) - seeds.begin();
      if (row->status != "diverged") values[static_cast<std::size_t>(at)] = metric.of(*row);
    }
    chart.values.push_back(std::move(values));
  }
  return chart;
}

/// Of a sweep over nothing but seeds: each arm's metrics, what it is told by first.
std::optional<Views> outcome_views(const SweepPlaces& sweep) {
  Views views{.selectors = {{"metric", {}}}};
  std::vector<SweepMetric> metrics = sweep_metrics();
  const std::string first = sweep.quality().name;
  std::stable_partition(metrics.begin(), metrics.end(),
                        [&](const SweepMetric& metric) { return metric.name == first; });
  for (const SweepMetric& metric : metrics) {
    EstimateChart chart = estimates_of(sweep, metric);
    const bool cost = std::string_view(metric.metric->path).starts_with(cost_group);
    const auto tells = [&](const Spread& spread) {
      return !spread.values.empty() && (!cost || spread.mean != 0);
    };
    if (std::none_of(chart.estimates.begin(), chart.estimates.end(), tells)) continue;
    views.charts[{views.selectors[0].options.size()}] = std::move(chart);
    views.selectors[0].options.push_back(metric_words(metric));
  }
  if (views.charts.empty()) return std::nullopt;
  return views;
}

void report_differences(const SweepPlaces& sweep, Page& page) {
  constexpr std::size_t most_listed = 60;
  std::vector<TextColumn> columns = place_difference_columns(sweep);
  if (columns.front().cells.empty()) return;
  page.section("Differences");
  const std::size_t all = columns.front().cells.size();
  for (TextColumn& column : columns) column.cells.resize(std::min(all, most_listed));
  page.table(columns);
  page.text(pairing_note(columns.back().cells));
  if (all > most_listed) {
    page.text(fmt::format("And {} more: memtrain summary DIR --format csv.", all - most_listed));
  }
}

void report_axes(const SweepPlaces& sweep, Page& page) {
  if (sweep.axes.empty()) {
    if (const auto views = outcome_views(sweep)) {
      page.figure({"outcome", "Final numbers",
                   "Each arm's mean over seeds with its 95 % interval (Student's t); rings are "
                   "single seeds."},
                  figure_json(*views));
    }
    return;
  }
  page.section("Over the axes");
  page.figure({"sweep", "Over the axes",
               "Means over seeds. Axes that are not drawn are held where the first arm is best; "
               "\"all values\" shows every place, and the mean of a cell's places in a map. Grey "
               "cells are missing."},
              sweep_json(sweep));
  page.section("Sensitivity");
  page.table(sensitivity_columns(sweep));
  page.text(
      "Part of the variance: how much of the variance of the means over places goes with the axis "
      "alone (ε², the correlation ratio without what chance adds). Lowest and highest mean: over "
      "the places with one value of the axis. Of a sample, neighbouring values are taken together; "
      "a "
      "dash: places differ in this axis alone, or not at all.");
}

void report_choices(const SweepPlaces& sweep, Page& page) {
  if (sweep.tuned.empty()) return;
  page.section("Settings that were tuned");
  page.table(choice_columns(sweep));
  page.text(fmt::format(
      "Each arm has at each place the best of {}, the same number of trials for all: by {}, a mean "
      "over seeds, of samples that are neither trained nor tested with. Settings with which fewer "
      "seeds diverged go before. The smallest or largest of those tried: better ones may lie "
      "beyond. A dash: the setting does not act on the arm.",
      joined_axes(sweep.tuned), metric_words(sweep.judge())));
}

void report_cost(const SweepPlaces& sweep, Page& page) {
  const auto views = trade_off_views(sweep);
  if (!views) return;
  page.section("Cost");
  page.figure({"trade-off", "How well for how much",
               "Each point is a place, after the last epoch. The dashed line is the best that can "
               "be had for what is spent."},
              figure_json(*views));
}

void report_missing(const SweepOrigin& origin, Page& page) {
  constexpr std::size_t most_listed = 100;
  std::vector<const SweepRow*> listed;
  std::size_t missing = 0;
  for (const SweepRow& row : *origin.rows) {
    if (!row.arm.empty()) continue;
    if (++missing <= most_listed) listed.push_back(&row);
  }
  if (missing == 0) return;
  page.section("Missing points");
  page.table({column_of("point", true, listed,
                        [](const SweepRow* row) { return fmt::format("{:06}", row->point); }),
              column_of("place", false, listed,
                        [&](const SweepRow* row) { return origin.plan->label(row->point); }),
              column_of("status", false, listed, [](const SweepRow* row) { return row->status; }),
              column_of("reason", false, listed, [](const SweepRow* row) { return row->reason; })});
  if (missing > most_listed) {
    page.text(fmt::format("And {} more: memtrain export DIR --csv DIR.", missing - most_listed));
  }
}

void report_origin(const SweepOrigin& origin, Page& page) {
  page.section("Scenario and provenance");
  std::vector<std::pair<std::string, std::string>> facts = {{"folder", origin.folder}};
  for (const std::string& set : origin.plan->set) facts.emplace_back("--set", set);
  const RunRecord& first = origin.first;
  if (!first.version.empty()) {
    for (const auto& [name, text] : {std::pair{"command", first.command},
                                     {"memtrain", first.version},
                                     {"commit", first.git_commit},
                                     {"host", first.host},
                                     {"first point", first.started}}) {
      facts.emplace_back(name, text);
    }
  }
  page.table(provenance_columns(facts));
  page.source("The scenario", origin.plan->scenario.text);
  page.source("The axes", axes_toml(origin.plan->axes));
  if (!first.scenario.empty()) {
    page.source("The scenario of the first point, with every default", first.scenario);
  }
}

}  // namespace

void report_sweep(const SweepPlaces& sweep, const SweepOrigin& origin, Page& page) {
  page.part(origin.title.empty() ? origin.folder : origin.title,
            fmt::format("{} · sweep of {} points over {} · {} with a result", origin.folder,
                        sweep.points, axes_text(sweep), sweep.with_result),
            origin.folder);
  page.text(opening_comment(origin.plan->scenario.text));
  report_answer(sweep, origin, page);
  if (sweep.with_result > 0) {
    report_axes(sweep, page);
    report_differences(sweep, page);
    report_choices(sweep, page);
    report_cost(sweep, page);
  }
  report_missing(origin, page);
  report_origin(origin, page);
}

}  // namespace memtrain
