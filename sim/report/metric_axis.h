#pragma once
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

/// Whether values are so far apart that equal factors show more than equal steps.
[[nodiscard]] inline bool wants_logarithm(double least, double most) {
  return least > 0 && most > 30 * least;
}

}  // namespace memtrain
