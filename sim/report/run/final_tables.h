#pragma once
#include "sim/record/run_record.h"
#include "sim/record/table.h"

namespace memtrain {

// Tables of what is known of each arm and seed at the end of training; without rows where nothing
// is. All begin with arm and seed.

/// true_class, predicted_class, samples: of the test data.
[[nodiscard]] Table confusion_table(const RunRecord& run);

/// layer, device (of a cell), conductance (S, where the bin begins), devices.
[[nodiscard]] Table conductance_table(const RunRecord& run);

/// layer, pulses (most of the bin: 0, 1, 3 ... 2^k - 1), devices.
[[nodiscard]] Table wear_table(const RunRecord& run);

/// layer, output, input, weight.
[[nodiscard]] Table weights_table(const RunRecord& run);

}  // namespace memtrain
