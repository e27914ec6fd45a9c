#pragma once
#include <optional>

#include "sim/record/run_record.h"
#include "sim/report/page/chart.h"

namespace memtrain {

// The figures of a run: what can be chosen and what is drawn. Nothing where nothing was measured.
// Numbers are the record's, and means, deviations and 95 % intervals of them over seeds.

/// Final values of all arms, a metric at a time.
[[nodiscard]] std::optional<Views> outcome_views(const RunRecord& record);
/// Metrics over epochs, an arm a line. Of long runs, epochs at equal distances and the last:
/// epoch_stride() apart.
[[nodiscard]] std::optional<Views> epoch_views(const RunRecord& record);
/// What was measured of layers over epochs, a layer a line: alignment angles, weights, devices.
[[nodiscard]] std::optional<Views> layer_views(const RunRecord& record);
/// How well arms did for what it had cost so far.
[[nodiscard]] std::optional<Views> trade_off_views(const RunRecord& record);
/// What training cost, by phase of training and by part of the arm.
[[nodiscard]] std::optional<Views> cost_views(const RunRecord& record);
/// What uses the energy.
[[nodiscard]] std::optional<Views> energy_views(const RunRecord& record);
/// Test samples by their true and their predicted class.
[[nodiscard]] std::optional<Views> confusion_views(const RunRecord& record);
/// Final weights of layers, all seeds together.
[[nodiscard]] std::optional<Views> weight_views(const RunRecord& record);
/// Final conductances of devices, all seeds together.
[[nodiscard]] std::optional<Views> conductance_views(const RunRecord& record);
/// How often devices were written, all seeds together.
[[nodiscard]] std::optional<Views> wear_views(const RunRecord& record);

[[nodiscard]] std::size_t epoch_stride(const RunRecord& record);

}  // namespace memtrain
