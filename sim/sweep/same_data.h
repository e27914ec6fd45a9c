#pragma once
#include <vector>

#include "sim/sweep/table.h"

namespace memtrain {

/// Refuses to go on with a sweep whose results were made with other data than its points have now:
/// a file that has changed since, another set of the same name. Data are loaded once for all points
/// that share them; names of files are relative to the current folder. Results from before they
/// told of their data, and data that cannot be loaded, are no reason. Errors: Failure::data.
void require_same_data(const Plan& plan, const SweepFolder& folder,
                       const std::vector<SweepRow>& rows);

/// What is wrong with results that should have the same data and have not, as parts that were run
/// on their own may leave them; empty: nothing. Only looks at what results tell: loads no data.
[[nodiscard]] std::string mixed_data(const Plan& plan, const SweepFolder& folder,
                                     const std::vector<SweepRow>& rows);

}  // namespace memtrain
