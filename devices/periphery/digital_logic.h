#pragma once
#include <limits>
#include <span>
#include <string>
#include <string_view>

#include "sim/base/parameter.h"

namespace memtrain {

/// What digital arithmetic costs: around arrays, and in the place of them. NaN: not known, and then
/// nothing that follows from it is.
struct DigitalSettings {
  std::string preset;  ///< a processor that ships, or a TOML file that describes one; empty: none
  float energy_per_mac = std::numeric_limits<float>::quiet_NaN();        ///< J
  float energy_per_operation = std::numeric_limits<float>::quiet_NaN();  ///< J
  float clock = std::numeric_limits<float>::quiet_NaN();                 ///< Hz
  float cycles_per_mac = 1.0F;  ///< below 1: several at a time
  float cycles_per_operation = 1.0F;
};
[[nodiscard]] std::span<const Parameter<DigitalSettings>> digital_parameters();

/// A processor, described in a TOML file that lies in the program: devices/processors/NAME.toml.
struct Processor {
  std::string_view name, text;
};
/// All processors, by name. sim/scenario/device_file.h reads them.
[[nodiscard]] std::span<const Processor> processors();

}  // namespace memtrain
