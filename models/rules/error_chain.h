#pragma once
#include "models/rules/learning_rule.h"

namespace memtrain {

/// Rules that carry the output error back layer by layer: δ_L = e, δ_l = (what reaches layer l of
/// δ_{l+1}) ⊙ f′(z_l), with the inputs of the forward pass.
class ErrorChain : public LearningRule {
 public:
  BatchResult learn(Network& network, const MiniBatch& batch, OuterProducts& products,
                    const Pass& pass) final;

 private:
  /// carried = the error δ of layer `layer`, back at its inputs; resized.
  virtual void carry_back(Network& network, std::size_t layer, const Batch& delta, Batch& carried,
                          const Pass& pass) = 0;

  Batch delta_, carried_;
};

}  // namespace memtrain
