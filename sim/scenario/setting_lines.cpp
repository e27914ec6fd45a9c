#include "sim/scenario/setting_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "sim/scenario/parse_toml.h"
#include "sim/scenario/toml_writer.h"

namespace memtrain {
namespace {

constexpr std::string_view arm_line = "[[arm]]", name_begin = "name = ", equals = " = ";

/// The name in a line `name = "..."`, as it was before it was quoted. Errors: toml::parse_error.
std::string name_in(const std::string& line) {
  return parse_toml(line, "").at("name").value_or(std::string());
}

/// The value without its key.
std::string value_of(const SettingLine& line) {
  return line.text.substr(line.key.size() + equals.size(),
                          line.text.size() - line.key.size() - equals.size() - 1);
}

bool has_arm(const std::vector<SettingLine>& lines, const std::string& arm) {
  return std::any_of(lines.begin(), lines.end(),
                     [&](const SettingLine& line) { return line.arm == arm; });
}

std::string missing_arm(const std::vector<SettingLine>& of, const std::vector<SettingLine>& in,
                        std::string_view where) {
  for (const SettingLine& line : of) {
    if (!has_arm(in, line.arm)) return fmt::format("arm '{}' is not {}", line.arm, where);
  }
  return "";
}

}  // namespace

std::vector<SettingLine> setting_lines(const std::string& toml) {
  std::vector<SettingLine> lines;
  std::istringstream text(toml);
  std::string line, arm;
  while (std::getline(text, line)) {
    if (line.empty() || line == arm_line) continue;
    if (const auto end = line.find(equals); !line.starts_with(' ') && end != line.npos) {
      if (line.starts_with(name_begin)) {
        arm = name_in(line);
        continue;
      }
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
      out += fmt::format("\n{}\n{}{}\n", arm_line, name_begin, quoted(line.arm));
      arm = line.arm;
    }
    out += line.text;
  }
  return out;
}

std::string different_setting(const std::string& there, const std::string& here) {
  if (there == here) return "";
  const std::vector<SettingLine> theirs = setting_lines(there), ours = setting_lines(here);
  for (const SettingLine& line : theirs) {
    const auto same = std::find_if(ours.begin(), ours.end(), [&](const SettingLine& each) {
      return each.arm == line.arm && each.key == line.key;
    });
    if (same == ours.end() || same->text == line.text) continue;
    return fmt::format("{}{} = {} there, {} here",
                       line.arm.empty() ? "" : fmt::format("arm '{}': ", line.arm), line.key,
                       value_of(line), value_of(*same));
  }
  const std::string lost = missing_arm(theirs, ours, "here");
  return lost.empty() ? missing_arm(ours, theirs, "there") : lost;
}

}  // namespace memtrain
