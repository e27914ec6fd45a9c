#include "sim/sweep/sweep_metric.h"

namespace memtrain {

std::vector<SweepMetric> sweep_metrics() {
  std::vector<SweepMetric> metrics;
  for (const Metric<EpochRecord>& metric : epoch_metrics()) {
    const bool cost = std::string_view(metric.path).starts_with(cost_group);
    metrics.push_back({(cost ? "" : "final_") + short_name(metric.path), &metric, false});
  }
  for (const Metric<EpochRecord>& metric : epoch_metrics()) {
    if (has_best(metric)) metrics.push_back({std::string("best_") + metric.path, &metric, true});
  }
  return metrics;
}

}  // namespace memtrain
