#include "devices/periphery/digital_logic.h"

#include <array>

namespace memtrain {

std::span<const Parameter<DigitalSettings>> digital_parameters() {
  using S = DigitalSettings;
  static constexpr std::array<Parameter<S>, 6> rows{{
      {{.name = "preset",
        .unit = "1",
        .help = "a processor that ships (`memtrain devices`) or a TOML file that describes one"},
       member<&S::preset>},
      {{"energy_per_mac", "J", 1e-20, 1e-3, "of a multiply-accumulate; nan: not known"},
       member<&S::energy_per_mac>},
      {{"energy_per_operation", "J", 1e-20, 1e-3,
        "of an addition, a multiplication or an activation; nan: not known"},
       member<&S::energy_per_operation>},
      {{"clock", "Hz", 1, 1e12, "frequency; nan: not known"}, member<&S::clock>},
      {{"cycles_per_mac", "cycle", 1e-9, 1e6,
        "of a multiply-accumulate; below 1: several at a time"},
       member<&S::cycles_per_mac>},
      {{"cycles_per_operation", "cycle", 1e-9, 1e6, "of any other operation"},
       member<&S::cycles_per_operation>},
  }};
  return rows;
}

}  // namespace memtrain
