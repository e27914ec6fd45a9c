#include "devices/array/tile.h"

#include <array>

namespace memtrain {

std::span<const Parameter<TileSettings>> tile_parameters() {
  using S = TileSettings;
  static constexpr std::array<Parameter<S>, 2> rows{{
      {{"rows", "1", 1, 1e6, "most word lines (inputs) of one physical array; more are split"},
       member<&S::rows>},
      {{"columns", "1", 1, 1e6, "most bit lines (outputs) of one physical array; more are split"},
       member<&S::columns>},
  }};
  return rows;
}

std::vector<Tile> split(const TileSettings& settings, Index outputs, Index inputs) {
  const Index down = (outputs + settings.columns - 1) / settings.columns;
  const Index across = (inputs + settings.rows - 1) / settings.rows;
  std::vector<Tile> tiles;
  for (Index i = 0; i < down; ++i) {
    for (Index j = 0; j < across; ++j) {
      const Index output = i * outputs / down;
      const Index input = j * inputs / across;
      tiles.push_back(
          {output, (i + 1) * outputs / down - output, input, (j + 1) * inputs / across - input});
    }
  }
  return tiles;
}

}  // namespace memtrain
