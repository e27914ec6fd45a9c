#include "devices/array/wired_weights.h"

#include <cmath>

namespace memtrain {

WiredWeights::WiredWeights(const WireSettings& wires, const MappingSettings& mapping,
                           const std::vector<Tile>& tiles)
    : wires_(wires), offset_column_(mapping.offset == "column"), tiles_(tiles) {}

ConstMatrix WiredWeights::of(const Crosspoints& crosspoints) {
  if (!wires_.on()) return crosspoints.weights();
  if (!known_) {
    const std::vector<DevicePlane> planes = crosspoints.planes();
    float sum = 0;
    for (const DevicePlane& plane : planes) sum += plane.factor;
    const bool balanced = std::abs(sum) < 1e-6F;
    const ConstMatrix weights = crosspoints.weights();
    seen_ = Matrix::Zero(weights.rows(), weights.cols());
    for (const Tile& tile : tiles_) {
      auto part = seen_.block(tile.first_output, tile.first_input, tile.outputs, tile.inputs);
      for (const DevicePlane& plane : planes) {
        part += plane.factor * seen(plane, tile.of(plane.weights), balanced);
      }
    }
    known_ = true;
  }
  return {seen_.data(), seen_.rows(), seen_.cols(), Eigen::OuterStride<>(seen_.cols())};
}

Matrix WiredWeights::seen(const DevicePlane& plane, const ConstMatrix& weights,
                          bool balanced) const {
  const bool column = !balanced && offset_column_;
  const Index outputs = weights.rows();
  Matrix g(outputs + (column ? 1 : 0), weights.cols());
  g.topRows(outputs) = plane.range.of(weights);
  if (column)
    g.bottomRows(1).setConstant(plane.range.zero());  // the bit line farthest from the sources
  const Matrix seen = wires_.solver == "exact"
                          ? Matrix(exact_conductances(g.cast<double>(), wires_).cast<float>())
                          : approximate_conductances(g, wires_);
  const float factor = 1.0F / plane.range.per_weight();
  if (column) return factor * (seen.topRows(outputs).rowwise() - seen.row(outputs));
  // where the planes are balanced, the offset cancels between them
  return factor * (seen.array() - plane.range.zero());
}

}  // namespace memtrain
