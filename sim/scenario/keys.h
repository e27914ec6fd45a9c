#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/parameter.h"

namespace memtrain {

/// Who may say what a key is.
enum class Scope {
  run,  ///< the whole run: not in an arm, so that arms stay comparable
  arm,  ///< the base or an arm
};

/// One settings key. The list of all keys is the single source for reading, checking, defaults and
/// help.
struct Key {
  std::string path;  ///< "train.epochs"
  ParameterInfo info;
  Value default_value;  ///< its alternative is the key's type
  Scope scope = Scope::arm;
  std::vector<std::string_view> devices = {};  ///< for a device parameter: the models that have it
};

/// Every key but `network.layers`, section by section.
[[nodiscard]] const std::vector<Key>& all_keys();
/// The key of that path, or null.
[[nodiscard]] const Key* find_key(std::string_view path);
/// The part of a path before its last dot, and after it.
[[nodiscard]] std::string_view section_of(std::string_view path);
[[nodiscard]] std::string_view name_in_section(std::string_view path);

/// All keys with default, range or choices, unit and help, a line each.
[[nodiscard]] std::string describe_keys();

/// What stands before the keys of a rule's own arrays: what they do not say is as in the network's.
inline constexpr std::string_view feedback_prefix = "feedback.";
/// Whether a key is one of a rule's own arrays.
[[nodiscard]] bool is_of_feedback(std::string_view path);

/// The one key whose value is a list of tables.
inline constexpr std::string_view layers_key = "network.layers";

}  // namespace memtrain
