#pragma once
#include <string>

namespace memtrain {

/// A text whose bytes that are not UTF-8 have become question marks: names of files may have any
/// bytes, TOML takes none of these.
[[nodiscard]] std::string valid_utf8(const std::string& text);

}  // namespace memtrain
