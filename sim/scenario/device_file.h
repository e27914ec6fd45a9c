#pragma once
#include <functional>
#include <string>
#include <vector>

#include "devices/array/device_model.h"
#include "sim/scenario/assignments.h"

namespace memtrain {

/// The device of that name: a preset that ships, or a TOML file. Relative file names in it are
/// relative to its folder. Errors: Failure::usage, with the nearest preset's name.
[[nodiscard]] DeviceFile find_device_file(const std::string& name_or_path, const Place& place);

/// The processor of that name, likewise.
[[nodiscard]] DeviceFile find_processor(const std::string& name_or_path, const Place& place);

/// Puts the settings that device.preset stands for, if it is set, where nothing else is said, and
/// likewise for feedback.device.preset and digital.preset.
void expand_presets(Assignments& given);
/// Takes away what came with device.preset (or, with a prefix, with that of feedback arrays).
void drop_preset(Assignments& given, std::string_view prefix = "");

/// A device, its cell and pulse mode, complete and checked.
struct DeviceSettings {
  const DeviceModel* model = nullptr;
  CrosspointSettings crosspoints;
  std::string preset;           ///< empty: none
  std::string summary, source;  ///< the preset's, or else the model's
};

/// Takes away what came with digital.preset.
void drop_processor(Assignments& given);

/// A device for commands that work on one: `name` is a model, a preset or a TOML file; `overrides`
/// are KEY=VALUE as given to --set, with keys of device, cell and pulse (the section `device.` may
/// be left out). Errors: Failure::usage.
[[nodiscard]] DeviceSettings read_device(const std::string& name,
                                         const std::vector<std::string>& overrides);

/// Device, cell and pulse settings from checked values. `required` says of a device parameter
/// whether the model must have it (or else it is left out). Errors: Failure::usage.
[[nodiscard]] CrosspointSettings crosspoint_settings(
    const Assignments& given, const DeviceModel& model,
    const std::function<bool(const std::string& path)>& required, const std::string& whose,
    const Place& otherwise);

}  // namespace memtrain
