#include "sim/scenario/scenario.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "sim/base/error.h"
#include "sim/base/nearest_name.h"
#include "sim/scenario/assignments.h"
#include "sim/scenario/keys.h"
#include "sim/scenario/toml_writer.h"

namespace memtrain {
namespace {

[[noreturn]] void fail(const Place& place, const std::string& problem) {
  throw Error(Failure::usage, place + problem);
}

/// The values given for one section, by the names its table uses.
ParameterValues values_of(const Assignments& given, std::string_view section) {
  ParameterValues values;
  for (const auto& [path, assignment] : given.values) {
    if (section_of(path) == section) values[std::string(name_in_section(path))] = assignment.value;
  }
  return values;
}

std::string word(const Assignments& given, std::string_view path) {
  const auto at = given.values.find(path);
  return std::get<std::string>(at == given.values.end() ? find_key(path)->default_value
                                                        : at->second.value);
}

/// Where the first of these keys was written; else the fallback.
Place place_of(const Assignments& given, std::initializer_list<std::string_view> paths,
               Place fallback) {
  for (const std::string_view path : paths) {
    if (const auto at = given.values.find(path); at != given.values.end()) return at->second.place;
  }
  return fallback;
}

bool has_parameter(const Key& key, std::string_view device) {
  return std::find(key.devices.begin(), key.devices.end(), device) != key.devices.end();
}

/// The device parameters that this arm's model has; shared ones that belong to other arms' models
/// are left out, an arm's own that its model lacks are refused.
ParameterValues device_values(const Assignments& merged, const ArmAssignments& arm,
                              const DeviceModel& model) {
  ParameterValues values;
  const std::vector<ParameterDescription> rows = model.parameters();
  for (const auto& [path, assignment] : merged.values) {
    const Key& key = *find_key(path);
    if (key.devices.empty()) continue;
    const auto row = std::find_if(rows.begin(), rows.end(),
                                  [&](const auto& r) { return r.info.name == key.info.name; });
    if (row == rows.end()) {
      if (!arm.overrides.values.contains(path)) continue;
      fail(assignment.place, fmt::format("{}: device.model '{}' of arm '{}' has no such parameter",
                                         path, model.info().name, arm.name));
    }
    // models that share a name may differ in its range
    if (const auto* number = std::get_if<double>(&assignment.value);
        number != nullptr && !(*number >= row->info.low && *number <= row->info.high)) {
      fail(assignment.place,
           fmt::format("{}: {:g} is out of range [{:g}, {:g}] (device.model '{}' of arm '{}')",
                       path, *number, row->info.low, row->info.high, model.info().name, arm.name));
    }
    values[std::string(key.info.name)] = assignment.value;
  }
  return values;
}

ArraySettings array_settings(const Assignments& merged, const ArmAssignments& arm) {
  ArraySettings array;
  array.kind = word(merged, "array.kind");
  const std::string model = word(merged, "device.model");
  array.device = find_device_model(model);
  array.crosspoints.device = device_values(merged, arm, *array.device);
  array.crosspoints.pulse = settings_from(pulse_parameters(), values_of(merged, "pulse"));
  ParameterValues forward = values_of(merged, "periphery");
  array.forward = settings_from(read_parameters(), forward);
  // what is not said of the transposed read is as in the forward read
  ParameterValues transposed = values_of(merged, "periphery.transposed");
  transposed.merge(forward);
  array.transposed = settings_from(read_parameters(), transposed);
  if (const std::string problem = array.device->problem(array.crosspoints.device);
      !problem.empty()) {
    fail(place_of(merged, {"device.w_min", "device.w_max", "device.model"}, arm.place),
         fmt::format("device: {} (arm '{}', device.model '{}')", problem, arm.name, model));
  }
  return array;
}

void check_digital_only(const Assignments& merged, const Arm& arm) {
  if (arm.array.kind == "exact" || !arm.array.device->pulsed()) return;
  for (const std::string_view path : {"train.momentum", "train.weight_decay"}) {
    const auto at = merged.values.find(path);
    if (at == merged.values.end() || std::get<double>(at->second.value) == 0.0) continue;
    fail(at->second.place,
         fmt::format(
             "{}: {} cannot be done by pulsed updates (set it to 0 in arm '{}', or outside of it)",
             path, name_in_section(path), arm.name));
  }
}

void check_layers(const Assignments& merged, const Arm& arm) {
  for (std::size_t l = 0; l < arm.layers.size(); ++l) {
    const auto at = arm.layers[l].values.find("activation");
    const bool last = l + 1 == arm.layers.size();
    const std::string activation =
        at == arm.layers[l].values.end() ? "tanh" : std::get<std::string>(at->second);
    if (!last && activation == "softmax") {
      fail(merged.layers_place,
           fmt::format("{}[{}].activation: softmax is for the output layer only", layers_key,
                       l + 1));
    }
    if (const auto problem = loss_problem(arm.train.loss, activation); last && !problem.empty()) {
      fail(place_of(merged, {"train.loss"}, merged.layers_place),
           fmt::format("train.loss: {} (arm '{}' ends in {})", problem, arm.name, activation));
    }
  }
}

std::string device_word(const ArraySettings& array) {
  return array.kind == "exact" ? "exact" : std::string(array.device->info().name);
}

Arm make_arm(const Assignments& base, const ArmAssignments& written, const std::string& file) {
  Assignments merged = base;
  merged.overlay(written.overrides);
  Arm arm;
  arm.name = written.name;
  arm.rule = find_rule_kind(word(merged, "rule"));
  arm.rule_settings = values_of(merged, arm.rule->name);
  arm.layers = merged.layers;
  if (arm.layers.empty()) {
    fail(file + ": ", fmt::format("{}: is missing (give the layers of the network)", layers_key));
  }
  arm.train = settings_from(train_parameters(), values_of(merged, "train"));
  arm.array = array_settings(merged, written);
  arm.array.crosspoints.optimiser = {arm.train.momentum, arm.train.weight_decay};
  arm.device = device_word(arm.array);
  check_digital_only(merged, arm);
  check_layers(merged, arm);
  arm.toml = arm_toml(merged, arm);
  return arm;
}

/// A device parameter that no arm's device has would be without effect.
void check_device_parameters(const ScenarioAssignments& written, const std::vector<Arm>& arms) {
  for (const auto& [path, assignment] : written.base.values) {
    const Key& key = *find_key(path);
    const bool used =
        key.devices.empty() || std::any_of(arms.begin(), arms.end(), [&](const Arm& arm) {
          return has_parameter(key, arm.array.device->info().name);
        });
    if (!used) {
      fail(assignment.place,
           fmt::format("{}: no arm has a device with this parameter (devices that have it: {})",
                       path, fmt::join(key.devices, ", ")));
    }
  }
}

}  // namespace

Scenario read_scenario(const ScenarioText& source, const std::vector<std::string>& overrides) {
  ScenarioAssignments written = read_assignments(source.name, source.text);
  for (const std::string& override_text : overrides) apply_override(written, override_text);
  if (written.arms.empty()) {
    fail(source.name + ": ",
         "arm: there are no arms (add an [[arm]] table with a name and a rule)");
  }
  Scenario scenario;
  scenario.title = word(written.base, "title");
  scenario.data = settings_from(data_parameters(), values_of(written.base, "data"));
  try {
    static_cast<void>(find_source(scenario.data.name));
  } catch (const Error& error) {
    fail(place_of(written.base, {"data.name"}, source.name + ": "), error.what());
  }
  scenario.record = settings_from(record_parameters(), values_of(written.base, "record"));
  for (const ArmAssignments& arm : written.arms) {
    scenario.arms.push_back(make_arm(written.base, arm, source.name));
  }
  scenario.seeds = scenario.arms.front().train.seeds;
  check_device_parameters(written, scenario.arms);
  scenario.toml = scenario_toml(written.base, scenario);
  return scenario;
}

ScenarioText find_scenario(const std::string& file_or_name) {
  if (std::ifstream file(file_or_name, std::ios::binary);
      file && !std::filesystem::is_directory(file_or_name)) {
    std::ostringstream text;
    text << file.rdbuf();
    return {file_or_name, text.str()};
  }
  std::vector<std::string_view> names;
  for (const ShippedScenario& shipped : shipped_scenarios()) {
    if (shipped.name == file_or_name || std::string(shipped.name) + ".toml" == file_or_name) {
      return {std::string(shipped.name) + ".toml", std::string(shipped.text)};
    }
    names.push_back(shipped.name);
  }
  const std::string near = nearest_name(file_or_name, names);
  throw Error(
      Failure::usage,
      fmt::format(
          "{}: no such file or shipped scenario{} (`memtrain scenarios` lists those that ship)",
          file_or_name, near.empty() ? "" : fmt::format(", did you mean '{}'?", near)));
}

}  // namespace memtrain
