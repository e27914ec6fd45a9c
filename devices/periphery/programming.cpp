#include "devices/periphery/programming.h"

#include <array>

namespace memtrain {

std::span<const Parameter<ProgrammingSettings>> programming_parameters() {
  using S = ProgrammingSettings;
  static constexpr std::array<std::string_view, 2> methods{"exact", "write_verify"};
  static constexpr std::array<Parameter<S>, 2> rows{{
      {{.name = "method",
        .unit = "1",
        .help = "how initial weights and copies are written: exact, or by pulses in a closed loop",
        .choices = methods},
       member<&S::method>},
      {{"error", "1", 0, 10, "s.d. of the error of a written weight, relative to the largest one"},
       member<&S::error>},
  }};
  return rows;
}

}  // namespace memtrain
