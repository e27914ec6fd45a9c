#pragma once
#include <string>
#include <vector>

#include "sim/sweep/table.h"

namespace memtrain {

/// A sweep as it is found in its folder.
struct OpenedSweep {
  Plan plan;
  std::vector<SweepRow> rows;
};

/// Reads a sweep, complete or not, by so many processes where there is much to read. Errors:
/// Failure::usage where the folder has no plan; Failure::data where that cannot be read.
[[nodiscard]] OpenedSweep open_sweep(const std::string& root, std::size_t processes);

/// The outcome of the first point of a sweep that has one; an empty record where none has.
[[nodiscard]] RunRecord first_result(const std::string& root, const std::vector<SweepRow>& rows);

}  // namespace memtrain
