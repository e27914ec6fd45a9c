#include <array>

#include "models/rules/error_chain.h"

namespace memtrain {
namespace {

struct FaSettings {
  float feedback_scale = 1.0F;
  std::string feedback = "random";
};

std::span<const Parameter<FaSettings>> fa_parameters() {
  using S = FaSettings;
  static constexpr std::array<std::string_view, 2> feedbacks{"random", "transposed"};
  static constexpr std::array<Parameter<S>, 2> rows{{
      {{"feedback_scale", "1", 0, 1e3,
        "s.d. of the entries of a random B, in units of 1/sqrt(its inputs); factor of a transposed "
        "one"},
       member<&S::feedback_scale>},
      {{.name = "feedback",
        .unit = "1",
        .help = "what B is: random, or the initial weights transposed",
        .choices = feedbacks},
       member<&S::feedback>},
  }};
  return rows;
}

/// Feedback alignment: as backprop, but errors are carried back by fixed matrices B_{l+1} [n_l ×
/// n_{l+1}] in the place of W_{l+1}ᵀ: δ_L = e, δ_l = (B_{l+1} δ_{l+1}) ⊙ f′(z_l). A convolution's
/// is as its kernels, shared by all positions.
class FeedbackAlignment final : public ErrorChain {
 public:
  FeedbackAlignment(const FaSettings& settings, const RuleContext& context) {
    const Network& network = *context.network;
    in_place_of_.resize(network.weight_count());
    for (std::size_t l = 0; l < network.size(); ++l) {
      const Layer& layer = network.layer(l);
      const bool first = network.learning_sources(l).empty();
      for (const Weights& weights : layer.weights()) {
        if (first && !layer.carries_through_time(weights)) continue;
        replace(weights, settings, context);
      }
    }
  }

 private:
  void replace(const Weights& weights, const FaSettings& settings, const RuleContext& context) {
    const std::size_t number = feedback_.size();
    in_place_of_[weights.id()] = number;
    const Index groups = weights.groups();
    const Index outputs = weights.outputs() / groups;  // of a group
    if (settings.feedback == "random") {
      add_feedback(context,
                   random_feedback(context.seed, number, groups * weights.inputs(), outputs,
                                   settings.feedback_scale),
                   groups);
      return;
    }
    Matrix copy(groups * weights.inputs(), outputs);
    for (Index g = 0; g < groups; ++g) {
      copy.middleRows(g * weights.inputs(), weights.inputs()) =
          weights.array().weights().middleRows(g * outputs, outputs).transpose();
    }
    add_feedback(context, settings.feedback_scale * copy, groups);
  }
  void carry(Weights& weights, const BatchIn& d, Batch& g, const Pass& pass) override {
    feedback_[in_place_of_[weights.id()]]->forward(d, g, pass);
  }

  std::vector<std::size_t> in_place_of_;  // weights' id → number of its feedback matrix
};

}  // namespace

extern const RuleKind fa_rule{
    "fa",
    "feedback alignment: errors carried back by fixed random matrices",
    "Lillicrap et al. 2016, doi:10.1038/ncomms13276",
    [](const ParameterValues& values) {
      const bool copied = settings_from(fa_parameters(), values).feedback == "transposed";
      return Needs{
          .feedback_arrays = true, .errors_in_feedback = true, .symmetric_weights = copied};
    },
    [] { return describe(fa_parameters()); },
    [](const ParameterValues& values, const RuleContext& context) -> std::unique_ptr<LearningRule> {
      return std::make_unique<FeedbackAlignment>(settings_from(fa_parameters(), values), context);
    }};

}  // namespace memtrain
