#pragma once
#include <string>
#include <vector>

#include "sim/scenario/axis.h"

namespace memtrain {

/// A scenario with every default filled in and with its axes, itself a scenario. What an axis sets,
/// and what follows from that, is left to it: only where the scenario itself gives such a setting
/// to all arms does it stand there, before the arms. So all points are those of the scenario. The
/// axes are checked. Errors: as read_scenario().
[[nodiscard]] std::string complete_toml(const ScenarioText& scenario,
                                        const std::vector<std::string>& set,
                                        const std::vector<Axis>& axes);

}  // namespace memtrain
