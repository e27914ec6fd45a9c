#pragma once
#include "sim/sweep/plan.h"

namespace memtrain {

/// What a point will take, about.
struct PointEstimate {
  double seconds = 0;     ///< of one core
  double bytes = 0;       ///< of its result
  std::size_t tasks = 1;  ///< arms and seeds, which its threads can share
};

/// Trains each arm of a point for a moment (a part of an epoch) and extrapolates; loads its data.
/// Errors: those of a run.
[[nodiscard]] PointEstimate estimate_point(const Plan& plan, std::size_t point);

}  // namespace memtrain
