#pragma once
#include <span>
#include <string>

#include "sim/base/parameter.h"

namespace memtrain {

/// How given weights are written into an array: initial weights, and copies of another array.
struct ProgrammingSettings {
  /// exact: as far as the bounds allow; write_verify: by pulses in a closed loop, with what errors
  /// that leaves (PulseSettings::verify_tolerance, verify_pulses).
  std::string method = "exact";
  float error = 0.0F;  ///< s.d. of what every written weight is off by, as a part of the largest
};
[[nodiscard]] std::span<const Parameter<ProgrammingSettings>> programming_parameters();

}  // namespace memtrain
