#include "sim/scenario/scenario.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/base/error.h"
#include "sim/base/file_bytes.h"
#include "sim/base/nearest_name.h"
#include "sim/scenario/array_settings.h"
#include "sim/scenario/assignments.h"
#include "sim/scenario/device_file.h"
#include "sim/scenario/effect.h"
#include "sim/scenario/keys.h"
#include "sim/scenario/place.h"
#include "sim/scenario/toml_writer.h"

namespace memtrain {
namespace {

bool has_parameter(const Key& key, std::string_view device) {
  return std::find(key.devices.begin(), key.devices.end(), device) != key.devices.end();
}

/// A rule that carries errors back needs something to carry them through.
void check_backward(const Assignments& merged, const ArmAssignments& written, const Arm& arm) {
  if (!find_array_kind(arm.array.kind)->circuits) return;
  if (!arm.needs.transposed_read || arm.array.backward.array != "none") return;
  refuse(merged.place_of({"backward.array"}, written.place),
         fmt::format("backward.array: 'none' cannot train arm '{}': its rule '{}' reads weights "
                     "transposed (give it a second array: backward.array = \"second\")",
                     arm.name, arm.rule->name));
}

void check_digital_only(const Assignments& merged, const Arm& arm) {
  const bool feedback = arm.needs.learned_feedback && written_by_pulses(arm.feedback);
  if (!written_by_pulses(arm.array) && !feedback) return;
  const auto blame = [&](const std::string& path, const std::string& what,
                         const std::string& remedy) {
    refuse(
        merged.values.at(path).place,
        fmt::format("{}: {} cannot be done by pulsed updates (set it to {} in arm '{}', or outside "
                    "of it)",
                    path, what, remedy, arm.name));
  };
  if (arm.train.optimiser.method == OptimiserMethod::adam) {
    blame("train.optimiser", "adam", "sgd");
  }
  for (const std::string path : {"train.momentum", "train.weight_decay", "train.clip_norm"}) {
    const auto at = merged.values.find(path);
    if (at == merged.values.end() || std::get<double>(at->second.value) == 0.0) continue;
    blame(path, std::string(name_in_section(path)), "0");
  }
}

/// A rule that is not defined for all kinds of layers.
void check_rule_layers(const Assignments& merged, const Arm& arm) {
  for (std::size_t l = 0; l < arm.layers.size(); ++l) {
    const LayerSettings& layer = arm.layers[l];
    const auto blame = [&](const std::string& what) {
      refuse(merged.layers_place, fmt::format("{}[{}]: rule '{}' of arm '{}' is {}", layers_key,
                                              l + 1, arm.rule->name, arm.name, what));
    };
    if (arm.needs.dense_layers) {
      const auto placement = settings_from(placement_parameters(), layer.values);
      const std::string only = "defined for dense layers one after another, not for ";
      if (layer.type != "dense") blame(only + fmt::format("type '{}'", layer.type));
      if (!placement.input.empty()) blame(only + "a layer with an input of its own");
    }
    if (arm.needs.plain_units && find_layer_kind(layer.type)->gated) {
      blame(fmt::format("not defined for units with gates, type '{}'", layer.type));
    }
  }
}

/// Settings of training that need one another.
void check_train(const Assignments& merged, const ArmAssignments& written, const Arm& arm) {
  if (arm.train.schedule == "step" && arm.train.decay_epochs.empty()) {
    refuse(
        merged.place_of({"train.schedule"}, written.place),
        fmt::format("train.decay_epochs: is missing (schedule 'step' of arm '{}' needs the epochs "
                    "after which the step size decays)",
                    arm.name));
  }
  const DataSettings data = settings_from(data_parameters(), merged.section("data"));
  if (arm.train.patience > 0 && !holds_out(data)) {
    const bool series = find_source(data.name).origin == Origin::series;
    refuse(
        merged.place_of({"train.patience"}, written.place),
        fmt::format("train.patience: arm '{}' has no validation samples to be patient about ({})",
                    arm.name,
                    series ? "leave some between data.train_part and data.test_part"
                           : "give data.validation"));
  }
  check_rule_layers(merged, arm);
  if (arm.needs.hidden_layers && arm.layers.size() < 2) {
    refuse(merged.layers_place, fmt::format("{}: rule '{}' of arm '{}' needs hidden layers",
                                            layers_key, arm.rule->name, arm.name));
  }
  if (arm.needs.class_probabilities && arm.train.loss != "cross_entropy") {
    refuse(
        merged.place_of({"train.loss"}, written.place),
        fmt::format("train.loss: rule '{}' of arm '{}' needs cross_entropy with a softmax output "
                    "layer, not '{}'",
                    arm.rule->name, arm.name, arm.train.loss));
  }
  if (arm.layers.size() > most_layers) {
    refuse(merged.layers_place, fmt::format("{}: arm '{}' has {} layers, at most {} are allowed",
                                            layers_key, arm.name, arm.layers.size(), most_layers));
  }
}

/// What a data set asks, its arms must be able to answer.
void check_question(const Assignments& merged, const ArmAssignments& written, const Arm& arm) {
  const DataSettings data = settings_from(data_parameters(), merged.section("data"));
  const Question question = question_of(data);
  if (question == Question::label) return;
  const bool values = question == Question::values;
  const std::string asking = data.reconstruct ? "data.reconstruct" : fmt::format("'{}'", data.name);
  if (arm.needs.label_in_input || arm.needs.class_probabilities) {
    refuse(
        merged.place_of({"rule"}, written.place),
        fmt::format("rule: '{}' of arm '{}' learns one class for each sample, but {} asks for {}",
                    arm.rule->name, arm.name, asking, values ? "values" : "a class at every step"));
  }
  if (values && arm.train.loss == "cross_entropy") {
    refuse(merged.place_of({"train.loss"}, written.place),
           fmt::format("train.loss: cross_entropy is for classes, but {} asks for values (give arm "
                       "'{}' squared_error, and an output layer other than softmax)",
                       asking, arm.name));
  }
}

/// The activation of a layer: given, or its kind's default; "linear" for a kind without.
std::string activation_of(const LayerKind& kind, const ParameterValues& values) {
  if (const auto at = values.find("activation"); at != values.end()) {
    return std::get<std::string>(at->second);
  }
  for (const ParameterDescription& row : kind.parameters()) {
    if (row.info.name == "activation") return std::get<std::string>(row.default_value);
  }
  return "linear";
}

void check_layers(const Assignments& merged, const Arm& arm) {
  for (std::size_t l = 0; l < arm.layers.size(); ++l) {
    const bool last = l + 1 == arm.layers.size();
    const LayerKind& kind = *find_layer_kind(arm.layers[l].type);
    if (last && !kind.can_be_output) {
      refuse(merged.layers_place,
             fmt::format("{}[{}]: a layer of type '{}' cannot be the output layer", layers_key,
                         l + 1, kind.name));
    }
    const std::string activation = activation_of(kind, arm.layers[l].values);
    if (!last && activation == "softmax") {
      refuse(merged.layers_place,
             fmt::format("{}[{}].activation: softmax is for the output layer only", layers_key,
                         l + 1));
    }
    if (const auto problem = loss_problem(arm.train.loss, activation); last && !problem.empty()) {
      refuse(merged.place_of({"train.loss"}, merged.layers_place),
             fmt::format("train.loss: {} (arm '{}' ends in {})", problem, arm.name, activation));
    }
  }
}

/// A rule's own arrays. Where they are not written by pulses, they follow the same optimiser.
ArraySettings feedback_arrays(Assignments& merged, const ArmAssignments& written, const Arm& arm) {
  ArraySettings feedback{.kind = "exact"};
  if (arm.needs.feedback_arrays && merged.word("array.kind") != "exact") {
    feedback = array_settings(
        merged, {.name = fmt::format("the feedback arrays of arm '{}'", arm.name),
                 .place = written.place + std::string(feedback_prefix),
                 .prefix = feedback_prefix,
                 .own = &written.overrides,
                 .written = feedback_written(arm.needs, merged.word("programming.method"))});
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
  if (written.overrides.values.contains("digital.preset")) drop_processor(merged);
  merged.overlay(written.overrides);
  Arm arm;
  arm.name = written.name;
  arm.rule = find_rule_kind(merged.word("rule"));
  arm.rule_settings = merged.section(arm.rule->name);
  arm.needs = arm.rule->needs(arm.rule_settings);
  arm.layers = merged.layers;
  if (arm.layers.empty()) {
    refuse(file + ": ", fmt::format("{}: is missing (give the layers of the network)", layers_key));
  }
  arm.train = settings_from(train_parameters(), merged.section("train"));
  arm.digital = settings_from(digital_parameters(), merged.section("digital"));
  arm.timing = settings_from(timing_parameters(), merged.section("timing"));
  if (arm.train.method == "adam") arm.train.optimiser.method = OptimiserMethod::adam;
  // before the network's arrays complete what is said: that is for them
  Assignments feedback = feedback_assignments(merged, arm.needs);
  arm.array = array_settings(merged, {.name = fmt::format("arm '{}'", arm.name),
                                      .place = written.place,
                                      .prefix = "",
                                      .own = &written.overrides});
  arm.preset = merged.word("device.preset");
  arm.array.crosspoints.optimiser = arm.train.optimiser;
  arm.device = device_word(arm.array, arm.preset);
  arm.feedback = feedback_arrays(feedback, written, arm);
  check_digital_only(merged, arm);
  check_backward(merged, written, arm);
  check_question(merged, written, arm);
  check_train(merged, written, arm);
  check_layers(merged, arm);
  arm.toml = arm_toml(merged, feedback, arm);
  arm.places = merged.places(written.place);
  return arm;
}

/// A device parameter that no arm's device has would be without effect.
void check_device_parameters(const ScenarioAssignments& written, const std::vector<Arm>& arms) {
  for (const auto& [path, assignment] : written.base.values) {
    const Key& key = *find_key(path);
    const bool used =
        assignment.from_preset || key.devices.empty() ||
        std::any_of(arms.begin(), arms.end(), [&, &path = path](const Arm& arm) {
          const auto& array = is_of_feedback(path) ? arm.feedback : arm.array;
          return array.device != nullptr && has_parameter(key, array.device->info().name);
        });
    if (!used) {
      refuse(assignment.place,
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
      refuse(assignment.place,
             fmt::format("{}: is without effect in arm '{}': {}", path, arms[a].name, reason));
    }
  }
  for (const auto& [path, assignment] : written.base.values) {
    const Key& key = *find_key(path);
    const bool used = std::any_of(arms.begin(), arms.end(),
                                  [&](const Arm& arm) { return without_effect(key, arm).empty(); });
    if (used || assignment.from_preset) continue;
    refuse(assignment.place, fmt::format("{}: is without effect in every arm: {}", path,
                                         without_effect(key, arms.front())));
  }
}

/// What is said about the data must be complete, fit together and have an effect.
void check_data(const Assignments& base, const DataSettings& data) {
  try {
    static_cast<void>(find_source(data.name));
  } catch (const Error& error) {
    refuse(data.places.at("data.name"), fmt::format("data.name: {}", error.what()));
  }
  for (const auto& [path, assignment] : base.values) {
    if (section_of(path) != "data") continue;
    const std::string reason = without_effect(data, name_in_section(path));
    if (!reason.empty()) {
      refuse(assignment.place, fmt::format("{}: is without effect: {}", path, reason));
    }
  }
  with_places(data.places, [&] { check_data_settings(data); });
}

DataSettings data_settings(const Assignments& base, const std::string& file) {
  DataSettings data = settings_from(data_parameters(), base.section("data"));
  data.places = base.places(base.place_of({"data.name"}, file + ": "));
  // the parts may only be too much together
  data.places["data.test_part"] =
      base.place_of({"data.test_part", "data.train_part", "data.name"}, file + ": ");
  return data;
}

/// Every seed once: two runs that are the same would pass for two samples.
void check_seeds(const Assignments& base, const std::vector<std::int64_t>& seeds) {
  for (auto seed = seeds.begin(); seed != seeds.end(); ++seed) {
    if (std::find(seeds.begin(), seed, *seed) == seed) continue;
    refuse(base.place_of({"train.seeds"}, {}),
           fmt::format("train.seeds: {} is listed twice", *seed));
  }
}

}  // namespace

std::string opening_comment(std::string_view text) {
  std::string comment;
  while (text.starts_with('#')) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(1, end - 1);
    if (line.starts_with(' ')) line.remove_prefix(1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    comment += comment.empty() ? "" : "\n";
    comment += line;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return comment;
}

std::string title_of(const ScenarioText& source) {
  return read_assignments(source.name, source.text).base.word("title");
}

Scenario read_scenario(const ScenarioText& source, const std::vector<std::string>& overrides) {
  ScenarioAssignments written = read_assignments(source.name, source.text);
  for (const std::string& override_text : overrides) apply_override(written, override_text);
  expand_presets(written.base);
  for (ArmAssignments& arm : written.arms) expand_presets(arm.overrides);
  if (written.arms.empty()) {
    refuse(source.name + ": ",
           "arm: there are no arms (add an [[arm]] table with a name and a rule)");
  }
  Scenario scenario;
  scenario.title = written.base.word("title");
  scenario.comment = opening_comment(source.text);
  scenario.data = data_settings(written.base, source.name);
  check_data(written.base, scenario.data);
  scenario.record = settings_from(record_parameters(), written.base.section("record"));
  for (const ArmAssignments& arm : written.arms) {
    scenario.arms.push_back(make_arm(written.base, arm, source.name));
    Arm& made = scenario.arms.back();
    made.array.crosspoints.count_pulses = scenario.record.pulse_counts;
    made.feedback.crosspoints.count_pulses = scenario.record.pulse_counts;
  }
  scenario.seeds = scenario.arms.front().train.seeds;
  check_seeds(written.base, scenario.seeds);
  check_effects(written, scenario.arms);
  check_device_parameters(written, scenario.arms);
  scenario.toml = scenario_toml(written.base, scenario);
  return scenario;
}

ScenarioText find_scenario(const std::string& file_or_name) {
  std::error_code problem;
  std::string read = file_text(file_or_name, problem);
  // results are named as their scenarios, but for the ending
  if (read.starts_with(hdf5_signature)) {
    throw Error(Failure::usage,
                fmt::format("{0}: is a result file, not a scenario (`memtrain summary {0}` shows "
                            "it)",
                            file_or_name));
  }
  if (!problem) return {file_or_name, std::move(read)};
  const bool is_folder = problem == std::errc::is_a_directory;
  if (!is_folder && !is_missing(file_or_name, problem)) {
    throw Error(Failure::usage,
                fmt::format("{}: cannot be read ({})", file_or_name, problem.message()));
  }
  std::vector<std::string_view> names;
  for (const ShippedScenario& shipped : shipped_scenarios()) {
    const std::string name(shipped.name());
    if (name == file_or_name || name + ".toml" == file_or_name) {
      return {name + ".toml", std::string(shipped.text)};
    }
    names.push_back(shipped.name());
  }
  if (is_folder) {
    throw Error(Failure::usage,
                fmt::format("{}: is a folder, not a scenario (give its TOML file)", file_or_name));
  }
  const std::string near = nearest_name(file_or_name, names);
  throw Error(
      Failure::usage,
      fmt::format(
          "{}: no such file or shipped scenario{} (`memtrain scenarios` lists those that ship)",
          file_or_name, near.empty() ? "" : fmt::format(", did you mean '{}'?", near)));
}

}  // namespace memtrain
