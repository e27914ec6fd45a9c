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
/// n_{l+1}] in the place of W_{l+1}ᵀ: δ_L = e, δ_l = (B_{l+1} δ_{l+1}) ⊙ f′(z_l).
class FeedbackAlignment final : public ErrorChain {
 public:
  FeedbackAlignment(const FaSettings& settings, const RuleContext& context) {
    for (std::size_t l = 1; l < context.network->size(); ++l) {
      const Layer& layer = context.network->layer(l);
      if (settings.feedback == "transposed") {
        add_feedback(context, settings.feedback_scale * layer.array().weights().transpose());
      } else {
        add_feedback(context, random_feedback(context.seed, l - 1, layer.inputs(), layer.outputs(),
                                              settings.feedback_scale));
      }
    }
  }

 private:
  void carry_back(Network& /*network*/, std::size_t layer, const Batch& delta, Batch& carried,
                  const Pass& pass) override {
    feedback_[layer - 1]->forward(delta, carried, pass);
  }
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
