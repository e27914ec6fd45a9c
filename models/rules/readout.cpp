#include "models/rules/learning_rule.h"

namespace memtrain {
namespace {

/// The control: only the output layer learns, hidden layers keep their random weights. A rule that
/// is not clearly better does not train its hidden layers.
class Readout final : public LearningRule {
 public:
  BatchResult learn(Network& network, const MiniBatch& batch, OuterProducts& products,
                    const Pass& pass) override {
    const BatchResult result = first_pass(network, batch, pass);
    hand_over(network, network.size() - 1, batch.inputs, activities_, output_delta_, products);
    return result;
  }
  /// No hidden activity is needed any more once the next layer has been read.
  [[nodiscard]] Index held_values(const Network& network) const override {
    return network.values_in_flight() + network.output().outputs();
  }
};

}  // namespace

extern const RuleKind readout_rule{
    "readout",
    "control: only the output layer learns",
    "the baseline of random hidden features",
    [](const ParameterValues& /*values*/) { return Needs{}; },
    [] { return std::vector<ParameterDescription>{}; },
    [](const ParameterValues& /*values*/, const RuleContext& /*context*/)
        -> std::unique_ptr<LearningRule> { return std::make_unique<Readout>(); }};

}  // namespace memtrain
