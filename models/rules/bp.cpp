#include "models/rules/learning_rule.h"

namespace memtrain {
namespace {

/// Backpropagation: δ_L = e, δ_l = (W_{l+1}ᵀ δ_{l+1}) ⊙ f′(z_l), outer products δ_l h_{l−1}ᵀ. The
/// errors are read through the same devices, transposed.
class Backpropagation final : public LearningRule {
 public:
  BatchResult learn(Network& network, const MiniBatch& batch, OuterProducts& products,
                    const Pass& pass) override {
    const BatchResult result = first_pass(network, batch, pass);
    delta_ = output_delta_;
    for (std::size_t l = network.size(); l-- > 0;) {
      if (l > 0) network.layer(l).transposed(delta_, carried_, pass);
      products.add(l, input_of(l, batch, activities_), delta_);
      if (l == 0) break;
      const Activity& below = activities_[l - 1];
      network.layer(l - 1).activation().multiply_slope(below.z, below.h, carried_);
      std::swap(delta_, carried_);
    }
    return result;
  }

 private:
  Batch delta_, carried_;
};

}  // namespace

extern const RuleKind bp_rule{"bp",
                              "backpropagation: errors carried back through the transposed weights",
                              "Rumelhart, Hinton & Williams 1986, doi:10.1038/323533a0",
                              [](const ParameterValues& /*values*/) {
                                return Needs{.transposed_read = true, .symmetric_weights = true};
                              },
                              [] { return std::vector<ParameterDescription>{}; },
                              [](const ParameterValues& /*values*/,
                                 const RuleContext& /*context*/) -> std::unique_ptr<LearningRule> {
                                return std::make_unique<Backpropagation>();
                              }};

}  // namespace memtrain
