#include "tools/memtrain/terminal.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>

#include "tools/memtrain/command.h"

namespace memtrain {

TerminalSize terminal_size(int descriptor) {
  winsize size{};
  if (ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return {};
  return {size.ws_row, size.ws_col};
}

TableStyle output_style() {
  return {.colour = may_colour(STDOUT_FILENO),
          .width = is_terminal(STDOUT_FILENO) ? terminal_size(STDOUT_FILENO).columns : 0};
}

std::string entry(std::string_view name, std::size_t column, std::string_view text) {
  return folded(fmt::format("{:<{}}{}", name, column, text), output_style().width, column) + '\n';
}

std::string progress_bar(double part, std::size_t terminal_columns) {
  const int cells = terminal_columns < 100 ? 10 : 20;
  static constexpr const char* parts[] = {" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const int eighths = static_cast<int>(std::lround(part * cells * 8));
  std::string out;
  for (int cell = 0; cell < cells; ++cell) {
    const int filled = eighths - cell * 8;
    out += filled >= 8 ? "█" : filled <= 0 ? "·" : parts[filled];
  }
  return out;
}

std::string fitted(std::vector<LinePart> parts, std::size_t columns) {
  std::erase_if(parts, [](const LinePart& part) { return part.text.empty(); });
  while (true) {
    std::string line;
    for (const LinePart& part : parts) line += (line.empty() ? "" : "  ") + part.text;
    const auto least = std::max_element(
        parts.begin(), parts.end(),
        [](const LinePart& a, const LinePart& b) { return a.dispensable < b.dispensable; });
    const bool spare = least != parts.end() && least->dispensable > 0;
    if (display_width(line) <= columns || !spare) return line;
    parts.erase(least);
  }
}

std::string cut_to(const std::string& line, std::size_t columns) {
  std::size_t characters = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if ((static_cast<unsigned char>(line[i]) & 0xC0U) == 0x80U) continue;
    if (characters++ == columns) return line.substr(0, i);
  }
  return line;
}

std::string short_duration(double seconds) {
  if (!std::isfinite(seconds)) return "?";
  const auto whole = static_cast<long>(std::lround(seconds));
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{}:{:02} min", whole / 60, whole % 60);
  return fmt::format("{}:{:02} h", whole / 3600, whole / 60 % 60);
}

}  // namespace memtrain
