#pragma once
#include <span>
#include <string_view>

#include "sim/base/archive.h"
#include "sim/record/run_record.h"

namespace memtrain {

/// A number measured after every epoch: where the result file keeps it, and which member holds it.
template <class Record>
struct Metric {
  const char* path;   ///< dataset below the arm's (or the layer's) group, at most one group deep
  const char* units;  ///< as UDUNITS spells them; "1" for a pure number
  const char* long_name;  ///< what it is, in words for an axis label
  double Record::*value;
};

/// What stands before the totals of costs.
inline constexpr std::string_view cost_group = "cost/";

/// Saves or restores the numbers of a record.
template <class Record>
void keep(Archive& archive, std::span<const Metric<Record>> metrics, Record& record) {
  for (const Metric<Record>& metric : metrics) archive(record.*metric.value);
}

/// Every [seed, epoch] dataset of an arm. Those below "cost/" are totals that the summary reports
/// too.
[[nodiscard]] std::span<const Metric<EpochRecord>> epoch_metrics();

/// Every [seed, epoch] dataset of a layer.
[[nodiscard]] std::span<const Metric<LayerRecord>> layer_metrics();

/// Every [seed, epoch, part, phase] dataset of costs.
[[nodiscard]] std::span<const Metric<PhaseCost>> phase_cost_metrics();

}  // namespace memtrain
