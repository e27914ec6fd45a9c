#pragma once
#include "sim/base/batch.h"

namespace memtrain {

/// The norm of the gradient of a weight matrix and its biases, √(‖dᵀ x‖² + ‖Σ d‖²)/samples;
/// x [rows × inputs], d [rows × outputs]. With groups, each part of the outputs has its own part of
/// the inputs.
[[nodiscard]] float gradient_norm(const BatchIn& x, const BatchIn& d, Index samples,
                                  Index groups = 1);

}  // namespace memtrain
