#pragma once
#include <span>
#include <string>

#include "sim/base/parameter.h"

namespace memtrain {

/// How weights stand as conductances. A device's weight w between its model's w_min and w_max is
/// the conductance g = g_min + (w − w_min) κ, κ = (g_max − g_min)/(w_max − w_min). Pairs of devices
/// subtract two such currents. A device alone needs g(0), the conductance of weight 0, taken off.
struct MappingSettings {
  /// column: the last bit line of every tile holds g(0) at each of its crosspoints and its current
  /// is taken off the others'; digital: Σ x_i g(0) is computed and taken off.
  std::string offset = "column";
  /// What a device weight of 1 is worth. none: 1; layer, column: the array, or each output of it,
  /// has a digital factor, set when weights are programmed, that makes the largest of its weights
  /// the device weight `largest`.
  std::string scaling = "none";
  float largest = 0.6F;
  /// joint: the currents of a cell's devices are weighed and added before one converter; separate:
  /// each device of a cell has lines and converters of its own, after which digital logic weighs
  /// and adds, as bit slices are read.
  std::string devices = "joint";
};
[[nodiscard]] std::span<const Parameter<MappingSettings>> mapping_parameters();

/// The conductances of one model's devices.
struct ConductanceRange {
  float w_max = 0.0F, w_min = 0.0F;  ///< weights
  float g_max = 0.0F, g_min = 0.0F;  ///< what they stand for, in siemens

  [[nodiscard]] float per_weight() const { return (g_max - g_min) / (w_max - w_min); }
  /// A device cannot conduct less than nothing.
  template <class Weights>
  [[nodiscard]] auto of(const Weights& weights) const {
    return ((weights.array() - w_min) * per_weight() + g_min).max(0.0F);
  }
  [[nodiscard]] float zero() const { return g_min - w_min * per_weight(); }
};

}  // namespace memtrain
