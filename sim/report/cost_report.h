#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "sim/cost/arm_cost.h"

namespace memtrain {

/// The costs of all arms for a terminal: totals of a sample and of an epoch, then by phase; and
/// what would have to be known for what is not. Fitted into so many columns (0: any number).
[[nodiscard]] std::string cost_table(const std::vector<ArmCost>& arms, std::size_t width = 0);

/// What a sample costs, as tables of a document.
[[nodiscard]] std::string cost_markdown(const std::vector<ArmCost>& arms);

/// The same for programs, `{"arms": {NAME: {"per_sample": {…}, "per_epoch": {…}, "by_layer": […],
/// "by_phase": {…}, …}}}`; null: not known. Energies in J, latencies in s.
[[nodiscard]] std::string cost_json(const std::vector<ArmCost>& arms);

/// A row for each arm, part and phase, and with "all" for their sums, of what a sample costs.
/// Empty: not known.
[[nodiscard]] std::string cost_csv(const std::vector<ArmCost>& arms);

}  // namespace memtrain
