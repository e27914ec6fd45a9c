#pragma once
#include "models/rules/learning_rule.h"

namespace memtrain {

/// Rules that hand one signal of the outputs' size to every hidden layer, through a fixed random
/// matrix for each: δ_l = (B_l s) ⊙ f′(z_l), δ_L = e, B_l [n_l × n_L]. The outputs of a convolution
/// are all of its feature map; all steps of a recurrent layer share one matrix.
class DirectFeedback : public LearningRule {
 public:
  /// `scale`: s.d. of the entries of B_l in units of 1/sqrt(outputs).
  DirectFeedback(float scale, const RuleContext& context);
  BatchResult learn(Network& network, const MiniBatch& batch, OuterProducts& products,
                    const Pass& pass) final;
  /// All activities, the error, and what reaches one layer of it.
  [[nodiscard]] Index held_values(const Network& network) const override {
    return LearningRule::held_values(network) + largest_hidden(network);
  }

 private:
  /// s, a row a sample, once the first pass is done; stays valid for this mini-batch.
  virtual BatchIn signal(const MiniBatch& batch) = 0;

  Batch delta_;
};

}  // namespace memtrain
