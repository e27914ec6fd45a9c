#include "sim/scenario/complete_scenario.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "sim/base/error.h"
#include "sim/scenario/keys.h"
#include "sim/scenario/setting_lines.h"
#include "sim/scenario/toml_writer.h"

namespace memtrain {
namespace {

using Setting = std::pair<std::string, std::string>;  // arm in quotes, key

std::map<Setting, std::string> by_setting(const std::vector<SettingLine>& lines) {
  std::map<Setting, std::string> texts;
  for (const SettingLine& line : lines) texts[{line.arm, line.key}] = line.text;
  return texts;
}

/// What is not the same at all values of an axis.
void add_moved(const ScenarioText& scenario, const std::vector<std::string>& set, const Axis& axis,
               const std::vector<SettingLine>& lines, std::set<Setting>& moved) {
  constexpr std::size_t most_values_read = 64;
  const std::size_t count = std::min(axis.values.size(), most_values_read);
  for (std::size_t i = 0; i < count; ++i) {
    std::vector<std::string> with = set;
    const std::vector<std::string> assigned =
        axis.assignments(i * (axis.values.size() - 1) / std::max<std::size_t>(1, count - 1));
    with.insert(with.end(), assigned.begin(), assigned.end());
    std::map<Setting, std::string> there;
    try {
      there = by_setting(setting_lines(read_scenario(scenario, with).toml));
    } catch (const Error&) {
      continue;  // a value that needs those of other axes
    }
    for (const SettingLine& line : lines) {
      const auto same = there.find({line.arm, line.key});
      if (same == there.end() || same->second != line.text) moved.insert({line.arm, line.key});
    }
  }
}

bool gives(const Assignments& given, const std::string& key) {
  if (key == layers_key) return !given.layers.empty();
  const auto at = given.values.find(key);
  return at != given.values.end() && !at->second.from_preset;
}

/// An arm that names its device has nothing of what all arms say of theirs: where an axis says
/// something of it, the name moves too, if it is not the arm's own.
void add_names(const ScenarioAssignments& written, std::set<Setting>& moved) {
  constexpr std::array<std::string_view, 3> names{"device.preset", "device.model",
                                                  "digital.preset"};
  std::set<Setting> more;
  for (const ArmAssignments& arm : written.arms) {
    for (const std::string_view prefix : {std::string_view(), feedback_prefix}) {
      const bool any = std::any_of(moved.begin(), moved.end(), [&](const Setting& setting) {
        return setting.first == quoted(arm.name) &&
               is_of_feedback(setting.second) == !prefix.empty();
      });
      for (const std::string_view name : names) {
        const std::string key = std::string(prefix) + std::string(name);
        if (any && !gives(arm.overrides, key)) more.insert({quoted(arm.name), key});
      }
    }
  }
  moved.merge(more);
}

}  // namespace

std::string complete_toml(const ScenarioText& scenario, const std::vector<std::string>& set,
                          const std::vector<Axis>& axes) {
  const std::string toml = read_scenario(scenario, set).toml;
  const std::vector<SettingLine> lines = setting_lines(toml);
  std::set<Setting> moved;
  for (const Axis& axis : axes) {
    if (!axis.key.starts_with("arm.")) add_moved(scenario, set, axis, lines, moved);
  }
  ScenarioAssignments written = read_assignments(scenario.name, scenario.text);
  for (const std::string& assignment : set) apply_override(written, assignment);
  add_names(written, moved);
  std::vector<SettingLine> of_all, of_arms;
  std::set<std::string> given_to_all;
  for (const SettingLine& line : lines) {
    const bool moves = moved.contains({line.arm, line.key});
    if (moves && gives(written.base, line.key) && given_to_all.insert(line.key).second) {
      of_all.push_back({"", line.key, line.text});
    } else if (!moves) {
      (line.arm.empty() ? of_all : of_arms).push_back(line);
    }
  }
  of_all.insert(of_all.end(), of_arms.begin(), of_arms.end());
  return toml_of(of_all) + axes_toml(axes);
}

}  // namespace memtrain
