#pragma once
#include <string>
#include <string_view>

#include <toml++/toml.h>

namespace memtrain {

/// How deep a TOML text may be: lists and tables within one another, and the parts of a dotted key.
/// The library sets no limit to keys; it takes a deep tree apart by recursion, and so do we.
inline constexpr int deepest_brackets = 32, longest_key = 16;

/// The only way in which TOML is read. Errors: toml::parse_error, also for a text that is too deep.
[[nodiscard]] toml::table parse_toml(std::string_view text, const std::string& name);

}  // namespace memtrain
