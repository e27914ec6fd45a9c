#include "models/rules/error_chain.h"

namespace memtrain {
namespace {

/// Backpropagation: δ_L = e, δ_l = (W_{l+1}ᵀ δ_{l+1}) ⊙ f′(z_l), outer products δ_l h_{l−1}ᵀ. The
/// errors are read through the same devices, transposed.
class Backpropagation final : public ErrorChain {
  void carry(Weights& weights, const BatchIn& d, Batch& g, const Pass& pass) override {
    weights.transposed(d, g, pass);
  }
};

}  // namespace

extern const RuleKind bp_rule{
    "bp",
    "backpropagation: errors carried back through the transposed weights",
    "Rumelhart, Hinton & Williams 1986, doi:10.1038/323533a0",
    [](const ParameterValues& /*values*/) {
      return Needs{.transposed_read = true, .symmetric_weights = true};
    },
    [] { return std::vector<ParameterDescription>{}; },
    [](const ParameterValues& /*values*/, const RuleContext& /*context*/)
        -> std::unique_ptr<LearningRule> { return std::make_unique<Backpropagation>(); },
    [](const SheetCounts& s) { return 2 * s.forward - s.first_layer + s.update + s.outputs; }};

}  // namespace memtrain
