#include "devices/array/mapping.h"

#include <array>

namespace memtrain {

std::span<const Parameter<MappingSettings>> mapping_parameters() {
  using S = MappingSettings;
  static constexpr std::array<std::string_view, 2> offsets{"column", "digital"};
  static constexpr std::array<std::string_view, 2> device_readings{"joint", "separate"};
  static constexpr std::array<std::string_view, 3> scalings{"none", "layer", "column"};
  static constexpr std::array<Parameter<S>, 4> rows{{
      {{.name = "offset",
        .unit = "1",
        .help = "what takes the conductance of weight 0 off single devices: a bit line of every "
                "tile, wires and all, or digital logic",
        .choices = offsets},
       member<&S::offset>},
      {{.name = "scaling",
        .unit = "1",
        .help = "a digital factor that fits programmed weights into the devices' range: none, one "
                "of the layer, or one of each output",
        .choices = scalings},
       member<&S::scaling>},
      {{"largest", "weight", 1e-6, 100, "device weight of the largest programmed weight"},
       member<&S::largest>},
      {{.name = "devices",
        .unit = "1",
        .help = "whether a cell's devices are added before one converter, or each has its own and "
                "digital logic adds",
        .choices = device_readings},
       member<&S::devices>},
  }};
  return rows;
}

}  // namespace memtrain
