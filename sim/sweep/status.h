#pragma once
#include "sim/sweep/table.h"

namespace memtrain {

/// How many points of a sweep are how far.
struct SweepCounts {
  std::size_t done = 0, running = 0, interrupted = 0, failed = 0, waiting = 0;
  std::size_t unreadable = 0;      ///< their result is there, but damaged or of another version
  std::vector<SweepRow> troubles;  ///< the first that failed or cannot be read
};

/// Counts them from the files alone: who works on a point holds its lock.
[[nodiscard]] SweepCounts count_points(const SweepFolder& folder,
                                       const std::vector<SweepRow>& rows);

}  // namespace memtrain
