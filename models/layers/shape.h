#pragma once
#include <string>

#include "sim/base/batch.h"

namespace memtrain {

/// What the features of one sample mean: positions in rows and columns, each with so many channels.
/// Features are stored position by position, row by row, channels last, so that a batch [samples ×
/// size()] is also a matrix [samples·positions() × channels]. A plain vector is 1 × 1 × n, a
/// sequence of T steps T × 1 × n.
struct Shape {
  Index rows = 1, columns = 1, channels = 1;

  [[nodiscard]] Index positions() const { return rows * columns; }
  [[nodiscard]] Index size() const { return rows * columns * channels; }
  friend bool operator==(const Shape&, const Shape&) = default;
};

/// The shape of n features without further meaning.
[[nodiscard]] inline Shape flat(Index features) { return {1, 1, features}; }
/// As a message says it: "32 x 32 x 3", or "10" for a plain vector.
[[nodiscard]] std::string shape_text(const Shape& shape);

/// Whole samples of a batch, seen as a matrix with a row a position: [samples·positions ×
/// channels].
[[nodiscard]] inline Eigen::Map<const Batch> by_position(const BatchIn& batch, const Shape& shape) {
  return {batch.data(), batch.rows() * shape.positions(), shape.channels};
}

}  // namespace memtrain
