#pragma once
#include <Eigen/Core>

namespace memtrain {

/// Samples as rows: [samples × features], row-major single precision. A feature map is stored
/// position by position with channels last, a sequence step by step (see Shape).
using Batch = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
/// A read-only view of a batch or of whole rows of one. Pass row blocks, never `.transpose()`: a
/// view whose inner stride is not 1 would be copied silently.
using BatchIn = Eigen::Ref<const Batch>;

/// A weight matrix: [outputs × inputs], row-major.
using Matrix = Batch;
/// A read-only view of weights; rows may be padded.
using ConstMatrix = Eigen::Map<const Matrix, 0, Eigen::OuterStride<>>;

using Vector = Eigen::RowVectorXf;
using Index = Eigen::Index;

}  // namespace memtrain
