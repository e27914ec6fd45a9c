#include "sim/scenario/device_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "devices/periphery/digital_logic.h"
#include "devices/presets/preset.h"
#include "sim/base/error.h"
#include "sim/base/file_bytes.h"
#include "sim/base/nearest_name.h"
#include "sim/scenario/keys.h"
#include "sim/scenario/place.h"

namespace memtrain {
namespace {

namespace fs = std::filesystem;

/// A file that a device file names is meant from where the device file lies.
void resolve_file(DeviceFile& device, const fs::path& folder) {
  const auto at = device.settings.values.find("device.file");
  if (at == device.settings.values.end()) return;
  const fs::path named = std::get<std::string>(at->second.value);
  if (named.is_relative()) at->second.value = (folder / named).string();
}

std::string nothing_named(std::string_view key, const std::string& name, const std::string& near,
                          const std::error_code& problem) {
  if (!is_missing(name, problem)) {
    return fmt::format("{}: {}: cannot be read ({})", key, name, problem.message());
  }
  return fmt::format("{}: no preset or file '{}'{} (`memtrain devices` lists the presets)", key,
                     name, near.empty() ? "" : fmt::format(", did you mean '{}'?", near));
}

std::vector<std::string_view> preset_names() {
  std::vector<std::string_view> names;
  for (const Preset& preset : presets()) names.push_back(preset.name);
  return names;
}

}  // namespace

DeviceFile find_device_file(const std::string& name_or_path, const Place& place) {
  for (const Preset& preset : presets()) {
    if (preset.name == name_or_path) {
      return read_device_text(std::string(preset.name) + ".toml", std::string(preset.text));
    }
  }
  std::error_code problem;
  const std::string text = file_text(name_or_path, problem);
  if (problem) {
    const std::string near = nearest_name(name_or_path, preset_names());
    refuse(place, nothing_named("device.preset", name_or_path, near, problem));
  }
  DeviceFile device = read_device_text(name_or_path, text);
  resolve_file(device, fs::path(name_or_path).parent_path());
  return device;
}

DeviceFile find_processor(const std::string& name_or_path, const Place& place) {
  std::vector<std::string_view> names;
  for (const Processor& processor : processors()) {
    if (processor.name == name_or_path) {
      return read_processor_text(std::string(processor.name) + ".toml",
                                 std::string(processor.text));
    }
    names.push_back(processor.name);
  }
  std::error_code problem;
  const std::string text = file_text(name_or_path, problem);
  if (problem) {
    const std::string near = nearest_name(name_or_path, names);
    refuse(place, nothing_named("digital.preset", name_or_path, near, problem));
  }
  return read_processor_text(name_or_path, text);
}

namespace {

void expand_preset(Assignments& given, const std::string& prefix) {
  const auto named = given.values.find(prefix + "device.preset");
  if (named == given.values.end()) return;
  const std::string name = std::get<std::string>(named->second.value);
  if (name.empty()) return;
  const DeviceFile device = find_device_file(name, named->second.place + prefix);
  const std::string model = device.settings.word("device.model");
  if (const auto said = given.values.find(prefix + "device.model");
      said != given.values.end() && std::get<std::string>(said->second.value) != model) {
    refuse(said->second.place,
           fmt::format("{}device.model: the preset '{}' is a '{}' (give one of device.model and "
                       "device.preset)",
                       prefix, name, model));
  }
  for (const auto& [path, assignment] : device.settings.values) {
    given.values.try_emplace(prefix + path, Assignment{assignment.value, assignment.place, true});
  }
}

void expand_processor(Assignments& given) {
  const auto named = given.values.find("digital.preset");
  if (named == given.values.end()) return;
  const std::string name = std::get<std::string>(named->second.value);
  if (name.empty()) return;
  const DeviceFile processor = find_processor(name, named->second.place);
  for (const auto& [path, assignment] : processor.settings.values) {
    given.values.try_emplace(path, Assignment{assignment.value, assignment.place, true});
  }
}

}  // namespace

void expand_presets(Assignments& given) {
  expand_preset(given, "");
  expand_preset(given, std::string(feedback_prefix));
  expand_processor(given);
}

void drop_preset(Assignments& given, std::string_view prefix) {
  std::erase_if(given.values, [&](const auto& each) {
    if (section_of(each.first) == "digital") return false;
    const bool of_feedback = is_of_feedback(each.first);
    return each.second.from_preset && of_feedback == is_of_feedback(prefix);
  });
  given.values.erase(std::string(prefix) + "device.preset");
}

void drop_processor(Assignments& given) {
  std::erase_if(given.values, [](const auto& each) {
    return each.second.from_preset && section_of(each.first) == "digital";
  });
}

CrosspointSettings crosspoint_settings(const Assignments& given, const DeviceModel& model,
                                       const std::function<bool(const std::string& path)>& required,
                                       const std::string& whose, const Place& otherwise) {
  CrosspointSettings settings;
  const std::vector<ParameterDescription> rows = model.parameters();
  const auto model_name = model.info().name;
  Place first = otherwise;  // where the device is described, for problems of several values
  for (const auto& [path, assignment] : given.values) {
    const Key& key = *find_key(path);
    if (path == "device.model") first = assignment.place;
    if (key.devices.empty() || is_of_feedback(path)) continue;
    const auto row = std::find_if(rows.begin(), rows.end(),
                                  [&](const auto& r) { return r.info.name == key.info.name; });
    if (row == rows.end()) {
      if (!required(path)) continue;
      refuse(assignment.place,
             fmt::format("{}: device.model '{}'{} has no such parameter", path, model_name, whose));
    }
    // models that share a name may differ in its range
    if (const auto* number = std::get_if<double>(&assignment.value);
        number != nullptr && !(*number >= row->info.low && *number <= row->info.high)) {
      refuse(assignment.place,
             fmt::format("{}: {:g} is out of range [{:g}, {:g}] (device.model '{}'{})", path,
                         *number, row->info.low, row->info.high, model_name, whose));
    }
    settings.device[std::string(key.info.name)] = assignment.value;
  }
  settings.cell = settings_from(cell_parameters(), given.section("cell"));
  settings.pulse = settings_from(pulse_parameters(), given.section("pulse"));
  if (const std::string problem = model.problem(settings.device); !problem.empty()) {
    refuse(given.place_of({"device.w_min", "device.w_max"}, first),
           fmt::format("device: {} (device.model '{}'{})", problem, model_name, whose));
  }
  if (!model.pulsed() && settings.cell.kind != "single") {
    refuse(given.place_of({"cell.kind"}, first),
           fmt::format("cell.kind: '{}' needs a device that is written by pulses, not '{}'{}",
                       settings.cell.kind, model_name, whose));
  }
  const auto half = settings.device.find("half_select");
  if (half != settings.device.end() && std::get<bool>(half->second) &&
      settings.pulse.mode != "stochastic") {
    refuse(
        given.place_of({"pulse.mode"}, first),
        fmt::format("pulse.mode: half-select disturb comes with coincidences only, not with '{}'{}",
                    settings.pulse.mode, whose));
  }
  return settings;
}

DeviceSettings read_device(const std::string& name, const std::vector<std::string>& overrides) {
  Assignments given;
  for (const std::string& assignment : overrides) {
    const Place place = fmt::format("--set {}: ", assignment);
    const auto equals = assignment.find('=');
    if (equals == std::string::npos || equals == 0) refuse(place, "is not KEY=VALUE");
    std::string path = assignment.substr(0, equals);
    if (path.find('.') == std::string::npos) path = "device." + path;
    const std::string_view part = section_of(path);
    if (part != "device" && part != "cell" && part != "pulse") {
      refuse(place, "is not a key of device, cell or pulse");
    }
    assign_text(given, path, assignment.substr(equals + 1), place);
  }
  DeviceSettings device;
  device.model = find_device_model(name);
  if (device.model == nullptr) {
    std::error_code problem;
    (void)file_text(name, problem);
    const bool known = std::any_of(presets().begin(), presets().end(),
                                   [&](const Preset& preset) { return preset.name == name; });
    if (!known && problem && is_missing(name, problem)) {
      std::vector<std::string_view> names = preset_names();
      for (const DeviceModel* model : device_models()) names.push_back(model->info().name);
      const std::string near = nearest_name(name, names);
      throw Error(Failure::usage,
                  fmt::format("unknown device '{}'{} (neither a model nor a preset of `memtrain "
                              "devices`, nor a file)",
                              name, near.empty() ? "" : fmt::format(", did you mean '{}'?", near)));
    }
    const DeviceFile described = find_device_file(name, "");
    device.preset = name;
    device.summary = described.summary;
    device.source = described.source;
    given.values["device.preset"] = {name, ""};
    expand_presets(given);
    device.model = find_device_model(given.word("device.model"));
  }
  device.crosspoints = crosspoint_settings(
      given, *device.model, [](const std::string& /*path*/) { return true; }, "", name + ": ");
  if (device.summary.empty()) device.summary = device.model->info().summary;
  if (device.source.empty()) device.source = device.model->info().source;
  return device;
}

}  // namespace memtrain
