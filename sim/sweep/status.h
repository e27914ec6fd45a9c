#pragma once
#include <utility>

#include "sim/sweep/folder.h"
#include "sim/sweep/plan.h"

namespace memtrain {

/// How many points of a sweep are how far.
struct SweepCounts {
  std::size_t done = 0, running = 0, interrupted = 0, failed = 0, waiting = 0;
  std::vector<std::pair<std::size_t, std::string>> some_failures;  ///< points and reasons
};

/// Counts them from the files alone: who works on a point holds its lock.
[[nodiscard]] SweepCounts count_points(const Plan& plan, const SweepFolder& folder);

}  // namespace memtrain
