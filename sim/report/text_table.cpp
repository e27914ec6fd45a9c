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

std::size_t width_of(const TextColumn& column) {
  std::size_t width = display_width(column.heading);
  for (const std::string& text : column.cells) width = std::max(width, display_width(text));
  return width;
}

std::size_t width_of(const std::vector<TextColumn>& columns) {
  std::size_t width = 0;
  for (const TextColumn& column : columns) {
    const std::size_t own = width_of(column);
    if (own > 0) width += own + (width > 0 ? gap : 0);
  }
  return width;
}

/// Leaves out the most dispensable columns until the rest fits, or nothing is dispensable.
void leave_out(std::vector<TextColumn>& columns, std::size_t width) {
  while (width_of(columns) > width) {
    const auto least = std::max_element(
        columns.begin(), columns.end(),
        [](const TextColumn& a, const TextColumn& b) { return a.dispensable < b.dispensable; });
    if (least->dispensable == 0) return;
    const int level = least->dispensable;
    std::erase_if(columns, [&](const TextColumn& column) { return column.dispensable == level; });
  }
}

/// Puts a column to the right of the lines so far.
void append(std::vector<std::string>& lines, const TextColumn& column) {
  std::vector<std::string> texts = {column.heading};
  texts.insert(texts.end(), column.cells.begin(), column.cells.end());
  const std::size_t width = width_of(column);
  if (width == 0) return;
  lines.resize(texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (!lines[i].empty()) lines[i] += std::string(gap, ' ');
    lines[i] += padded(texts[i], width, column.right);
  }
}

/// Where a line that is too wide is folded: at its last blank within the width, or at the first one
/// behind; of those from column `first` on. None: std::string_view::npos.
std::size_t fold_of(std::string_view line, std::size_t width, std::size_t first) {
  std::size_t found = std::string_view::npos;
  for (std::size_t at = line.find(' '); at != std::string_view::npos; at = line.find(' ', at + 1)) {
    const std::size_t column = display_width(line.substr(0, at));
    if (column > width && found != std::string_view::npos) break;
    if (column >= first) found = at;
  }
  return found;
}

}  // namespace

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  bool colour = false;  // within ESC [ … m
  for (const char byte : text) {
    if (byte == '\033') colour = true;
    const bool starts_character = (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
    if (starts_character && !colour) ++width;
    if (byte == 'm') colour = false;
  }
  return width;
}

std::vector<std::string> table_lines(const std::vector<TextColumn>& columns) {
  std::vector<std::string> lines;
  for (const TextColumn& column : columns) append(lines, column);
  for (std::string& line : lines) line.erase(line.find_last_not_of(' ') + 1);
  return lines;
}

std::vector<std::string> fitted_lines(std::vector<TextColumn> columns, std::size_t width,
                                      std::size_t keys) {
  if (width > 0) leave_out(columns, width);
  if (width == 0 || width_of(columns) <= width) return table_lines(columns);
  const auto first = columns.begin() + static_cast<std::ptrdiff_t>(std::min(keys, columns.size()));
  std::vector<std::string> lines;
  for (auto next = first; next != columns.end();) {
    std::vector<TextColumn> part(columns.begin(), first);
    do {
      part.push_back(*next++);
    } while (next != columns.end() && width_of(part) + gap + width_of(*next) <= width);
    if (width_of({part.begin() + (first - columns.begin()), part.end()}) == 0) continue;
    if (!lines.empty()) lines.emplace_back();
    for (std::string& line : table_lines(part)) lines.push_back(std::move(line));
  }
  return lines;
}

std::string table_text(std::vector<TextColumn> columns, std::size_t width, std::size_t keys) {
  std::string text;
  for (const std::string& line : fitted_lines(std::move(columns), width, keys)) text += line + '\n';
  return text;
}

std::string folded(std::string_view line, std::size_t width, std::size_t indent) {
  std::string out;
  indent = std::min(indent, width * 2 / 3);
  for (std::size_t room = width, first = indent; width > 0 && display_width(line) > room;
       room = width - indent, first = 1) {
    const std::size_t at = fold_of(line, room, first);
    const std::size_t next = line.find_first_not_of(' ', at);
    if (next == std::string_view::npos) break;
    out += line.substr(0, line.find_last_not_of(' ', at) + 1);
    out += '\n' + std::string(indent, ' ');
    line.remove_prefix(next);
  }
  return out += line;
}

std::string prose_table(std::vector<TextColumn> columns, std::size_t width, std::size_t margin) {
  const std::string left(margin, ' ');
  const TextColumn prose = std::move(columns.back());
  columns.pop_back();
  const std::size_t room_from = margin + width_of(columns) + gap;
  const bool below = width > 0 && room_from > width * 2 / 3;
  if (!below) columns.push_back(prose);
  const std::vector<std::string> lines = table_lines(columns);
  std::string text;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    text += folded(left + lines[i], width, room_from) + '\n';
    const std::string& said = i == 0 ? prose.heading : prose.cells[i - 1];
    if (below) text += folded(left + "  " + said, width, margin + 2) + '\n';
  }
  return text;
}

std::string counted(std::size_t count, std::string_view thing) {
  return fmt::format("{} {}{}", count, thing, count == 1 ? "" : "s");
}

std::string engineering(double value, std::string_view unit) {
  if (std::isnan(value)) return std::string(unknown_text);
  if (unit == "1") unit = "";
  // "19.8 m" of nothing would be taken for millions
  if (unit.empty() && value != 0 && std::abs(value) < 0.9995) return fmt::format("{:.3g}", value);
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

std::string probability_text(double p) {
  if (std::isnan(p)) return std::string(unknown_text);
  if (p < 0.0001) return "< 0.0001";
  return p < 0.001 ? fmt::format("{:.4f}", p) : fmt::format("{:.2g}", p);
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
