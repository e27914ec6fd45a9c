#pragma once
#include <string>

#include "sim/base/error.h"

namespace memtrain {

/// Where a value was written, as a message says it: "x.toml:14: " or "--set train.epochs=0: ".
using Place = std::string;

/// Refuses what was written there: throws Error(Failure::usage) with the place before the problem.
[[noreturn]] inline void refuse(const Place& place, const std::string& problem) {
  throw Error(Failure::usage, place + problem);
}

}  // namespace memtrain
