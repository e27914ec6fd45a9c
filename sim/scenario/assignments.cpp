#include "sim/scenario/assignments.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/base/error.h"
#include "sim/base/utf8.h"
#include "sim/scenario/keys.h"
#include "sim/scenario/parse_toml.h"
#include "sim/scenario/read_value.h"

namespace memtrain {
namespace {

/// Stores one value; `in_arm` is the arm it is written in, or empty for the base.
void assign(Assignments& into, const std::string& path, const toml::node& node,
            const std::string& in_arm, const Place& place) {
  if (path == layers_key) {
    into.layers = read_layers(node, place);
    into.layers_place = place;
    return;
  }
  const Key* key = find_key(path);
  if (key == nullptr) {
    std::vector<std::string_view> known{layers_key};
    for (const Key& each : all_keys()) known.push_back(each.path);
    refuse(place, fmt::format("unknown key '{}'{}", path, suggestion(path, known)));
  }
  if (!in_arm.empty() && key->scope == Scope::run) {
    refuse(place,
           fmt::format("{}: is shared by all arms (set it outside of arm '{}')", path, in_arm));
  }
  into.values[path] = {read_value(node, path, key->info, key->default_value, place), place};
}

/// Walks a tree of tables down to its values.
void assign_tree(Assignments& into, const toml::table& table, const std::string& prefix,
                 const std::string& in_arm, const std::string& file) {
  for (const auto& [key, node] : table) {
    const std::string path =
        prefix.empty() ? std::string(key.str()) : fmt::format("{}.{}", prefix, key.str());
    const Place place = fmt::format("{}:{}: ", file, node.source().begin.line);
    const bool own_reader =
        in_arm.empty() ? path == "arm" || path == "sweep" || path == "tune" : path == "name";
    if (prefix.empty() && own_reader) continue;
    if (const auto* inner = node.as_table(); inner != nullptr && find_key(path) == nullptr) {
      assign_tree(into, *inner, path, in_arm, file);
    } else {
      assign(into, path, node, in_arm, place);
    }
  }
}

void check_arm_name(const std::string& name, const Place& place) {
  const bool plain = !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '-' || c == '_';
  });
  if (!plain)
    refuse(place, fmt::format("arm.name: '{}' is not made of letters, digits, - and _", name));
}

ArmAssignments read_arm(const toml::node& node, const std::string& file) {
  const Place place = fmt::format("{}:{}: ", file, node.source().begin.line);
  const auto* table = node.as_table();
  if (table == nullptr) refuse(place, "arm: is not a table (write [[arm]])");
  const auto name = (*table)["name"].value<std::string>();
  if (!name) refuse(place, "arm.name: is missing (every arm needs a name)");
  check_arm_name(*name, place);
  ArmAssignments arm{*name, place, {}};
  assign_tree(arm.overrides, *table, "", *name, file);
  return arm;
}

toml::table parse(const std::string& name, const std::string& text) {
  try {
    return parse_toml(text, name);
  } catch (const toml::parse_error& error) {
    throw Error(Failure::usage,
                fmt::format("{}:{}: {}", name, error.source().begin.line, error.description()));
  }
}

}  // namespace

ParameterValues Assignments::section(std::string_view name) const {
  ParameterValues out;
  for (const auto& [path, assignment] : values) {
    if (section_of(path) == name) out[std::string(name_in_section(path))] = assignment.value;
  }
  return out;
}

std::string Assignments::word(std::string_view path) const {
  const auto at = values.find(path);
  return std::get<std::string>(at == values.end() ? find_key(path)->default_value
                                                  : at->second.value);
}

Place Assignments::place_of(std::initializer_list<std::string_view> paths,
                            const Place& fallback) const {
  Place of_preset;
  for (const std::string_view path : paths) {
    const auto at = values.find(path);
    if (at == values.end()) continue;
    if (!at->second.from_preset) return at->second.place;
    if (of_preset.empty()) of_preset = at->second.place;
  }
  return of_preset.empty() ? fallback : of_preset;
}

Places Assignments::places(const Place& fallback) const {
  Places out{{std::string(layers_key), layers.empty() ? fallback : layers_place}};
  for (const Key& key : all_keys()) out[key.path] = place_of({key.path}, fallback);
  return out;
}

void Assignments::overlay(const Assignments& over) {
  for (const auto& [path, assignment] : over.values) values[path] = assignment;
  if (!over.layers.empty()) {
    layers = over.layers;
    layers_place = over.layers_place;
  }
}

ScenarioAssignments read_assignments(const std::string& name, const std::string& text) {
  const toml::table root = parse(name, text);
  ScenarioAssignments scenario;
  assign_tree(scenario.base, root, "", "", name);
  if (const toml::node* arms = root.get("arm"); arms != nullptr) {
    const auto* list = arms->as_array();
    if (list == nullptr) {
      refuse(fmt::format("{}:{}: ", name, arms->source().begin.line),
             "arm: is not a list of arms (write [[arm]])");
    }
    for (const toml::node& node : *list) {
      ArmAssignments arm = read_arm(node, name);
      for (const ArmAssignments& other : scenario.arms) {
        if (other.name == arm.name)
          refuse(arm.place, fmt::format("arm.name: two arms are named '{}'", arm.name));
      }
      scenario.arms.push_back(std::move(arm));
    }
  }
  return scenario;
}

DeviceFile read_device_text(const std::string& name, const std::string& text) {
  const toml::table root = parse(name, text);
  DeviceFile device;
  for (const auto& [key, node] : root) {
    const std::string word(key.str());
    const Place place = fmt::format("{}:{}: ", name, node.source().begin.line);
    if (word == "summary" || word == "source") {
      const auto said = node.value_exact<std::string>();
      if (!said) refuse(place, word + ": is not a text in quotes");
      (word == "summary" ? device.summary : device.source) = *said;
    } else if (const auto* table = node.as_table(); table != nullptr) {
      if (word != "cell" && word != "pulse" && word != "energy") {
        refuse(place,
               fmt::format("unknown table '{}' (a device has cell, pulse and energy)", word));
      }
      assign_tree(device.settings, *table, word, "", name);
    } else {
      assign(device.settings, "device." + word, node, "", place);
    }
  }
  if (!device.settings.values.contains("device.model")) {
    refuse(name + ": ", "model: is missing (`memtrain devices` lists the models)");
  }
  return device;
}

DeviceFile read_processor_text(const std::string& name, const std::string& text) {
  DeviceFile processor;
  const toml::table root = parse(name, text);
  for (const auto& [key, node] : root) {
    const std::string word(key.str());
    const Place place = fmt::format("{}:{}: ", name, node.source().begin.line);
    if (word != "summary" && word != "source") {
      assign(processor.settings, "digital." + word, node, "", place);
      continue;
    }
    const auto said = node.value_exact<std::string>();
    if (!said) refuse(place, word + ": is not a text in quotes");
    (word == "summary" ? processor.summary : processor.source) = *said;
  }
  return processor;
}

namespace {

/// A value as it is given on the command line: TOML, or else a word.
toml::table parse_value(const std::string& text) {
  try {
    toml::table parsed = parse_toml("value = " + text, "");
    if (parsed.size() == 1) return parsed;  // else there are further settings on lines of their own
  } catch (const toml::parse_error&) {
  }
  toml::table parsed;
  parsed.insert_or_assign("value", text);
  return parsed;
}

}  // namespace

void assign_text(Assignments& into, const std::string& path, const std::string& text,
                 const Place& place) {
  const toml::table parsed = parse_value(text);
  assign(into, path, *parsed.get("value"), "", place);
}

void apply_override(ScenarioAssignments& scenario, const std::string& assignment) {
  const Place place = fmt::format("--set {}: ", assignment);
  if (valid_utf8(assignment) != assignment) {
    refuse(place, "is not UTF-8, as results and plans must be (rename what it names)");
  }
  const auto equals = assignment.find('=');
  if (equals == std::string::npos || equals == 0) refuse(place, "is not KEY=VALUE");
  std::string path = assignment.substr(0, equals);
  const std::string text = assignment.substr(equals + 1);
  const toml::table parsed = parse_value(text);
  const toml::node& node = *parsed.get("value");
  // a device that is named on the command line replaces the file's, however that was named
  const auto replace = [&](Assignments& into, const std::string& key, const std::string& in_arm) {
    for (const std::string& prefix : {std::string(), std::string(feedback_prefix)}) {
      if (key == prefix + "device.preset") into.values.erase(prefix + "device.model");
      if (key == prefix + "device.model") into.values.erase(prefix + "device.preset");
    }
    assign(into, key, node, in_arm, place);
  };
  if (!path.starts_with("arm.")) {
    replace(scenario.base, path, "");
    return;
  }
  const auto dot = path.find('.', 4);
  if (dot == std::string::npos) refuse(place, "is not arm.NAME.KEY=VALUE");
  const std::string name = path.substr(4, dot - 4);
  std::vector<std::string_view> names;
  for (ArmAssignments& arm : scenario.arms) {
    names.push_back(arm.name);
    if (arm.name == name) {
      replace(arm.overrides, path.substr(dot + 1), name);
      return;
    }
  }
  refuse(place, fmt::format("no arm is named '{}'{} (known: {})", name, suggestion(name, names),
                            or_list(names)));
}

}  // namespace memtrain
