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
  if (circuits.mapping.devices == "separate") readings_ = crosspoints.planes().size();
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

std::vector<SeenMatrix> SeenWeights::of(const Crosspoints& crosspoints) {
  const bool separate = readings_ > 1;
  const bool nothing_between = !wires_.on() && traps_.empty();
  if (nothing_between && !separate) return {{1.0F, ideal(crosspoints)}};
  const std::vector<DevicePlane> planes = crosspoints.planes();
  std::vector<SeenMatrix> matrices;
  if (nothing_between && !dead_lines_) {
    for (const DevicePlane& plane : planes) matrices.push_back({plane.factor, plane.weights});
    return matrices;
  }
  if (!known_) find(planes);
  for (std::size_t r = 0; r < readings_; ++r) {
    const Matrix& seen = seen_[r];
    matrices.push_back(
        {separate ? planes[r].factor : 1.0F,
         {seen.data(), seen.rows(), seen.cols(), Eigen::OuterStride<>(seen.cols())}});
  }
  return matrices;
}

void SeenWeights::find(const std::vector<DevicePlane>& planes) {
  const bool separate = readings_ > 1;
  float sum = 0;
  for (const DevicePlane& plane : planes) sum += plane.factor;
  // planes that cancel, read together, need no conductance of weight 0 taken off
  const bool balanced = !separate && std::abs(sum) < 1e-6F;
  seen_.assign(readings_, Matrix::Zero(planes[0].weights.rows(), planes[0].weights.cols()));
  for (std::size_t k = 0; k < planes.size(); ++k) {
    Matrix& seen = seen_[separate ? k : 0];
    const float factor = separate ? 1.0F : planes[k].factor;
    for (const Part& part : parts_) {
      const auto block = [&tile = part.tile](auto& matrix) {
        return matrix.block(tile.first_output, tile.first_input, tile.outputs, tile.inputs);
      };
      Matrix weights = part.tile.of(planes[k].weights);
      if (!traps_.empty()) weights += block(traps_[k].shift());
      if (wires_.on()) weights = behind_wires(planes[k], weights, part.dead, balanced);
      block(seen) += factor * weights;
    }
  }
  for (Matrix& seen : seen_) disconnect(seen);
  known_ = true;
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
