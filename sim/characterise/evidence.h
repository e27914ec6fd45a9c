#pragma once
#include <vector>

#include "sim/characterise/measured_curve.h"

namespace memtrain {

/// Changes of about the same weight by the same pulses.
struct Bin {
  int pulses = 0;
  double weight = 0, change = 0;  ///< means
  double variance = 0;            ///< of the change
  double count = 0;
};

/// What a curve tells, in the form that fitting needs.
struct Evidence {
  std::vector<Bin> bins;
  double highest = 0, lowest = 0;  ///< weights seen
  bool upper_bound_seen = false, lower_bound_seen = false;
  double step_up = 0, step_down = 0;  ///< typical sizes
  std::vector<std::size_t> kept;      ///< of an ensemble: readings that no bound cut off
};

/// Gathers the changes of a curve into bins of equal pulses and about equal weights. Changes that a
/// bound cut off are left out, because they say nothing of the step.
[[nodiscard]] Evidence gather_evidence(const MeasuredCurve& curve);

}  // namespace memtrain
