#pragma once
#include <span>
#include <string>

#include "sim/base/parameter.h"

namespace memtrain {

/// Digital training in low precision. Two readings of what that is, because they give different
/// winners:
/// - per_tensor: every operand of every product (weights, activations, errors or targets; forward,
///   transposed and outer) is rounded between its own extremes; weights are kept in full precision.
/// - grid: weights live on a fixed grid and every write rounds them to it (or, with master_weights,
///   full-precision ones are kept beside); activations, errors, updates and sums have ranges that
///   are fixed or follow their size in powers of two.
/// To either, a programming error can be added: W ← W − ΔW + N(0, (error · max|W|)²) at every
/// write.
struct LowPrecisionSettings {
  std::string reading = "per_tensor";
  std::string tensor_range = "minmax";  ///< per_tensor: minmax, or symmetric around 0
  std::string grid_range = "fixed";     ///< grid: fixed, or power_of_two
  int weight_bits = 8;                  ///< grid and symmetric: 1 is binary, 2 ternary
  int activation_bits = 8;
  int error_bits = 8;
  int update_bits = 0;
  int accumulator_bits = 0;
  float weight_bound = 1.0F;
  float activation_bound = 1.0F;
  float error_bound = 1.0F;
  float update_bound = 0.1F;
  float accumulator_bound = 16.0F;
  std::string rounding = "nearest";           ///< of operands and sums
  std::string write_rounding = "stochastic";  ///< grid: of weights and updates
  bool master_weights = false;                ///< grid: full-precision weights take the updates
  float programming_error = 0.0F;
};
[[nodiscard]] std::span<const Parameter<LowPrecisionSettings>> low_precision_parameters();
/// Why the parameter of that name does nothing beside the other settings; empty: it does something.
[[nodiscard]] std::string without_effect(const LowPrecisionSettings& settings,
                                         std::string_view name);

}  // namespace memtrain
