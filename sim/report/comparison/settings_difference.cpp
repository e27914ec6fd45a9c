#include "sim/report/comparison/settings_difference.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "sim/scenario/parse_toml.h"
#include "sim/scenario/toml_writer.h"

namespace memtrain {
namespace {

std::string value_text(const toml::node& node);

std::string list_text(const toml::array& list) {
  std::vector<std::string> values;
  for (const toml::node& element : list) values.push_back(value_text(element));
  return fmt::format("[{}]", fmt::join(values, ", "));
}

std::string table_text(const toml::table& table) {
  std::vector<std::string> values;
  for (const auto& [key, node] : table) {
    values.push_back(fmt::format("{} = {}", key.str(), value_text(node)));
  }
  return fmt::format("{{ {} }}", fmt::join(values, ", "));
}

/// A value on one line; numbers with the shortest digits, which toml++ does not write.
std::string value_text(const toml::node& node) {
  if (const auto* list = node.as_array()) return list_text(*list);
  if (const auto* table = node.as_table()) return table_text(*table);
  if (const auto* text = node.as_string()) return quoted(text->get());
  if (const auto* number = node.as_floating_point()) return fmt::format("{}", number->get());
  std::ostringstream out;
  node.visit([&](const auto& value) { out << value; });
  return out.str();
}

void flatten(const toml::table& table, const std::string& prefix, Settings& into) {
  for (const auto& [key, node] : table) {
    const std::string path = prefix + std::string(key.str());
    if (const auto* inner = node.as_table()) {
      flatten(*inner, path + ".", into);
    } else if (const auto* text = node.as_string()) {
      into[path] = text->get();
    } else {
      into[path] = value_text(node);
    }
  }
}

std::optional<std::string> value_in(const Settings& settings, const std::string& key) {
  const auto at = settings.find(key);
  return at == settings.end() ? std::nullopt : std::optional(at->second);
}

/// How one key differs: a row for each pair of arms where it does, or one for all.
std::vector<SettingDifference> differences_of(const std::string& key,
                                              const std::vector<PairedSettings>& pairs) {
  std::vector<SettingDifference> rows;
  for (const PairedSettings& pair : pairs) {
    SettingDifference row{key, pair.arms, value_in(pair.a, key), value_in(pair.b, key)};
    if (row.a != row.b) rows.push_back(std::move(row));
  }
  const auto as_first = [&](const SettingDifference& row) {
    return row.a == rows.front().a && row.b == rows.front().b;
  };
  if (rows.size() == pairs.size() && std::all_of(rows.begin(), rows.end(), as_first)) {
    rows.resize(1);
    rows.front().arms.reset();
  }
  return rows;
}

}  // namespace

std::string name_of(const ArmPair& arms) {
  return arms.a == arms.b ? arms.a : arms.a + "=" + arms.b;
}

std::optional<Settings> settings_of(const std::string& toml) {
  try {
    Settings settings;
    flatten(parse_toml(toml, ""), "", settings);
    return settings.empty() ? std::nullopt : std::optional(settings);
  } catch (const toml::parse_error&) {
    return std::nullopt;
  }
}

std::vector<SettingDifference> settings_differences(const std::vector<PairedSettings>& pairs) {
  std::set<std::string> keys;
  for (const PairedSettings& pair : pairs) {
    for (const auto& [key, value] : pair.a) keys.insert(key);
    for (const auto& [key, value] : pair.b) keys.insert(key);
  }
  std::vector<SettingDifference> differences;
  for (const std::string& key : keys) {
    for (SettingDifference& row : differences_of(key, pairs)) differences.push_back(std::move(row));
  }
  return differences;
}

}  // namespace memtrain
