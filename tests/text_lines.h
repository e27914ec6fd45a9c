#pragma once
#include <sstream>
#include <string>
#include <vector>

namespace memtrain::test {

inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// The first line that starts so.
inline std::string line_of(const std::string& text, const std::string& start) {
  for (const std::string& line : lines_of(text)) {
    if (line.starts_with(start)) return line;
  }
  return "no line starts with " + start;
}

}  // namespace memtrain::test
