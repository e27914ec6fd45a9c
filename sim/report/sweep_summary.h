#pragma once
#include <string>

#include "sim/sweep/table.h"

namespace memtrain {

/// A sweep for a terminal: for each place on the axes (seeds together) the last test accuracy of
/// every arm as mean ± s.d., or the mean squared error where there is no accuracy; the first
/// places only where there are many, and then how many points have a result.
[[nodiscard]] std::string sweep_summary(const Plan& plan, const std::vector<SweepRow>& rows);

}  // namespace memtrain
