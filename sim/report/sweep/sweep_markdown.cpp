#include "sim/report/sweep/sweep_markdown.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "sim/report/markdown.h"
#include "sim/report/metric_text.h"
#include "sim/report/sweep/sweep_summary.h"

namespace memtrain {
namespace {

/// "93.21 ± 0.40 (0.1)": in brackets what was tuned and acts on the arm.
std::string quality_text(const SweepPlaces& sweep, std::size_t place, std::size_t arm) {
  const SweepMetric metric = sweep.quality();
  std::string text = mean_text(sweep.spread(place, arm, metric), is_percentage(metric));
  const auto& chosen = sweep.places[place].chosen[arm];
  const auto acts = [](const std::optional<std::uint32_t>& value) { return value.has_value(); };
  if (std::none_of(chosen.begin(), chosen.end(), acts)) return text;
  std::vector<std::string> values;
  for (std::size_t axis = 0; axis < chosen.size(); ++axis) {
    values.emplace_back(chosen[axis] ? sweep.tuned[axis]->values[*chosen[axis]] : unknown_text);
  }
  return fmt::format("{} ({})", text, fmt::join(values, ", "));
}

std::string difference_text(const SweepPlaces& sweep, std::size_t place, std::size_t arm) {
  const SweepMetric metric = sweep.quality();
  const bool percent = is_percentage(metric);
  const PairedTest test = sweep.difference(place, arm, 0, metric);
  if (test.pairs == 0) return std::string(unknown_text);
  return change_text(test.mean, percent) + " " + interval_text(test, percent);
}

/// Of all points: a sweep may have been continued with a later program.
std::string commits_of(const SweepPlaces& sweep) {
  std::set<std::string> commits;
  for (const SweepPlace& place : sweep.places) {
    for (const auto& rows : place.arms) {
      for (const SweepRow* row : rows) commits.insert(row->commit);
    }
  }
  return fmt::format("{}", fmt::join(commits, ", "));
}

std::vector<std::int64_t> seeds_of(const SweepPlaces& sweep) {
  std::set<std::int64_t> seeds;
  for (const SweepPlace& place : sweep.places) {
    for (const auto& rows : place.arms) {
      for (const SweepRow* row : rows) seeds.insert(row->seed);
    }
  }
  return {seeds.begin(), seeds.end()};
}

/// A row a place, and columns for every arm.
std::vector<TextColumn> place_columns(const SweepPlaces& sweep) {
  std::vector<std::size_t> places(sweep.places.size());
  std::iota(places.begin(), places.end(), 0);
  std::vector<TextColumn> columns;
  for (std::size_t axis = 0; axis < sweep.axes.size(); ++axis) {
    columns.push_back(axis_column(sweep, axis, places));
  }
  for (std::size_t arm = 0; arm < sweep.arms.size(); ++arm) {
    columns.push_back(
        column_of((sweep.arms[arm] + unit_text(sweep.quality())).c_str(), true, places,
                  [&](std::size_t place) { return quality_text(sweep, place, arm); }));
  }
  for (std::size_t arm = 1; arm < sweep.arms.size(); ++arm) {
    columns.push_back(
        column_of(fmt::format("{} minus {}", sweep.arms[arm], sweep.arms[0]).c_str(), true, places,
                  [&](std::size_t place) { return difference_text(sweep, place, arm); }));
  }
  return columns;
}

/// Of a sweep over nothing but seeds and what is tuned: a row an arm.
std::vector<TextColumn> arm_columns(const SweepPlaces& sweep) {
  std::vector<std::size_t> arms(sweep.arms.size());
  std::iota(arms.begin(), arms.end(), 0);
  return {column_of("arm", false, arms, [&](std::size_t arm) { return sweep.arms[arm]; }),
          column_of((metric_words(sweep.quality()) + unit_text(sweep.quality())).c_str(), true,
                    arms, [&](std::size_t arm) { return quality_text(sweep, 0, arm); }),
          column_of(("minus " + sweep.arms[0]).c_str(), true, arms, [&](std::size_t arm) {
            return arm == 0 ? std::string() : difference_text(sweep, 0, arm);
          })};
}

}  // namespace

std::string sweep_markdown(const SweepPlaces& sweep, const RunRecord& first) {
  std::string out;
  if (!sweep.arms.empty()) {
    out = markdown_table(sweep.axes.empty() ? arm_columns(sweep) : place_columns(sweep)) + '\n';
  }
  if (!sweep.tuned.empty()) {
    std::vector<std::string> keys;
    for (const Axis* axis : sweep.tuned) keys.push_back("`" + axis->key + "`");
    out += fmt::format("In brackets {}, chosen for each arm and row by {}. ", fmt::join(keys, ", "),
                       metric_words(sweep.judge()));
  }
  if (sweep.with_result < sweep.points) {
    out += fmt::format("{} of {} points have a result. ", sweep.with_result, sweep.points);
  }
  if (sweep.diverged > 0) out += fmt::format("In {} points an arm diverged. ", sweep.diverged);
  if (sweep.with_result == 0) return out + '\n';
  RunRecord origin{.started = first.started, .seeds = seeds_of(sweep)};
  origin.processor = first.processor;
  return out + origin_line(origin, commits_of(sweep));
}

}  // namespace memtrain
