#pragma once
#include <vector>

#include "devices/array/tile.h"
#include "devices/periphery/read_path.h"

namespace memtrain {

/// One direction of reading a matrix that may be spread over several physical arrays: each tile has
/// converters of its own, and partial sums are added up digitally after them.
class TiledRead {
 public:
  /// `place` names the random numbers; its tile is that of the first one.
  TiledRead(const ReadSettings& settings, const std::vector<Tile>& tiles, CircuitPlace place);

  /// y = x Wᵀ, or x W when transposed, for weights [outputs × inputs]. x [samples × in]; y
  /// [samples × out], resized; must not alias x. How the lines of each tile were driven is added to
  /// `lines`, unless that is empty. Random: forward_noise or transposed_noise.
  ConversionCount read(const ConstMatrix& weights, const BatchIn& x, Batch& y, const Pass& pass,
                       std::span<LineDrive> lines = {});

  /// The weights have changed since the last read.
  void written() { shape_known_ = false; }
  void state(Archive& archive) {
    for (ReadPath& path : paths_) path.state(archive);
  }

 private:
  /// Which of the vector elements a tile takes, and which it gives.
  struct Part {
    Index first, size;
  };
  [[nodiscard]] Part taken(const Tile& tile) const;
  [[nodiscard]] Part given(const Tile& tile) const;

  std::vector<Tile> tiles_;
  CircuitPlace place_;
  std::vector<ReadPath> paths_;  // one a tile
  bool shape_known_ = false;
  Matrix shape_;  // of the weight noise, until the next write
  Batch partial_;
};

}  // namespace memtrain
