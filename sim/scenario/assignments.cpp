#include "sim/scenario/assignments.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>

#include "sim/base/error.h"
#include "sim/base/nearest_name.h"
#include "sim/scenario/keys.h"
#include "sim/scenario/parse_toml.h"

namespace memtrain {
namespace {

[[noreturn]] void fail(const Place& place, const std::string& problem) {
  throw Error(Failure::usage, place + problem);
}

std::string written(const toml::node& node) {
  std::ostringstream out;
  node.visit([&](const auto& value) { out << value; });
  return out.str();
}

std::string range_of(const ParameterInfo& info) {
  return fmt::format("[{:g}, {:g}]", info.low, info.high);
}

std::string or_list(std::span<const std::string_view> choices) {
  return fmt::format("{}", fmt::join(choices, ", "));
}

/// Settings are kept in single precision: a number that would become infinite is refused.
void check_range(double value, const std::string& path, const ParameterInfo& info,
                 const Place& place) {
  constexpr double largest = std::numeric_limits<float>::max();
  if (std::isfinite(value) && std::abs(value) > largest) {
    fail(place, fmt::format("{}: {:g} is out of range [{:g}, {:g}], that of single precision", path,
                            value, -largest, largest));
  }
  if (value >= info.low && value <= info.high) return;
  fail(place, fmt::format("{}: {:g} is out of range {}", path, value, range_of(info)));
}

std::string suggestion(std::string_view word, std::span<const std::string_view> known) {
  const std::string near = nearest_name(word, known);
  return near.empty() ? "" : fmt::format(", did you mean '{}'?", near);
}

std::vector<std::int64_t> read_integers(const toml::node& node, const std::string& path,
                                        const ParameterInfo& info, const Place& place) {
  std::vector<std::int64_t> numbers;
  const auto* array = node.as_array();
  if (array == nullptr)
    fail(place, fmt::format("{}: {} is not a list of integers", path, written(node)));
  for (const toml::node& element : *array) {
    const auto number = element.value_exact<std::int64_t>();
    if (!number) fail(place, fmt::format("{}: {} is not an integer", path, written(element)));
    check_range(static_cast<double>(*number), path, info, place);
    numbers.push_back(*number);
  }
  if (numbers.empty()) fail(place, path + ": the list is empty (give at least one)");
  return numbers;
}

std::vector<double> read_numbers(const toml::node& node, const std::string& path,
                                 const ParameterInfo& info, const Place& place) {
  const auto* array = node.as_array();
  if (array == nullptr) {
    fail(place, fmt::format("{}: {} is not a list of numbers", path, written(node)));
  }
  std::vector<double> numbers;
  for (const toml::node& element : *array) {
    if (!element.is_number()) {
      fail(place, fmt::format("{}: {} is not a number", path, written(element)));
    }
    numbers.push_back(element.value<double>().value_or(0.0));
    check_range(numbers.back(), path, info, place);
  }
  return numbers;
}

/// The value of a key, checked for type, range and choice; `like` has the type.
Value read_value(const toml::node& node, const std::string& path, const ParameterInfo& info,
                 const Value& like, const Place& place) {
  if (std::holds_alternative<bool>(like)) {
    const auto flag = node.value_exact<bool>();
    if (!flag) fail(place, fmt::format("{}: {} is not true or false", path, written(node)));
    return *flag;
  }
  if (std::holds_alternative<std::int64_t>(like)) {
    const auto number = node.value_exact<std::int64_t>();
    if (!number) fail(place, fmt::format("{}: {} is not an integer", path, written(node)));
    check_range(static_cast<double>(*number), path, info, place);
    return *number;
  }
  if (std::holds_alternative<double>(like)) {
    if (!node.is_number()) fail(place, fmt::format("{}: {} is not a number", path, written(node)));
    const double number = node.value<double>().value_or(0.0);
    // what may be unknown may be said to be
    const bool unknown = std::isnan(std::get<double>(like)) && std::isnan(number);
    if (!unknown) check_range(number, path, info, place);
    return number;
  }
  if (std::holds_alternative<std::vector<std::int64_t>>(like)) {
    return read_integers(node, path, info, place);
  }
  if (std::holds_alternative<std::vector<double>>(like)) {
    return read_numbers(node, path, info, place);
  }
  const auto word = node.value_exact<std::string>();
  if (!word) fail(place, fmt::format("{}: {} is not a text in quotes", path, written(node)));
  if (!info.choices.empty() &&
      std::find(info.choices.begin(), info.choices.end(), *word) == info.choices.end()) {
    fail(place, fmt::format("{}: unknown value '{}'{} (known: {})", path, *word,
                            suggestion(*word, info.choices), or_list(info.choices)));
  }
  return *word;
}

/// Whether a layer's parameter has no default that could stand: a number outside of its range, or
/// no name of a second input.
bool must_be_given(const LayerKind& kind, const ParameterDescription& row) {
  const auto* number = std::get_if<std::int64_t>(&row.default_value);
  return (number != nullptr && static_cast<double>(*number) < row.info.low) ||
         (kind.takes_two_inputs && row.info.name == "with");
}

LayerSettings read_layer(const toml::node& node, const std::string& path, const Place& place) {
  const auto* table = node.as_table();
  if (table == nullptr)
    fail(place, path + ": is not a table such as { type = \"dense\", units = 10 }");
  LayerSettings layer{(*table)["type"].value_or(std::string("dense")), {}};
  std::vector<std::string_view> kinds;
  for (const LayerKind* kind : layer_kinds()) kinds.push_back(kind->name);
  const LayerKind* kind = find_layer_kind(layer.type);
  if (kind == nullptr) {
    fail(place, fmt::format("{}.type: unknown value '{}'{} (known: {})", path, layer.type,
                            suggestion(layer.type, kinds), or_list(kinds)));
  }
  const auto rows = layer_parameters(*kind);
  std::vector<std::string_view> names{"type"};
  for (const ParameterDescription& row : rows) names.push_back(row.info.name);
  for (const auto& [key, value] : *table) {
    const auto name = key.str();
    if (name == "type") continue;
    const auto row =
        std::find_if(rows.begin(), rows.end(), [&](const auto& r) { return r.info.name == name; });
    const std::string full = fmt::format("{}.{}", path, name);
    if (row == rows.end())
      fail(place, fmt::format("unknown key '{}'{}", full, suggestion(name, names)));
    layer.values[std::string(name)] = read_value(value, full, row->info, row->default_value, place);
  }
  for (const ParameterDescription& row : rows) {
    if (must_be_given(*kind, row) && !layer.values.contains(row.info.name)) {
      fail(place,
           fmt::format("{}.{}: is missing (give the {})", path, row.info.name, row.info.help));
    }
  }
  return layer;
}

std::vector<LayerSettings> read_layers(const toml::node& node, const Place& place) {
  const auto* array = node.as_array();
  if (array == nullptr || array->empty()) {
    fail(place,
         fmt::format("{}: is not a list of layers, such as [{{ type = \"dense\", units = 10 }}]",
                     layers_key));
  }
  std::vector<LayerSettings> layers;
  for (std::size_t i = 0; i < array->size(); ++i) {
    layers.push_back(read_layer((*array)[i], fmt::format("{}[{}]", layers_key, i + 1), place));
  }
  return layers;
}

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
    fail(place, fmt::format("unknown key '{}'{}", path, suggestion(path, known)));
  }
  if (!in_arm.empty() && key->scope == Scope::run) {
    fail(place,
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
    fail(place, fmt::format("arm.name: '{}' is not made of letters, digits, - and _", name));
}

ArmAssignments read_arm(const toml::node& node, const std::string& file) {
  const Place place = fmt::format("{}:{}: ", file, node.source().begin.line);
  const auto* table = node.as_table();
  if (table == nullptr) fail(place, "arm: is not a table (write [[arm]])");
  const auto name = (*table)["name"].value<std::string>();
  if (!name) fail(place, "arm.name: is missing (every arm needs a name)");
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
  for (const std::string_view path : paths) {
    if (const auto at = values.find(path); at != values.end()) return at->second.place;
  }
  return fallback;
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
      fail(fmt::format("{}:{}: ", name, arms->source().begin.line),
           "arm: is not a list of arms (write [[arm]])");
    }
    for (const toml::node& node : *list) {
      ArmAssignments arm = read_arm(node, name);
      for (const ArmAssignments& other : scenario.arms) {
        if (other.name == arm.name)
          fail(arm.place, fmt::format("arm.name: two arms are named '{}'", arm.name));
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
      if (!said) fail(place, word + ": is not a text in quotes");
      (word == "summary" ? device.summary : device.source) = *said;
    } else if (const auto* table = node.as_table(); table != nullptr) {
      if (word != "cell" && word != "pulse" && word != "energy") {
        fail(place, fmt::format("unknown table '{}' (a device has cell, pulse and energy)", word));
      }
      assign_tree(device.settings, *table, word, "", name);
    } else {
      assign(device.settings, "device." + word, node, "", place);
    }
  }
  if (!device.settings.values.contains("device.model")) {
    fail(name + ": ", "model: is missing (`memtrain devices` lists the models)");
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
    if (!said) fail(place, word + ": is not a text in quotes");
    (word == "summary" ? processor.summary : processor.source) = *said;
  }
  return processor;
}

namespace {

/// A value as it is given on the command line: TOML, or else a word.
toml::table parse_value(const std::string& text) {
  try {
    return parse_toml("value = " + text, "");
  } catch (const toml::parse_error&) {
    toml::table parsed;
    parsed.insert_or_assign("value", text);
    return parsed;
  }
}

}  // namespace

void assign_text(Assignments& into, const std::string& path, const std::string& text,
                 const Place& place) {
  const toml::table parsed = parse_value(text);
  assign(into, path, *parsed.get("value"), "", place);
}

void apply_override(ScenarioAssignments& scenario, const std::string& assignment) {
  const Place place = fmt::format("--set {}: ", assignment);
  const auto equals = assignment.find('=');
  if (equals == std::string::npos || equals == 0) fail(place, "is not KEY=VALUE");
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
  if (dot == std::string::npos) fail(place, "is not arm.NAME.KEY=VALUE");
  const std::string name = path.substr(4, dot - 4);
  std::vector<std::string_view> names;
  for (ArmAssignments& arm : scenario.arms) {
    names.push_back(arm.name);
    if (arm.name == name) {
      replace(arm.overrides, path.substr(dot + 1), name);
      return;
    }
  }
  fail(place, fmt::format("no arm is named '{}'{} (known: {})", name, suggestion(name, names),
                          or_list(names)));
}

}  // namespace memtrain
