#include <array>

#include "models/rules/direct_feedback.h"

namespace memtrain {
namespace {

struct DrtpSettings {
  float feedback_scale = 1.0F;
};

std::span<const Parameter<DrtpSettings>> drtp_parameters() {
  using S = DrtpSettings;
  static constexpr std::array<Parameter<S>, 1> rows{{
      {{"feedback_scale", "1", 0, 1e3, "s.d. of the entries of B, in units of 1/sqrt(outputs)"},
       member<&S::feedback_scale>},
  }};
  return rows;
}

/// Direct random target projection: hidden layers follow the projected label itself, δ_l = −(B_l y)
/// ⊙ f′(z_l), so a layer could learn as soon as it has been read. The output layer learns from the
/// error. The drive never ends: hidden activity grows until the activation saturates.
class DirectRandomTargetProjection final : public DirectFeedback {
 public:
  using DirectFeedback::DirectFeedback;
  /// Every layer can learn as soon as it has been read.
  [[nodiscard]] Index held_values(const Network& network) const override {
    return network.values_in_flight() + network.output().outputs() + largest_hidden(network);
  }

 private:
  BatchIn signal(const MiniBatch& batch) override {
    pull_ = -batch.targets;
    return pull_;
  }

  Batch pull_;
};

}  // namespace

extern const RuleKind drtp_rule{
    "drtp",
    "direct random target projection: hidden layers follow the projected label",
    "Frenkel, Lefebvre & Bol 2021, doi:10.3389/fnins.2021.629892",
    [](const ParameterValues& /*values*/) { return Needs{.feedback_arrays = true}; },
    [] { return describe(drtp_parameters()); },
    [](const ParameterValues& values, const RuleContext& context) -> std::unique_ptr<LearningRule> {
      return std::make_unique<DirectRandomTargetProjection>(
          settings_from(drtp_parameters(), values).feedback_scale, context);
    }};

}  // namespace memtrain
