#pragma once
#include <string>

#include "sim/report/comparison/comparison.h"

namespace memtrain {

/// What came of two runs, as comparison_table() tells it: the answer of each arm, then the other
/// qualities and the costs that differ; so many columns wide where names allow.
[[nodiscard]] std::string outcome_text(const RunComparison& comparison, std::size_t width);

}  // namespace memtrain
