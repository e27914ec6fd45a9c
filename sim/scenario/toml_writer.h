#pragma once
#include <string>

#include "sim/scenario/assignments.h"
#include "sim/scenario/scenario.h"

namespace memtrain {

/// A value as TOML has it.
[[nodiscard]] std::string toml_text(const Value& value);

/// A TOML text in quotes, on one line.
[[nodiscard]] std::string quoted(const std::string& text);

/// The complete settings of one arm, every default filled in; `feedback`: what its rule's own
/// arrays are told, by the names of the network's keys.
[[nodiscard]] std::string arm_toml(const Assignments& merged, const Assignments& feedback,
                                   const Arm& arm);

/// The complete scenario: what arms share, then every arm with all that it does not share. Reading
/// it again gives the same scenario.
[[nodiscard]] std::string scenario_toml(const Assignments& base, const Scenario& scenario);

}  // namespace memtrain
