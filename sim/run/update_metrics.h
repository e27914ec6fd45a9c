#pragma once
#include "models/rules/learning_rule.h"
#include "sim/data/dataset.h"

namespace memtrain {

/// How the weight update that a rule asks of a layer compares with backprop's exact one
/// (noise-free, floating point) at the same state for the same samples. NaN where there is nothing
/// to compare.
struct UpdateMetrics {
  double angle = 0;           ///< between the two, in degrees
  double norm_ratio = 0;      ///< the rule's norm as a part of backprop's
  double sign_agreement = 0;  ///< part of the weights that backprop moves that move the same way
};

/// Compares two sums of outer products d₁ᵀ x₁/n₁ and d₂ᵀ x₂/n₂ (x [n × in], d [n × out]), the
/// second being backprop's; numbers of samples may differ. With groups, each part of the outputs
/// has its own part of the inputs.
[[nodiscard]] UpdateMetrics compare_updates(const BatchIn& x1, const BatchIn& d1, const BatchIn& x2,
                                            const BatchIn& d2, Index groups = 1);

/// One layer's update, and the loss that it learns from: the rule's own for a hidden layer (NaN
/// where the rule has none), the network's for the output layer.
struct LayerUpdate {
  UpdateMetrics update;
  double local_loss = 0;
};

/// Layer by layer, a mean over the first `batches` mini-batches of the samples. Nothing is learned.
/// NaN for a layer the rule does not update.
[[nodiscard]] std::vector<LayerUpdate> measure_updates(Network& network, LearningRule& rule,
                                                       const Samples& samples,
                                                       const TargetShape& target, Index batch_size,
                                                       int batches, std::uint64_t seed,
                                                       std::uint32_t epoch);

}  // namespace memtrain
