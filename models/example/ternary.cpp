// ternary: direct feedback alignment with an error of three levels.
#include <array>

#include "models/rules/learning_rule.h"

namespace memtrain {
namespace {

struct TernarySettings {
  float threshold = 0.5F;
};

std::span<const Parameter<TernarySettings>> ternary_parameters() {
  using S = TernarySettings;
  static constexpr std::array<Parameter<S>, 1> rows{{
      {{"threshold", "1", 0, 100, "errors below this are sent as 0, in units of their mean size"},
       member<&S::threshold>},
  }};
  return rows;
}

/// Lines of the feedback arrays need a switch and no converter: every hidden layer gets δ_l = (B_l
/// t) ⊙ f′(z_l) of t = m sign(e) where |e| > threshold · m, else 0, with m the mean of |e| over the
/// mini-batch, and B_l fixed and random. The output layer learns from e itself.
class Ternary final : public LearningRule {
 public:
  Ternary(const TernarySettings& settings, const RuleContext& context)
      : threshold_(settings.threshold) {
    const Network& network = *context.network;
    for (const std::size_t l : network.hidden()) {
      add_projection(context, network.layer(l), /*scale=*/1.0F);
    }
  }
  BatchResult learn(Network& network, const MiniBatch& batch, OuterProducts& products,
                    const Pass& pass) override {
    const BatchResult result = first_pass(network, batch, pass);
    const Batch sent = three_levels(output_delta_);
    for (std::size_t k = 0; k < feedback_.size(); ++k) {
      const std::size_t l = network.hidden()[k];
      project(k, sent, delta_, pass);
      network.layer(l).local_error(activities_[l], delta_);
      hand_over(network, l, batch.inputs, activities_, delta_, products);
    }
    hand_over(network, network.size() - 1, batch.inputs, activities_, output_delta_, products);
    return result;
  }
  /// All activities, the error, and what reaches one layer of it.
  [[nodiscard]] Index held_values(const Network& network) const override {
    return LearningRule::held_values(network) + largest_hidden(network);
  }

 private:
  [[nodiscard]] Batch three_levels(const Batch& error) const {
    const auto size = error.array().abs();
    const float mean = size.mean();
    return (size > threshold_ * mean).select(mean * error.array().sign(), 0.0F);
  }

  float threshold_;
  Batch delta_;
};

}  // namespace

extern const RuleKind ternary_rule{
    "ternary",
    "the example of models/README.md: direct feedback alignment with an error of three levels",
    "after Launay et al. 2020, arXiv:2012.06373",
    [](const ParameterValues& /*values*/) {
      return Needs{.feedback_arrays = true, .errors_in_feedback = true};
    },
    [] { return describe(ternary_parameters()); },
    [](const ParameterValues& values, const RuleContext& context) -> std::unique_ptr<LearningRule> {
      return std::make_unique<Ternary>(settings_from(ternary_parameters(), values), context);
    }};

}  // namespace memtrain
