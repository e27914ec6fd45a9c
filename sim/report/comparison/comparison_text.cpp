#include <fmt/format.h>

#include <algorithm>

#include "sim/report/comparison/comparison.h"
#include "sim/report/comparison/comparison_outcome.h"
#include "sim/report/text_table.h"

namespace memtrain {
namespace {

constexpr std::size_t least_value_width = 16;

std::vector<std::string> characters_of(const std::string& text) {
  std::vector<std::string> characters;
  for (const char byte : text) {
    const bool continues = (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
    if (!continues || characters.empty()) characters.emplace_back();
    characters.back() += byte;
  }
  return characters;
}

/// At most `width` characters of a text: from its beginning, or from shortly before it parts from
/// the other text if it does so farther behind. "…" stands for what is left out.
std::string shortened(const std::string& text, const std::string& other, std::size_t width) {
  if (display_width(text) <= width) return text;
  const std::vector<std::string> characters = characters_of(text);
  const std::vector<std::string> others = characters_of(other);
  const auto parting =
      std::mismatch(characters.begin(), characters.end(), others.begin(), others.end()).first;
  const auto differs = static_cast<std::size_t>(parting - characters.begin());
  std::size_t from = differs < width / 2 ? 0 : differs - width / 4;
  from = std::min(from, characters.size() + 1 - width);
  const std::size_t room = width - (from > 0 ? 1 : 0);
  const bool ends = characters.size() - from <= room;
  std::string out = from > 0 ? "…" : "";
  for (std::size_t i = from; i < from + (ends ? characters.size() - from : room - 1); ++i) {
    out += characters[i];
  }
  return ends ? out : out + "…";
}

/// Something that differs: its name, perhaps the arm it is of, and how A and B have it.
struct DifferenceLine {
  std::string name, arm, a, b;
};

std::string text_of_lines(const char* heading, std::vector<DifferenceLine> lines,
                          std::size_t table_width) {
  const auto column = [&](const char* title, std::string DifferenceLine::*cell) {
    return column_of(title, false, lines, [&](const DifferenceLine& line) { return line.*cell; });
  };
  const std::vector<TextColumn> left = {
      column(heading, &DifferenceLine::name),
      column(lines.front().arm.empty() ? "" : "arm", &DifferenceLine::arm)};
  std::size_t taken = 0;
  for (const std::string& line : table_lines(left)) taken = std::max(taken, display_width(line));
  const std::size_t left_over = table_width - std::min(table_width, taken + 4);
  const std::size_t width = std::max(least_value_width, left_over / 2);
  for (DifferenceLine& line : lines) {
    const std::string a = line.a, b = line.b;
    line.a = shortened(a, b, width);
    line.b = shortened(b, a, width);
  }
  return table_text(
      {left[0], left[1], column("A", &DifferenceLine::a), column("B", &DifferenceLine::b)});
}

std::string text_of_settings(const RunComparison& comparison, std::size_t width) {
  std::string text = "\n";
  if (!comparison.settings.empty()) {
    std::vector<DifferenceLine> lines;
    const std::string unknown(unknown_text);
    for (const SettingDifference& row : comparison.settings) {
      lines.push_back({row.key, row.arms ? name_of(*row.arms) : "all", row.a.value_or(unknown),
                       row.b.value_or(unknown)});
    }
    text += text_of_lines("settings that differ", std::move(lines), width);
  } else if (comparison.settings_unknown.empty()) {
    text += "all settings are the same\n";
  }
  if (!comparison.settings_unknown.empty()) {
    text += fmt::format("settings that are not known in both: {}\n",
                        fmt::join(comparison.settings_unknown, ", "));
  }
  return text;
}

std::string text_of_origin(const RunComparison& comparison, std::size_t width) {
  const RunOrigin& a = comparison.a;
  const RunOrigin& b = comparison.b;
  std::vector<DifferenceLine> lines;
  const auto add = [&](const char* name, std::string of_a, std::string of_b) {
    if (of_a != of_b) lines.push_back({name, "", std::move(of_a), std::move(of_b)});
  };
  add("memtrain version", a.version, b.version);
  add("git commit", a.git_commit, b.git_commit);
  add("host", a.host, b.host);
  add("threads", std::to_string(a.threads), std::to_string(b.threads));
  add("status", std::string(status_word(a.status)), std::string(status_word(b.status)));
  add("title", a.title, b.title);
  if (lines.empty()) return "\nversion, commit, host, threads, status and title are the same\n";
  return '\n' + text_of_lines("provenance", std::move(lines), width);
}

std::string line_of(const char* letter, const RunOrigin& origin) {
  const std::string& name = origin.file.empty() ? origin.title : origin.file;
  return fmt::format("{}: {}{}{}\n", letter, name, name.empty() ? "" : ", ",
                     counted(origin.seeds.size(), "seed"));
}

std::string line_of_status(const char* letter, const RunOrigin& origin) {
  if (origin.status == RunStatus::complete) return "";
  return fmt::format("{} is {}: numbers are those {}\n", letter, status_word(origin.status),
                     origin.status == RunStatus::diverged ? "of the seeds that did not" : "so far");
}

std::string line_of_missing(const char* letter, const std::vector<std::string>& arms) {
  return arms.empty() ? "" : fmt::format("only in {}: {}\n", letter, fmt::join(arms, ", "));
}

std::string head(const RunComparison& comparison) {
  const RunOrigin& a = comparison.a;
  const RunOrigin& b = comparison.b;
  std::string text = line_of("A", a) + line_of("B", b);
  const std::size_t common = comparison.common_seeds.size();
  if (common != a.seeds.size() || common != b.seeds.size()) {
    text += fmt::format("in both: {}\n", counted(common, "seed"));
  }
  return text + line_of_status("A", a) + line_of_status("B", b) +
         line_of_missing("A", comparison.only_in_a) + line_of_missing("B", comparison.only_in_b) +
         '\n';
}

}  // namespace

std::string comparison_table(const RunComparison& comparison, const TableStyle& style) {
  constexpr std::size_t usual_width = 80;
  const std::size_t width = style.width > 0 ? style.width : usual_width;
  return head(comparison) + outcome_text(comparison, width) + text_of_settings(comparison, width) +
         text_of_origin(comparison, width);
}

}  // namespace memtrain
