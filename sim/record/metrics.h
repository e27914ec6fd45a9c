#pragma once
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "sim/base/archive.h"
#include "sim/record/run_record.h"

namespace memtrain {

/// Which values of a metric are to be wished for.
enum class Better : std::uint8_t { neither, high, low };

/// Whether a value is better than another; any number is better than NaN.
[[nodiscard]] inline bool is_better(Better better, double value, double than) {
  if (std::isnan(value) || better == Better::neither) return false;
  return std::isnan(than) || (better == Better::high ? value > than : value < than);
}

/// A number measured after every epoch: where the result file keeps it, and which member holds it.
template <class Record>
struct Metric {
  const char* path;   ///< dataset below the arm's (or the layer's) group, at most one group deep
  const char* units;  ///< as UDUNITS spells them; "1" for a pure number
  const char* long_name;  ///< what it is, in words for an axis label
  double Record::*value;
  Better better = Better::neither;
};

/// What stands before the totals of costs.
inline constexpr std::string_view cost_group = "cost/";

/// The path of a metric without the group of costs: "energy", "test_accuracy".
[[nodiscard]] inline std::string short_name(std::string_view path) {
  if (path.starts_with(cost_group)) path.remove_prefix(cost_group.size());
  return std::string(path);
}

/// Saves or restores the numbers of a record.
template <class Record>
void keep(Archive& archive, std::span<const Metric<Record>> metrics, Record& record) {
  for (const Metric<Record>& metric : metrics) archive(record.*metric.value);
}

/// Whether the best of all epochs is told of a metric beside its last value.
[[nodiscard]] inline bool has_best(const Metric<EpochRecord>& metric) {
  return std::string_view(metric.path).starts_with("test_");
}

/// Every [seed, epoch] dataset of an arm. Those below "cost/" are totals that the summary reports
/// too.
[[nodiscard]] std::span<const Metric<EpochRecord>> epoch_metrics();

/// Every [seed, epoch] dataset of a layer.
[[nodiscard]] std::span<const Metric<LayerRecord>> layer_metrics();

/// Every [seed, epoch, part, phase] dataset of costs.
[[nodiscard]] std::span<const Metric<PhaseCost>> phase_cost_metrics();

}  // namespace memtrain
