#pragma once
#include <string>

#include "sim/record/run_record.h"
#include "sim/report/sweep/sweep_places.h"

namespace memtrain {

/// A sweep as a table of a document: a row a place with every arm's quality as mean ± s.d., its
/// tuned settings, and the 95 % interval of its difference from the first arm; then a line that
/// says where the numbers come from. `first` is any of its runs.
[[nodiscard]] std::string sweep_markdown(const SweepPlaces& sweep, const RunRecord& first);

}  // namespace memtrain
