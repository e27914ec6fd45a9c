#pragma once
#include "sim/base/batch.h"

namespace memtrain {

/// ‖dᵀ x‖², of the sum over samples of a weight matrix's gradient; x [rows × inputs],
/// d [rows × outputs]. With groups, each part of the outputs has its own part of the inputs.
[[nodiscard]] double weight_gradient_square(const BatchIn& x, const BatchIn& d, Index groups = 1);

/// ‖Σ d‖², of the biases'.
[[nodiscard]] double bias_gradient_square(const BatchIn& d);

}  // namespace memtrain
