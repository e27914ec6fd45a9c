#pragma once
#include <string>

#include "models/rules/learning_rule.h"
#include "sim/scenario/assignments.h"

namespace memtrain {

/// Whose arrays settings are for, and where that is said.
struct Owner {
  std::string name;  ///< "arm 'x'", as messages say it
  Place place;
  std::string_view prefix;  ///< of the keys
  const Assignments* own;   ///< what it says itself
  bool written = true;      ///< by pulses, in training or to program them
};

/// What arrays are made of, checked; `merged` has the keys of the network's arrays and gets what
/// follows from the rest. Errors: Failure::usage.
[[nodiscard]] ArraySettings array_settings(Assignments& merged, const Owner& owner);

/// What a rule's own arrays are told, by the names that the network's use: as those, where
/// feedback.* says nothing else. Arrays that are read with errors are read as the network's are
/// with errors: through periphery.transposed, and in quantised.error_bits.
[[nodiscard]] Assignments feedback_assignments(const Assignments& merged, const Needs& needs);

/// Whether pulses write a rule's own arrays: in training, or to program them.
[[nodiscard]] bool feedback_written(const Needs& needs, std::string_view programming_method);

/// The value of a device parameter: given, or its model's default; 0 if the model has none of that
/// name.
[[nodiscard]] double device_number(const ArraySettings& array, std::string_view name);

/// Whether weights are written by pulses, and so cannot follow a digital optimiser.
[[nodiscard]] bool written_by_pulses(const ArraySettings& array);

/// What weights are made of, in a word or two.
[[nodiscard]] std::string device_word(const ArraySettings& array, const std::string& preset);

}  // namespace memtrain
