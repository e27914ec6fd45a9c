#pragma once
#include <span>
#include <string_view>

#include "models/layers/activation.h"

namespace memtrain {

/// A loss between outputs ŷ and targets y, both [samples × outputs].
struct Loss {
  std::string_view name;
  /// The mean over samples.
  float (*value)(const Batch& outputs, const BatchIn& targets);
};

/// cross_entropy: −Σ y ln ŷ, for a softmax output; squared_error: ½ Σ (ŷ − y)², for any other.
[[nodiscard]] std::span<const Loss> losses();
[[nodiscard]] const Loss& find_loss(std::string_view name);
[[nodiscard]] std::span<const std::string_view> loss_names();

/// The derivative of the loss by the output layer's pre-activation, a row a sample (not divided by
/// the number of samples): ŷ − y for softmax with cross-entropy and for linear with squared error,
/// (ŷ − y) ⊙ f′(z) for squared error with any other elementwise output.
void output_delta(const Activation& output, const Batch& z, const Batch& outputs,
                  const BatchIn& targets, Batch& delta);

/// Why this output activation cannot go with this loss; empty when it can.
[[nodiscard]] std::string_view loss_problem(std::string_view loss,
                                            std::string_view output_activation);

}  // namespace memtrain
