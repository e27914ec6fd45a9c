#pragma once
#include <vector>

#include "devices/array/crosspoints.h"
#include "devices/array/mapping.h"
#include "devices/array/tile.h"
#include "devices/periphery/wires.h"

namespace memtrain {

/// The weights of crosspoints as they appear at the ends of the lines, behind the resistance of the
/// wires. Because devices and wires are linear, these are weights like any others: they are found
/// once after every write, and then every read in either direction is an ordinary product.
class WiredWeights {
 public:
  WiredWeights(const WireSettings& wires, const MappingSettings& mapping,
               const std::vector<Tile>& tiles);

  /// The weights [outputs × inputs] that a reader of the crosspoints sees; without wires, theirs.
  [[nodiscard]] ConstMatrix of(const Crosspoints& crosspoints);
  /// The crosspoints have changed.
  void written() { known_ = false; }

 private:
  /// The part of one tile that one plane of devices contributes, [outputs × inputs].
  [[nodiscard]] Matrix seen(const DevicePlane& plane, const ConstMatrix& weights,
                            bool balanced) const;

  WireSettings wires_;
  bool offset_column_;
  std::vector<Tile> tiles_;
  bool known_ = false;
  Matrix seen_;
};

}  // namespace memtrain
