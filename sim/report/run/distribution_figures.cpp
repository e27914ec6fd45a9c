#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/report/run/run_figures.h"
#include "sim/report/summary.h"

namespace memtrain {
namespace {

std::vector<std::string> class_names(Index classes) {
  std::vector<std::string> names;
  for (Index c = 0; c < classes; ++c) names.push_back(std::to_string(c));
  return names;
}

CellChart confusion_chart(const ArmRecord& arm, const Eigen::MatrixXi& counts) {
  const std::vector<std::string> names = class_names(arm.classes);
  CellChart chart{.x = {.name = "predicted_class", .label = "predicted class", .names = names},
                  .y = {.name = "true_class", .label = "true class", .names = names},
                  .value = {.name = "samples", .label = "test samples"},
                  .downwards = true};
  for (Index truth = 0; truth < counts.rows(); ++truth) {
    std::vector<double> row;
    for (Index guess = 0; guess < counts.cols(); ++guess) row.push_back(counts(truth, guess));
    chart.values.push_back(row);
  }
  return chart;
}

/// Counts in equal steps from `low` on, each divided by all and by `unit`. The line of steps ends
/// where the last step does.
LineSeries histogram_line(const std::string& name, double low, double step, double unit,
                          const std::vector<double>& counts) {
  LineSeries line{.name = name};
  double all = 0;
  for (const double count : counts) all += count;
  for (std::size_t bin = 0; bin < counts.size(); ++bin) {
    line.x.push_back(low + static_cast<double>(bin) * step);
    line.y.push_back(counts[bin] / all / unit);
  }
  line.x.push_back(low + static_cast<double>(counts.size()) * step);
  line.y.push_back(line.y.back());
  return line;
}

struct Range {
  double low = INFINITY, high = -INFINITY;
};

/// Of those that are finite numbers.
Range range_of_weights(const ArmRecord& arm) {
  Range range;
  for (const SeedRecord& seed : arm.seeds) {
    for (const Matrix& weights : seed.weights) {
      if (weights.size() == 0) continue;
      for (const float weight : weights.reshaped()) {
        if (!std::isfinite(weight)) continue;
        range.low = std::min(range.low, static_cast<double>(weight));
        range.high = std::max(range.high, static_cast<double>(weight));
      }
    }
  }
  return range;
}

/// So many steps that each has some weights (Rice's rule: twice the cube root of their number).
std::size_t steps_for(double weights) {
  return static_cast<std::size_t>(std::clamp(2 * std::cbrt(weights), 10.0, 100.0));
}

LineChart weight_chart(const ArmRecord& arm, const Range& range) {
  LineChart chart{.x = {.name = "weight", .label = "weight"},
                  .y = {.name = "density", .label = "density of the layer's weights"},
                  .steps = true};
  for (std::size_t l = 0; l < arm.layers.size(); ++l) {
    std::vector<double> weights;
    for (const SeedRecord& seed : arm.seeds) {
      if (seed.weights.empty()) continue;
      for (const float weight : seed.weights[l].reshaped()) {
        if (std::isfinite(weight)) weights.push_back(static_cast<double>(weight));
      }
    }
    const std::size_t steps = steps_for(static_cast<double>(weights.size()));
    const double step = (range.high - range.low) / static_cast<double>(steps);
    std::vector<double> counts(steps, 0.0);
    for (const double weight : weights) {
      const double bin = (weight - range.low) / step;
      counts[std::min(static_cast<std::size_t>(bin), steps - 1)] += 1;
    }
    if (weights.empty()) continue;
    chart.series.push_back(histogram_line(arm.layers[l].name, range.low, step, step, counts));
  }
  return chart;
}

LineChart conductance_chart(const ArmRecord& arm, const SeedRecord& first) {
  LineChart chart{
      .x = {.name = "conductance", .label = "conductance", .units = "S"},
      .y = {.name = "fraction", .label = "devices of the layer, each step", .percent = true},
      .steps = true};
  for (std::size_t l = 0; l < first.conductances.size(); ++l) {
    const std::size_t devices = first.conductances[l].size();
    for (std::size_t d = 0; d < devices; ++d) {
      std::vector<double> counts(first.conductances[l][d].devices.size(), 0.0);
      for (const SeedRecord& seed : arm.seeds) {
        if (seed.conductances.empty()) continue;
        const std::vector<double>& own = seed.conductances[l][d].devices;
        std::transform(own.begin(), own.end(), counts.begin(), counts.begin(), std::plus<>());
      }
      const std::string name = arm.layers[l].name;
      chart.series.push_back(
          histogram_line(devices == 1 ? name : fmt::format("{}, device {}", name, d), 0.0,
                         first.conductances[l][d].bin_width, 1.0, counts));
    }
  }
  return chart;
}

BarChart wear_chart(const ArmRecord& arm, std::size_t bins) {
  BarChart chart{.y = {.name = "devices", .label = "devices"}, .label = "pulses"};
  for (std::size_t bin = 0; bin < bins; ++bin) {
    const auto power = [](std::size_t k) { return std::exp2(static_cast<double>(k)); };
    chart.labels.push_back(bin < 2
                               ? std::to_string(bin)
                               : fmt::format("{:.0f} to {:.0f}", power(bin - 1), power(bin) - 1));
  }
  for (std::size_t l = 0; l < arm.layers.size(); ++l) {
    std::vector<double> counts(bins, 0.0);
    for (const SeedRecord& seed : arm.seeds) {
      if (seed.wear.empty()) continue;
      const std::vector<double>& own = seed.wear[l].histogram;
      for (std::size_t bin = 0; bin < std::min(bins, own.size()); ++bin) counts[bin] += own[bin];
    }
    chart.series.emplace_back(arm.layers[l].name, counts);
  }
  return chart;
}

std::size_t bins_of_wear(const ArmRecord& arm) {
  std::size_t bins = 0;
  for (const SeedRecord& seed : arm.seeds) {
    for (const WearRecord& layer : seed.wear) {
      for (std::size_t bin = 0; bin < layer.histogram.size(); ++bin) {
        if (layer.histogram[bin] > 0) bins = std::max(bins, bin + 1);
      }
    }
  }
  return bins;
}

/// A chart for each arm that has one.
template <class Make>
std::optional<Views> of_arms(const RunRecord& record, Make make) {
  Views views{.selectors = {{"arm", {}}}};
  for (const ArmRecord& arm : record.arms) {
    std::optional<Chart> chart = make(arm);
    if (!chart) continue;
    views.charts[{views.selectors[0].options.size()}] = std::move(*chart);
    views.selectors[0].options.push_back(arm.name);
  }
  if (views.charts.empty()) return std::nullopt;
  return views;
}

}  // namespace

std::optional<Views> confusion_views(const RunRecord& record) {
  constexpr Index most_classes_by_seed = 20;
  Views views{.selectors = {{"arm", arm_names(record)}, {"seed", {"all"}}}};
  for (std::size_t a = 0; a < record.arms.size(); ++a) {
    const ArmRecord& arm = record.arms[a];
    Eigen::MatrixXi all = Eigen::MatrixXi::Zero(arm.classes, arm.classes);
    for (std::size_t s = 0; s < arm.seeds.size(); ++s) {
      const Eigen::MatrixXi& confusion = arm.seeds[s].confusion;
      if (confusion.size() == 0) continue;
      all += confusion;
      if (record.seeds.size() > 1 && arm.classes <= most_classes_by_seed) {
        views.charts[{a, s + 1}] = confusion_chart(arm, confusion);
      }
    }
    if (all.size() > 0 && all.sum() > 0) views.charts[{a, 0}] = confusion_chart(arm, all);
  }
  if (views.charts.empty()) return std::nullopt;
  if (record.seeds.size() > 1) {
    for (const std::int64_t seed : record.seeds) {
      views.selectors[1].options.push_back(std::to_string(seed));
    }
  }
  return views;
}

std::optional<Views> weight_views(const RunRecord& record) {
  return of_arms(record, [](const ArmRecord& arm) -> std::optional<Chart> {
    const Range range = range_of_weights(arm);
    if (!(range.high > range.low)) return std::nullopt;
    return weight_chart(arm, range);
  });
}

std::optional<Views> conductance_views(const RunRecord& record) {
  return of_arms(record, [](const ArmRecord& arm) -> std::optional<Chart> {
    const auto first = std::find_if(arm.seeds.begin(), arm.seeds.end(), [](const SeedRecord& seed) {
      return !seed.conductances.empty();
    });
    if (first == arm.seeds.end()) return std::nullopt;
    return conductance_chart(arm, *first);
  });
}

std::optional<Views> wear_views(const RunRecord& record) {
  return of_arms(record, [](const ArmRecord& arm) -> std::optional<Chart> {
    const std::size_t bins = bins_of_wear(arm);
    if (bins == 0) return std::nullopt;
    return wear_chart(arm, bins);
  });
}

}  // namespace memtrain
