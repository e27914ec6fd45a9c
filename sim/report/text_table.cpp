#include "sim/report/text_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace memtrain {
namespace {

constexpr std::size_t gap = 2;

std::string padded(const std::string& text, std::size_t width, bool right) {
  const std::string space(width - display_width(text), ' ');
  return right ? space + text : text + space;
}

/// Puts a column to the right of the lines so far.
void append(std::vector<std::string>& lines, const TextColumn& column) {
  std::vector<std::string> texts = {column.heading};
  texts.insert(texts.end(), column.cells.begin(), column.cells.end());
  std::size_t width = 0;
  for (const std::string& text : texts) width = std::max(width, display_width(text));
  if (width == 0) return;
  lines.resize(texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (!lines[i].empty()) lines[i] += std::string(gap, ' ');
    lines[i] += padded(texts[i], width, column.right);
  }
}

}  // namespace

std::size_t display_width(std::string_view text) {
  const auto starts_character = [](char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
  };
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), starts_character));
}

std::vector<std::string> table_lines(const std::vector<TextColumn>& columns) {
  std::vector<std::string> lines;
  for (const TextColumn& column : columns) append(lines, column);
  for (std::string& line : lines) line.erase(line.find_last_not_of(' ') + 1);
  return lines;
}

std::string engineering(double value, std::string_view unit) {
  if (std::isnan(value)) return std::string(unknown_text);
  if (unit == "1") unit = "";
  static constexpr std::string_view prefixes[] = {"f", "p", "n", "µ", "m", "",
                                                  "k", "M", "G", "T", "P", "E"};
  constexpr int none = 5;
  constexpr int last = static_cast<int>(std::size(prefixes)) - 1;
  int prefix = none;
  if (value != 0 && std::isfinite(value)) {
    // rounded to three digits first, so that 999.9 becomes 1.00 k and not 1000
    const double rounded = std::stod(fmt::format("{:.2e}", std::abs(value)));
    prefix = std::clamp(none + static_cast<int>(std::floor(std::log10(rounded) / 3)), 0, last);
  }
  const double scaled = value * std::pow(1000.0, none - prefix);
  const bool whole = value == std::round(value) && prefix == none;
  const int before = std::abs(scaled) >= 99.95 ? 3 : std::abs(scaled) >= 9.995 ? 2 : 1;
  const std::string digits = fmt::format("{:.{}f}", scaled, whole ? 0 : 3 - before);
  const std::string tail = std::string(prefixes[prefix]) + std::string(unit);
  return tail.empty() ? digits : digits + " " + tail;
}

std::string duration(double seconds) {
  if (std::isnan(seconds)) return std::string(unknown_text);
  if (seconds < 9.995) return fmt::format("{:.2f} s", seconds);
  if (seconds < 59.95) return fmt::format("{:.1f} s", seconds);
  const auto whole = std::llround(seconds);
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  const auto minutes = std::llround(seconds / 60);
  return fmt::format("{} h {:02} min", minutes / 60, minutes % 60);
}

}  // namespace memtrain
