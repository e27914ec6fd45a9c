#pragma once
#include <span>
#include <string>
#include <string_view>

namespace memtrain {

/// The known name nearest to a mistyped word by edit distance, or empty if none is near: at most
/// two letters off, or a third of the word where it is long.
[[nodiscard]] std::string nearest_name(std::string_view word,
                                       std::span<const std::string_view> known);

}  // namespace memtrain
