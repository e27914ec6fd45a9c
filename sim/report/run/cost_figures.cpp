#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/report/page/metric_axis.h"
#include "sim/report/run/run_figures.h"
#include "sim/report/summary.h"

namespace memtrain {
namespace {

/// The seeds whose last epoch is one to report, with that epoch.
std::vector<const EpochRecord*> last_epochs(const ArmRecord& arm) {
  std::vector<const EpochRecord*> epochs;
  for (const SeedRecord& seed : arm.seeds) {
    if (seed_counts(arm, seed)) epochs.push_back(&seed.epochs.back());
  }
  return epochs;
}

/// Sums over parts, for each phase, or over phases, for each part; means over seeds.
std::vector<double> shares(const ArmRecord& arm, double PhaseCost::*metric, bool by_phase) {
  const std::size_t phases = arm.cost_phases.size(), parts = arm.cost_parts.size();
  std::vector<double> means;
  for (std::size_t kept = 0; kept < (by_phase ? phases : parts); ++kept) {
    std::vector<double> sums;
    for (const EpochRecord* epoch : last_epochs(arm)) {
      if (epoch->costs.size() != phases * parts) continue;
      double sum = 0;
      for (std::size_t c = 0; c < epoch->costs.size(); ++c) {
        if ((by_phase ? c % phases : c / phases) == kept) sum += epoch->costs[c].*metric;
      }
      sums.push_back(sum);
    }
    means.push_back(spread_of(sums).mean);
  }
  return means;
}

/// What of a chart's bars is not known, arm by arm: bars are sums of what is.
std::string note_of_unknown(const BarChart& chart) {
  std::vector<std::string> notes;
  for (std::size_t a = 0; a < chart.labels.size(); ++a) {
    std::vector<std::string> unknown;
    for (const auto& [name, values] : chart.series) {
      if (std::isnan(values[a])) unknown.push_back(name);
    }
    if (unknown.empty()) continue;
    const bool all = unknown.size() == chart.series.size();
    notes.push_back(all ? chart.labels[a]
                        : fmt::format("{} ({})", chart.labels[a], fmt::join(unknown, ", ")));
  }
  return notes.empty() ? "" : fmt::format("Not known: {}", fmt::join(notes, "; "));
}

/// A bar for each arm, from the shares of phases or parts; of those with costs.
BarChart share_chart(const RunRecord& record, const Metric<PhaseCost>& metric, bool by_phase) {
  BarChart chart{.y = metric_axis(metric), .label = "arm"};
  for (std::size_t a = 0; a < record.arms.size(); ++a) {
    const ArmRecord& arm = record.arms[a];
    chart.labels.push_back(arm.name);
    const std::vector<double> values = shares(arm, metric.value, by_phase);
    const std::vector<std::string>& names = by_phase ? arm.cost_phases : arm.cost_parts;
    for (std::size_t i = 0; i < names.size(); ++i) {
      auto at = std::find_if(chart.series.begin(), chart.series.end(),
                             [&](const auto& series) { return series.first == spaced(names[i]); });
      if (at == chart.series.end()) {
        at = chart.series.insert(
            at, {spaced(names[i]), std::vector<double>(record.arms.size(), not_reached)});
      }
      at->second[a] = values[i];
    }
  }
  // what no arm has is left out, and what is not known of any arm is told
  const auto any = [&](auto condition) {
    return std::any_of(chart.series.begin(), chart.series.end(), [&](const auto& series) {
      return std::any_of(series.second.begin(), series.second.end(), condition);
    });
  };
  if (!any([](double value) { return value > 0; })) chart.series.clear();
  std::erase_if(chart.series, [](const auto& series) {
    return std::all_of(series.second.begin(), series.second.end(),
                       [](double value) { return value == 0; });
  });
  if (by_phase) chart.note = note_of_unknown(chart);
  return chart;
}

}  // namespace

std::optional<Views> cost_views(const RunRecord& record) {
  Views views{.selectors = {{"cost", {}}, {"by", {"phase of training", "part of the arm"}}}};
  std::vector<std::string>& options = views.selectors[0].options;
  const auto metrics = phase_cost_metrics();
  std::vector<Metric<PhaseCost>> asked_for(metrics.begin(), metrics.end());
  std::stable_sort(asked_for.begin(), asked_for.end(), [](const auto& a, const auto& b) {
    return cost_rank(a.path) < cost_rank(b.path);
  });
  for (const auto& metric : asked_for) {
    bool any = false;
    for (const bool by_phase : {true, false}) {
      BarChart chart = share_chart(record, metric, by_phase);
      if (chart.series.empty()) continue;
      views.charts[{options.size(), by_phase ? 0U : 1U}] = std::move(chart);
      any = true;
    }
    if (any) options.push_back(metric_words(metric.path));
  }
  if (views.charts.empty()) return std::nullopt;
  return views;
}

std::optional<Views> energy_views(const RunRecord& record) {
  BarChart chart{.y = {.name = "energy", .label = "energy", .units = "J"}, .label = "arm"};
  for (const ArmRecord& arm : record.arms) chart.labels.push_back(arm.name);
  for (const auto& metric : epoch_metrics()) {
    constexpr std::string_view prefix = "cost/energy_";
    const std::string_view path = metric.path;
    if (!path.starts_with(prefix)) continue;
    std::vector<double> means;
    for (const ArmRecord& arm : record.arms) {
      means.push_back(spread_of(final_values(arm, metric.value)).mean);
    }
    const bool any =
        std::any_of(means.begin(), means.end(), [](double value) { return value > 0; });
    if (any) chart.series.emplace_back(spaced(path.substr(prefix.size())), means);
  }
  if (chart.series.empty()) return std::nullopt;
  chart.note = note_of_unknown(chart);
  return only(std::move(chart));
}

}  // namespace memtrain
