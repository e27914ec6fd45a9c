#pragma once
#include <string>
#include <vector>

#include "sim/record/metrics.h"
#include "sim/sweep/table.h"

namespace memtrain {

/// A number that every row of a sweep has, as its table names it.
struct SweepMetric {
  std::string name;  ///< "final_test_accuracy", "best_test_accuracy", "energy"
  const Metric<EpochRecord>* metric = nullptr;
  bool of_best = false;  ///< the best of all epochs; if not, after the last one

  [[nodiscard]] double of(const SweepRow& row) const {
    return (of_best ? row.best : row.last).*metric->value;
  }
  [[nodiscard]] Better better() const { return metric->better; }
};

/// All of them, in the order of the table's columns.
[[nodiscard]] std::vector<SweepMetric> sweep_metrics();

}  // namespace memtrain
