#pragma once
#include "models/rules/learning_rule.h"

namespace memtrain {

/// Rules that carry the output error back layer by layer: δ_L = e, δ_l = (what reaches layer l of
/// the errors of those that take its outputs) ⊙ f′(z_l), with the inputs of the forward pass. How
/// an error passes a weight matrix is up to the rule.
class ErrorChain : public LearningRule, protected ErrorPath {
 public:
  BatchResult learn(Network& network, const MiniBatch& batch, OuterProducts& products,
                    const Pass& pass) final;
  /// All activities, and errors at both sides of a layer.
  [[nodiscard]] Index held_values(const Network& network) const final {
    return all_activities(network) + largest_pair(network, 1);
  }

 private:
  /// Adds carried_ to the error at the outputs of `layer`; it is used up if `last`.
  void arrive(std::size_t layer, bool last);

  std::vector<Batch> errors_;  // at outputs, then at pre-activations; layer by layer
  std::vector<bool> reached_;
  Batch carried_;
};

}  // namespace memtrain
