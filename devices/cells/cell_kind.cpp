#include "devices/cells/cell_kind.h"

#include <array>
#include <vector>

namespace memtrain {

std::span<const Parameter<CellSettings>> cell_parameters() {
  using S = CellSettings;
  static const std::vector<std::string_view> kinds = [] {
    std::vector<std::string_view> names;
    for (const CellKind* kind : cell_kinds()) names.push_back(kind->name);
    return names;
  }();
  static constexpr std::array<std::string_view, 3> policies{"all", "in_turn", "random"};
  static const std::array<Parameter<S>, 10> rows{{
      {{.name = "kind", .unit = "1", .help = "what a crosspoint is made of", .choices = kinds},
       member<&S::kind>},
      {{"devices", "1", 1, 64, "unit, sliced: devices in a cell"}, member<&S::devices>},
      {{"significance", "1", 1, 1e3, "unit: each device counts this factor less than the last"},
       member<&S::significance>},
      {{.name = "policy",
        .unit = "1",
        .help = "unit: which of its devices get the pulses of a mini-batch",
        .choices = policies},
       member<&S::policy>},
      {{"reference", "weight", -100, 100, "reference: weight of the reference device"},
       member<&S::reference>},
      {{"reference_std", "weight", 0, 100, "reference: device-to-device s.d. of the reference"},
       member<&S::reference_std>},
      {{"slice_levels", "1", 2, 65536, "sliced: levels of the digit that a device holds"},
       member<&S::slice_levels>},
      {{"carry_every", "batch", 0, 1e9, "sliced: mini-batches between carries; 0: never"},
       member<&S::carry_every>},
      {{"refresh_every", "batch", 0, 1e9, "one_sided: mini-batches between refreshes; 0: never"},
       member<&S::refresh_every>},
      {{"refresh_at", "1", 0, 1,
        "one_sided: refresh pairs with a device above this part of its "
        "range"},
       member<&S::refresh_at>},
  }};
  return rows;
}

const CellKind* find_cell_kind(std::string_view name) {
  for (const CellKind* kind : cell_kinds()) {
    if (kind->name == name) return kind;
  }
  return nullptr;
}

}  // namespace memtrain
