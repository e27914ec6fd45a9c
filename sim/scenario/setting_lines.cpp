#include "sim/scenario/setting_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <sstream>

namespace memtrain {
namespace {

constexpr std::string_view arm_line = "[[arm]]", name_begin = "name = ";

using Texts = std::map<std::pair<std::string, std::string>, std::string>;  // by arm and key

/// Without the end of the line.
std::string_view shown(std::string_view text) { return text.substr(0, text.size() - 1); }

/// What a setting says, and the checksum of the file that it names; empty where none is told.
std::pair<std::string_view, std::string_view> value_and_checksum(std::string_view text) {
  constexpr std::size_t length = checksum_mark.size() + 8;
  const std::string_view line = shown(text);
  const std::size_t end = line.size() - std::min(line.size(), length);
  const std::string_view checksum = line.substr(end);
  const bool is_one =
      checksum.starts_with(checksum_mark) &&
      checksum.find_first_not_of("0123456789abcdef", checksum_mark.size()) == checksum.npos;
  return is_one ? std::pair(line.substr(0, end), checksum) : std::pair(line, std::string_view());
}

/// Whether two texts of one setting say the same, as far as both tell.
bool same_text(std::string_view a, std::string_view b) {
  const auto [value_a, checksum_a] = value_and_checksum(a);
  const auto [value_b, checksum_b] = value_and_checksum(b);
  const bool both_tell = !checksum_a.empty() && !checksum_b.empty();
  return value_a == value_b && (!both_tell || checksum_a == checksum_b);
}

Texts texts_of(const std::vector<SettingLine>& lines) {
  Texts texts;
  for (const SettingLine& line : lines) texts[{line.arm, line.key}] = line.text;
  return texts;
}

bool has_arm(const std::vector<SettingLine>& lines, const std::string& arm) {
  return std::any_of(lines.begin(), lines.end(),
                     [&](const SettingLine& line) { return line.arm == arm; });
}

/// An arm that only the first of them has.
std::string missing_arm(const std::vector<SettingLine>& of, const std::vector<SettingLine>& in,
                        std::string_view where) {
  for (const SettingLine& line : of) {
    if (!line.arm.empty() && !has_arm(in, line.arm))
      return fmt::format("arm {} is not {}", line.arm, where);
  }
  return "";
}

std::string place_of(const SettingLine& line) {
  return line.arm.empty() ? "" : fmt::format("arm {}: ", line.arm);
}

/// The first setting of the one that is not in the other.
const SettingLine* only_in(const std::vector<SettingLine>& lines, const Texts& other) {
  const auto at = std::find_if(lines.begin(), lines.end(), [&](const SettingLine& line) {
    return !other.contains({line.arm, line.key});
  });
  return at == lines.end() ? nullptr : &*at;
}

}  // namespace

std::vector<SettingLine> setting_lines(const std::string& toml) {
  std::vector<SettingLine> lines;
  std::istringstream text(toml);
  std::string line, arm;
  while (std::getline(text, line)) {
    if (line.empty() || line == arm_line) continue;
    if (line.starts_with(name_begin)) {
      arm = line.substr(name_begin.size());
      continue;
    }
    if (const auto end = line.find(" = "); !line.starts_with(' ') && end != line.npos) {
      lines.push_back({arm, line.substr(0, end), ""});
    }
    if (!lines.empty()) lines.back().text += line + '\n';
  }
  return lines;
}

std::string toml_of(const std::vector<SettingLine>& lines) {
  std::string out, arm;
  for (const SettingLine& line : lines) {
    if (line.arm != arm) {
      out += fmt::format("\n{}\n{}{}\n", arm_line, name_begin, line.arm);
      arm = line.arm;
    }
    out += line.text;
  }
  return out;
}

std::string different_setting(const std::string& there, const std::string& here) {
  if (there == here) return "";
  const std::vector<SettingLine> theirs = setting_lines(there), ours = setting_lines(here);
  const Texts our_texts = texts_of(ours);
  for (const SettingLine& line : theirs) {
    const auto same = our_texts.find({line.arm, line.key});
    if (same == our_texts.end() || same_text(same->second, line.text)) continue;
    return fmt::format("{}{} there, {} here", place_of(line), shown(line.text),
                       shown(same->second));
  }
  const std::string lost = missing_arm(theirs, ours, "here");
  return lost.empty() ? missing_arm(ours, theirs, "there") : lost;
}

std::string first_difference(const std::string& there, const std::string& here) {
  std::string differs = different_setting(there, here);
  if (!differs.empty() || there == here) return differs;
  const std::vector<SettingLine> theirs = setting_lines(there), ours = setting_lines(here);
  if (const SettingLine* line = only_in(theirs, texts_of(ours)); line != nullptr) {
    return fmt::format("{}{} there, nothing here", place_of(*line), shown(line->text));
  }
  if (const SettingLine* line = only_in(ours, texts_of(theirs)); line != nullptr) {
    return fmt::format("{}nothing there, {} here", place_of(*line), shown(line->text));
  }
  const bool in_order =
      std::equal(theirs.begin(), theirs.end(), ours.begin(), ours.end(),
                 [](const SettingLine& a, const SettingLine& b) {
                   return a.arm == b.arm && a.key == b.key && same_text(a.text, b.text);
                 });
  return in_order ? "" : "the order of settings";
}

}  // namespace memtrain
