#include "sim/scenario/scenario.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "sim/base/error.h"
#include "sim/base/nearest_name.h"
#include "sim/scenario/assignments.h"
#include "sim/scenario/device_file.h"
#include "sim/scenario/effect.h"
#include "sim/scenario/keys.h"
#include "sim/scenario/toml_writer.h"

namespace memtrain {
namespace {

[[noreturn]] void fail(const Place& place, const std::string& problem) {
  throw Error(Failure::usage, place + problem);
}

bool has_parameter(const Key& key, std::string_view device) {
  return std::find(key.devices.begin(), key.devices.end(), device) != key.devices.end();
}

/// The circuits of the transposed read: what is not said of it is as in the forward read.
ParameterValues transposed_section(const Assignments& merged) {
  ParameterValues transposed = merged.section("periphery.transposed");
  transposed.merge(merged.section("periphery"));
  return transposed;
}

/// Whose arrays settings are for, and where that is said.
struct Owner {
  std::string name;  ///< "arm 'x'", as messages say it
  Place place;
  std::string_view prefix;  ///< of the keys
  const Assignments* own;   ///< what it says itself
};

ArraySettings array_settings(const Assignments& merged, const Owner& owner) {
  ArraySettings array;
  array.kind = merged.word("array.kind");
  array.device = find_device_model(merged.word("device.model"));
  // shared parameters that belong to other arms' models are left out, an arm's own that its model
  // lacks are refused
  array.crosspoints = crosspoint_settings(
      merged, *array.device,
      [&](const std::string& path) {
        return owner.own->values.contains(std::string(owner.prefix) + path);
      },
      " of " + owner.name, owner.place);
  array.transfer = settings_from(transfer_parameters(), merged.section("transfer"));
  array.low_precision = settings_from(low_precision_parameters(), merged.section("quantised"));
  CircuitSettings& circuits = array.circuits;
  circuits.tile = settings_from(tile_parameters(), merged.section("tile"));
  circuits.mapping = settings_from(mapping_parameters(), merged.section("mapping"));
  circuits.wires = settings_from(wire_parameters(), merged.section("wires"));
  circuits.programming = settings_from(programming_parameters(), merged.section("programming"));
  array.backward = settings_from(backward_parameters(), merged.section("backward"));
  circuits.faults = settings_from(fault_parameters(), merged.section("faults"));
  circuits.telegraph = settings_from(telegraph_parameters(), merged.section("telegraph"));
  array.crosspoints.faults = circuits.faults;
  array.crosspoints.endurance = settings_from(endurance_parameters(), merged.section("endurance"));
  circuits.forward = settings_from(read_parameters(), merged.section("periphery"));
  circuits.transposed = settings_from(read_parameters(), transposed_section(merged));
  circuits.write = settings_from(drive_parameters(), merged.section("periphery.write"));
  return array;
}

/// An array kind needs a device that it can write, in a way that it can write it.
void check_array_kind(Assignments& merged, const Owner& owner, ArraySettings& array) {
  const ArrayKind& kind = *find_array_kind(array.kind);
  if (kind.modes.empty()) return;
  if (!array.device->pulsed()) {
    if (array.kind == "crossbar") return;
    fail(merged.place_of({"array.kind"}, owner.place),
         fmt::format("{}array.kind: '{}' needs a device that is written by pulses, not '{}' ({})",
                     owner.prefix, array.kind, array.device->info().name, owner.name));
  }
  std::string& mode = array.crosspoints.pulse.mode;
  if (std::find(kind.modes.begin(), kind.modes.end(), mode) != kind.modes.end()) return;
  if (!merged.values.contains("pulse.mode")) {
    mode = kind.modes.front();
    merged.values["pulse.mode"] = {mode, owner.place};
    return;
  }
  fail(merged.place_of({"pulse.mode"}, owner.place),
       fmt::format("{}pulse.mode: '{}' cannot be done by array.kind '{}' of {} (it can do: {})",
                   owner.prefix, mode, array.kind, owner.name, fmt::join(kind.modes, ", ")));
}

/// The value of a device parameter: given, or its model's default.
double device_number(const ArraySettings& array, std::string_view name) {
  if (const auto at = array.crosspoints.device.find(name); at != array.crosspoints.device.end()) {
    return std::get<double>(at->second);
  }
  for (const ParameterDescription& row : array.device->parameters()) {
    if (row.info.name == name) return std::get<double>(row.default_value);
  }
  return 0.0;
}

/// Wires act on conductances: the device must say what its weights are in siemens.
void check_conductances(const Assignments& merged, const Owner& owner, const ArraySettings& array) {
  if (!find_array_kind(array.kind)->circuits || !array.circuits.wires.on()) return;
  const Place place = merged.place_of(
      {"wires.row_segment", "wires.column_segment", "wires.row_terminal", "wires.column_terminal"},
      "");
  for (const std::string_view name : {"w_max", "w_min"}) {
    if (std::isfinite(device_number(array, name))) continue;
    fail(place, fmt::format("{0}wires: the device of {1} must have bounds that stand for "
                            "conductances (give {0}device.{2})",
                            owner.prefix, owner.name, name));
  }
  if (device_number(array, "g_max") <= device_number(array, "g_min")) {
    fail(place, fmt::format("{0}wires: the conductances of the device of {1} are not known (give "
                            "{0}device.g_max above {0}device.g_min, in siemens)",
                            owner.prefix, owner.name));
  }
}

/// A rule that carries errors back needs something to carry them through.
void check_backward(const Assignments& merged, const ArmAssignments& written, const Arm& arm) {
  if (!find_array_kind(arm.array.kind)->circuits) return;
  if (!arm.needs.transposed_read || arm.array.backward.array != "none") return;
  fail(merged.place_of({"backward.array"}, written.place),
       fmt::format("backward.array: 'none' cannot train arm '{}': its rule '{}' reads weights "
                   "transposed (give it a second array: backward.array = \"second\")",
                   arm.name, arm.rule->name));
}

/// Devices can be stuck at their bounds only if they have some.
void check_faults(const Assignments& merged, const Owner& owner, const ArraySettings& array) {
  const FaultSettings& faults = array.circuits.faults;
  if (!find_array_kind(array.kind)->circuits || !faults.stuck()) return;
  const Place place =
      merged.place_of({"faults.stuck_low", "faults.stuck_high", "faults.stuck_random"}, "");
  if (faults.stuck_low + faults.stuck_high + faults.stuck_random > 1.0F) {
    fail(place, fmt::format("{}faults: more than all devices of {} are stuck (the sum of "
                            "stuck_low, stuck_high and stuck_random is above 1)",
                            owner.prefix, owner.name));
  }
  for (const std::string_view name : {"w_max", "w_min"}) {
    if (std::isfinite(device_number(array, name))) continue;
    fail(place, fmt::format("{0}faults: the device of {1} has no bounds to be stuck at (give "
                            "{0}device.{2})",
                            owner.prefix, owner.name, name));
  }
}

/// Whether weights are written by pulses, and so cannot follow a digital optimiser.
bool written_by_pulses(const ArraySettings& array) {
  return !find_array_kind(array.kind)->modes.empty() && array.device->pulsed();
}

void check_digital_only(const Assignments& merged, const Arm& arm) {
  const bool feedback = arm.needs.learned_feedback && written_by_pulses(arm.feedback);
  if (!written_by_pulses(arm.array) && !feedback) return;
  const auto refuse = [&](const std::string& path, const std::string& what,
                          const std::string& remedy) {
    fail(
        merged.values.at(path).place,
        fmt::format("{}: {} cannot be done by pulsed updates (set it to {} in arm '{}', or outside "
                    "of it)",
                    path, what, remedy, arm.name));
  };
  if (arm.train.optimiser.method == OptimiserMethod::adam) {
    refuse("train.optimiser", "adam", "sgd");
  }
  for (const std::string path : {"train.momentum", "train.weight_decay", "train.clip_norm"}) {
    const auto at = merged.values.find(path);
    if (at == merged.values.end() || std::get<double>(at->second.value) == 0.0) continue;
    refuse(path, std::string(name_in_section(path)), "0");
  }
}

/// Settings of training that need one another.
void check_train(const Assignments& merged, const ArmAssignments& written, const Arm& arm) {
  if (arm.train.schedule == "step" && arm.train.decay_epochs.empty()) {
    fail(merged.place_of({"train.schedule"}, written.place),
         fmt::format("train.decay_epochs: is missing (schedule 'step' of arm '{}' needs the epochs "
                     "after which the step size decays)",
                     arm.name));
  }
  if (arm.train.patience > 0 &&
      settings_from(data_parameters(), merged.section("data")).validation == 0) {
    fail(merged.place_of({"train.patience"}, written.place),
         fmt::format("train.patience: arm '{}' has no validation samples to be patient about (give "
                     "data.validation)",
                     arm.name));
  }
  if (arm.needs.hidden_layers && arm.layers.size() < 2) {
    fail(merged.layers_place, fmt::format("{}: rule '{}' of arm '{}' needs hidden layers",
                                          layers_key, arm.rule->name, arm.name));
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
      fail(merged.place_of({"train.loss"}, merged.layers_place),
           fmt::format("train.loss: {} (arm '{}' ends in {})", problem, arm.name, activation));
    }
  }
}

std::string device_word(const ArraySettings& array, const std::string& preset) {
  if (array.kind == "exact") return "exact";
  if (array.kind == "quantised") {
    const LowPrecisionSettings& q = array.low_precision;
    return fmt::format("{} w{} a{} e{}", q.reading, q.weight_bits, q.activation_bits, q.error_bits);
  }
  std::string device = preset.empty() ? std::string(array.device->info().name) : preset;
  if (array.crosspoints.cell.kind != "single") device += " " + array.crosspoints.cell.kind;
  return array.kind == "crossbar" ? device : device + " " + array.kind;
}

/// Array settings, checked; `merged` gets what follows from the rest.
ArraySettings checked_arrays(Assignments& merged, const Owner& owner) {
  ArraySettings array = array_settings(merged, owner);
  check_array_kind(merged, owner, array);
  check_conductances(merged, owner, array);
  check_faults(merged, owner, array);
  return array;
}

/// What a rule's own arrays are told, by the names that the network's use: as those, where
/// feedback.* says nothing else.
Assignments feedback_assignments(const Assignments& merged) {
  Assignments feedback;
  Assignments own;
  for (const auto& [path, assignment] : merged.values) {
    const bool of_feedback = is_of_feedback(path);
    (of_feedback ? own : feedback)
        .values[of_feedback ? path.substr(feedback_prefix.size()) : path] = assignment;
  }
  if (own.values.contains("device.preset") || own.values.contains("device.model")) {
    drop_preset(feedback);
  }
  feedback.values.erase("array.kind");
  feedback.overlay(own);
  feedback.values.try_emplace(
      "array.kind",
      Assignment{find_key(std::string(feedback_prefix) + "array.kind")->default_value, ""});
  return feedback;
}

/// A rule's own arrays; only its exact ones follow the optimiser of digital updates.
ArraySettings feedback_arrays(Assignments& merged, const ArmAssignments& written, const Arm& arm) {
  ArraySettings feedback{.kind = "exact"};
  if (arm.needs.feedback_arrays && merged.word("array.kind") != "exact") {
    feedback = checked_arrays(merged, {fmt::format("the feedback arrays of arm '{}'", arm.name),
                                       written.place, feedback_prefix, &written.overrides});
    feedback.backward.array = "none";  // they are read forward only
  }
  feedback.crosspoints.optimiser = arm.train.optimiser;
  return feedback;
}

Arm make_arm(const Assignments& base, const ArmAssignments& written, const std::string& file) {
  Assignments merged = base;
  // an arm with a device of its own has nothing of the preset that the others share
  for (const std::string& prefix : {std::string(), std::string(feedback_prefix)}) {
    const auto& own = written.overrides.values;
    if (own.contains(prefix + "device.preset") || own.contains(prefix + "device.model")) {
      drop_preset(merged, prefix);
    }
  }
  merged.overlay(written.overrides);
  Arm arm;
  arm.name = written.name;
  arm.rule = find_rule_kind(merged.word("rule"));
  arm.rule_settings = merged.section(arm.rule->name);
  arm.needs = arm.rule->needs(arm.rule_settings);
  arm.layers = merged.layers;
  if (arm.layers.empty()) {
    fail(file + ": ", fmt::format("{}: is missing (give the layers of the network)", layers_key));
  }
  arm.train = settings_from(train_parameters(), merged.section("train"));
  if (arm.train.method == "adam") arm.train.optimiser.method = OptimiserMethod::adam;
  arm.array = checked_arrays(
      merged, {fmt::format("arm '{}'", arm.name), written.place, "", &written.overrides});
  arm.preset = merged.word("device.preset");
  arm.array.crosspoints.optimiser = arm.train.optimiser;
  arm.device = device_word(arm.array, arm.preset);
  Assignments feedback = feedback_assignments(merged);
  arm.feedback = feedback_arrays(feedback, written, arm);
  check_digital_only(merged, arm);
  check_backward(merged, written, arm);
  check_train(merged, written, arm);
  check_layers(merged, arm);
  arm.toml = arm_toml(merged, feedback, arm);
  return arm;
}

/// A device parameter that no arm's device has would be without effect.
void check_device_parameters(const ScenarioAssignments& written, const std::vector<Arm>& arms) {
  for (const auto& [path, assignment] : written.base.values) {
    const Key& key = *find_key(path);
    const bool used =
        assignment.from_preset || key.devices.empty() ||
        std::any_of(arms.begin(), arms.end(), [&](const Arm& arm) {
          const auto& array = is_of_feedback(path) ? arm.feedback : arm.array;
          return array.device != nullptr && has_parameter(key, array.device->info().name);
        });
    if (!used) {
      fail(assignment.place,
           fmt::format("{}: no arm has a device with this parameter (devices that have it: {})",
                       path, fmt::join(key.devices, ", ")));
    }
  }
}

/// A setting without effect is a misunderstanding: an arm's own in that arm, a shared one if it
/// does nothing in any arm.
void check_effects(const ScenarioAssignments& written, const std::vector<Arm>& arms) {
  for (std::size_t a = 0; a < arms.size(); ++a) {
    for (const auto& [path, assignment] : written.arms[a].overrides.values) {
      const std::string reason = without_effect(*find_key(path), arms[a]);
      if (reason.empty() || assignment.from_preset) continue;
      fail(assignment.place,
           fmt::format("{}: is without effect in arm '{}': {}", path, arms[a].name, reason));
    }
  }
  for (const auto& [path, assignment] : written.base.values) {
    const Key& key = *find_key(path);
    const bool used = std::any_of(arms.begin(), arms.end(),
                                  [&](const Arm& arm) { return without_effect(key, arm).empty(); });
    if (used || assignment.from_preset) continue;
    fail(assignment.place, fmt::format("{}: is without effect in every arm: {}", path,
                                       without_effect(key, arms.front())));
  }
}

}  // namespace

Scenario read_scenario(const ScenarioText& source, const std::vector<std::string>& overrides) {
  ScenarioAssignments written = read_assignments(source.name, source.text);
  for (const std::string& override_text : overrides) apply_override(written, override_text);
  expand_presets(written.base);
  for (ArmAssignments& arm : written.arms) expand_presets(arm.overrides);
  if (written.arms.empty()) {
    fail(source.name + ": ",
         "arm: there are no arms (add an [[arm]] table with a name and a rule)");
  }
  Scenario scenario;
  scenario.title = written.base.word("title");
  scenario.data = settings_from(data_parameters(), written.base.section("data"));
  try {
    static_cast<void>(find_source(scenario.data.name));
  } catch (const Error& error) {
    fail(written.base.place_of({"data.name"}, source.name + ": "), error.what());
  }
  scenario.record = settings_from(record_parameters(), written.base.section("record"));
  for (const ArmAssignments& arm : written.arms) {
    scenario.arms.push_back(make_arm(written.base, arm, source.name));
    scenario.arms.back().array.crosspoints.count_pulses = scenario.record.pulse_counts;
  }
  scenario.seeds = scenario.arms.front().train.seeds;
  check_effects(written, scenario.arms);
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
