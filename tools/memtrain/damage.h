#pragma once
#include <string>
#include <vector>

#include "sim/sweep/table.h"

namespace memtrain {

/// What brings the results of damaged points back.
[[nodiscard]] std::string remedy_of_damage(const std::string& sweep);

/// Warns of the points of a sweep whose results are there and cannot be read, of the first ones by
/// file and reason, and of results that were made with different data.
void warn_of_damage(const std::string& sweep, const Plan& plan, const std::vector<SweepRow>& rows);

}  // namespace memtrain
