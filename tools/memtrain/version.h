#pragma once
#include <string_view>

namespace memtrain {

[[nodiscard]] std::string_view version();
/// The commit it was built from, with "+" behind it where the tree had changes; "unknown" outside
/// git.
[[nodiscard]] std::string_view git_commit();
[[nodiscard]] std::string_view build_type();

}  // namespace memtrain
