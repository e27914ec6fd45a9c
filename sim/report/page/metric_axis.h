#pragma once
#include <fmt/format.h>

#include "sim/report/metric_text.h"
#include "sim/report/page/chart.h"

namespace memtrain {

/// The axis that a metric is drawn along.
template <class Record>
[[nodiscard]] ChartAxis metric_axis(const Metric<Record>& metric) {
  return {.name = metric.path,
          .label = metric_words(metric.path),
          .units = metric.units,
          .percent = is_percentage(metric.path)};
}

/// What is to be said of arms that are not in a chart of what they cost, having no such cost.
[[nodiscard]] inline std::string note_of_dropped(const std::vector<std::string>& arms) {
  return arms.empty() ? "" : fmt::format("Not drawn, having none of it: {}", fmt::join(arms, ", "));
}

/// Whether values are so far apart that equal factors show more than equal steps.
[[nodiscard]] inline bool wants_logarithm(double least, double most) {
  return least > 0 && most > 30 * least;
}

}  // namespace memtrain
