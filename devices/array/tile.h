#pragma once
#include <span>
#include <vector>

#include "sim/base/batch.h"
#include "sim/base/parameter.h"

namespace memtrain {

/// How large one physical array may be. A larger matrix is split over several, whose partial sums
/// are added up digitally, after the converters of each.
struct TileSettings {
  int rows = 512;     ///< word lines: inputs
  int columns = 512;  ///< bit lines: outputs
};
[[nodiscard]] std::span<const Parameter<TileSettings>> tile_parameters();

/// A part of a matrix [outputs × inputs] that is one physical array.
struct Tile {
  Index first_output = 0, outputs = 0;
  Index first_input = 0, inputs = 0;

  /// This part of `weights`.
  [[nodiscard]] ConstMatrix of(const ConstMatrix& weights) const {
    return {weights.data() + first_output * weights.outerStride() + first_input, outputs, inputs,
            Eigen::OuterStride<>(weights.outerStride())};
  }
};

/// The tiles of a matrix, as equal in size as can be, row of tiles by row of tiles.
[[nodiscard]] std::vector<Tile> split(const TileSettings& settings, Index outputs, Index inputs);

}  // namespace memtrain
