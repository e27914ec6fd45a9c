#pragma once
#include <string>
#include <vector>

namespace memtrain {

/// The parts of a text between separators that are not within brackets or quotes, without blanks
/// around them.
[[nodiscard]] std::vector<std::string> split_outside(const std::string& text, char separator);

}  // namespace memtrain
