#include "devices/cells/cell_kind.h"

namespace memtrain {

extern const CellKind single_cell{
    "single", "one device; its weight is the weight",
    [](const CellSettings& /*settings*/) { return 1; },
    [](const CellContext& context) -> std::unique_ptr<Cell> { return context.make_grid(0); }};

}  // namespace memtrain
