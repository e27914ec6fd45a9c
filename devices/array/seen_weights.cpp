#include "devices/array/seen_weights.h"

#include <cmath>

namespace memtrain {

SeenWeights::SeenWeights(const CircuitSettings& circuits, const std::vector<Tile>& tiles,
                         const Crosspoints& crosspoints, std::uint64_t seed, std::uint16_t layer)
    : mapping_(circuits.mapping), wires_(circuits.wires) {
  for (std::size_t t = 0; t < tiles.size(); ++t) {
    parts_.push_back({tiles[t], draw_dead_lines(circuits.faults, tiles[t].outputs, tiles[t].inputs,
                                                {seed, layer, static_cast<std::uint32_t>(t)})});
    const DeadLines& dead = parts_.back().dead;
    dead_lines_ = dead_lines_ || !dead.rows.empty() || !dead.columns.empty();
  }
  if (!circuits.telegraph.on()) return;
  const ConstMatrix weights = crosspoints.weights();
  for (std::size_t plane = 0; plane < crosspoints.planes().size(); ++plane) {
    traps_.emplace_back(circuits.telegraph, weights.rows(), weights.cols(), seed, layer,
                        static_cast<std::uint8_t>(plane));
  }
}

void SeenWeights::pass_time(const Pass& pass) {
  for (TelegraphNoise& trap : traps_) trap.pass_time(pass);
  known_ = known_ && traps_.empty();
}

ConstMatrix SeenWeights::of(const Crosspoints& crosspoints) {
  if (!wires_.on() && traps_.empty()) return ideal(crosspoints);
  if (!known_) {
    const std::vector<DevicePlane> planes = crosspoints.planes();
    float sum = 0;
    for (const DevicePlane& plane : planes) sum += plane.factor;
    const bool balanced = std::abs(sum) < 1e-6F;
    seen_ = Matrix::Zero(planes[0].weights.rows(), planes[0].weights.cols());
    for (std::size_t k = 0; k < planes.size(); ++k) {
      for (const Part& part : parts_) {
        const auto block = [&part = part.tile](auto& matrix) {
          return matrix.block(part.first_output, part.first_input, part.outputs, part.inputs);
        };
        Matrix weights = part.tile.of(planes[k].weights);
        if (!traps_.empty()) weights += block(traps_[k].shift());
        if (wires_.on()) weights = behind_wires(planes[k], weights, part.dead, balanced);
        block(seen_) += planes[k].factor * weights;
      }
    }
    disconnect(seen_);
    known_ = true;
  }
  return {seen_.data(), seen_.rows(), seen_.cols(), Eigen::OuterStride<>(seen_.cols())};
}

ConstMatrix SeenWeights::ideal(const Crosspoints& crosspoints) const {
  if (!dead_lines_) return crosspoints.weights();
  if (!ideal_known_) {
    ideal_ = crosspoints.weights();
    disconnect(ideal_);
    ideal_known_ = true;
  }
  return {ideal_.data(), ideal_.rows(), ideal_.cols(), Eigen::OuterStride<>(ideal_.cols())};
}

void SeenWeights::disconnect(Matrix& weights) const {
  for (const Part& part : parts_) {
    auto block = weights.block(part.tile.first_output, part.tile.first_input, part.tile.outputs,
                               part.tile.inputs);
    for (const Index row : part.dead.rows) block.col(row).setZero();
    for (const Index column : part.dead.columns) block.row(column).setZero();
  }
}

/// The weights of one tile of one plane, behind its wires.
Matrix SeenWeights::behind_wires(const DevicePlane& plane, const Matrix& weights,
                                 const DeadLines& dead, bool balanced) const {
  const bool offset_column = !balanced && mapping_.offset == "column";
  const Index outputs = weights.rows();
  Matrix g(outputs + (offset_column ? 1 : 0), weights.cols());
  g.topRows(outputs) = plane.range.of(weights);
  // the bit line farthest from the sources
  if (offset_column) g.bottomRows(1).setConstant(plane.range.zero());
  for (const Index row : dead.rows) g.col(row).setZero();
  for (const Index column : dead.columns) g.row(column).setZero();
  const Matrix seen = wires_.solver == "exact"
                          ? Matrix(exact_conductances(g.cast<double>(), wires_).cast<float>())
                          : approximate_conductances(g, wires_);
  const float factor = 1.0F / plane.range.per_weight();
  if (offset_column) return factor * (seen.topRows(outputs).rowwise() - seen.row(outputs));
  // where the planes are balanced, the offset cancels between them
  return factor * (seen.array() - plane.range.zero());
}

}  // namespace memtrain
