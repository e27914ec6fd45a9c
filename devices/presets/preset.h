#pragma once
#include <span>
#include <string_view>

namespace memtrain {

/// A real device, described in a TOML file that lies in the program: devices/presets/NAME.toml.
struct Preset {
  std::string_view name, text;
};
/// All presets, by name. sim/scenario/device_file.h reads them.
[[nodiscard]] std::span<const Preset> presets();

}  // namespace memtrain
