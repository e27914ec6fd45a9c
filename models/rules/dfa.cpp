#include <array>

#include "models/rules/direct_feedback.h"

namespace memtrain {
namespace {

struct DfaSettings {
  float feedback_scale = 1.0F;
  std::string error = "exact";
};

std::span<const Parameter<DfaSettings>> dfa_parameters() {
  using S = DfaSettings;
  static constexpr std::array<std::string_view, 2> errors{"exact", "sign"};
  static constexpr std::array<Parameter<S>, 2> rows{{
      {{"feedback_scale", "1", 0, 1e3, "s.d. of the entries of B, in units of 1/sqrt(outputs)"},
       member<&S::feedback_scale>},
      {{.name = "error",
        .unit = "1",
        .help = "what is sent to hidden layers: the error, or its sign",
        .choices = errors},
       member<&S::error>},
  }};
  return rows;
}

/// Direct feedback alignment: the output error, or its sign, goes to every hidden layer at once,
/// δ_l = (B_l e) ⊙ f′(z_l).
class DirectFeedbackAlignment final : public DirectFeedback {
 public:
  DirectFeedbackAlignment(const DfaSettings& settings, const RuleContext& context)
      : DirectFeedback(settings.feedback_scale, context), sign_(settings.error == "sign") {}

 private:
  BatchIn signal(const MiniBatch& /*batch*/) override {
    if (!sign_) return output_delta_;
    signs_ = output_delta_.array().sign();
    return signs_;
  }

  bool sign_;
  Batch signs_;
};

}  // namespace

extern const RuleKind dfa_rule{
    "dfa",
    "direct feedback alignment: the error sent to every layer by fixed random matrices",
    "Nøkland 2016, arXiv:1609.01596",
    [](const ParameterValues& /*values*/) {
      return Needs{.feedback_arrays = true, .errors_in_feedback = true};
    },
    [] { return describe(dfa_parameters()); },
    [](const ParameterValues& values, const RuleContext& context) -> std::unique_ptr<LearningRule> {
      return std::make_unique<DirectFeedbackAlignment>(settings_from(dfa_parameters(), values),
                                                       context);
    }};

}  // namespace memtrain
