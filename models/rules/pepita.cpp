#include <array>
#include <cmath>

#include "models/layers/initialiser.h"
#include "models/rules/learning_rule.h"

namespace memtrain {
namespace {

struct PepitaSettings {
  float feedback_scale = 0.05F;
};

std::span<const Parameter<PepitaSettings>> pepita_parameters() {
  using S = PepitaSettings;
  static constexpr std::array<Parameter<S>, 1> rows{{
      {{"feedback_scale", "1", 0, 1e3,
        "bound of the uniform entries of F, in units of sqrt(6/features)"},
       member<&S::feedback_scale>},
  }};
  return rows;
}

/// PEPITA: a second forward pass reads the input shifted by the projected error, x′ = x + F e, and
/// hidden layers learn from the difference of their two activities, δ_l = h_l − h′_l, without
/// slope, with the inputs of the second pass; the output layer from the error of the second pass,
/// δ_L = ŷ′ − y. F [features × outputs] is fixed, feedback_scale · U(±sqrt(6/features)); its mean
/// is 0, so the sign of F e is a convention.
class Pepita final : public LearningRule {
 public:
  Pepita(const PepitaSettings& settings, const RuleContext& context) {
    const Network& network = *context.network;
    const Index features = network.layer(0).inputs();
    const Index outputs = network.output().outputs();
    const Stream stream{.seed = context.seed, .purpose = Purpose::feedback_weights};
    // he_uniform draws for F's own fan-in, the outputs
    const float fan = std::sqrt(static_cast<float>(outputs) / static_cast<float>(features));
    add_feedback(context, settings.feedback_scale * fan *
                              initial_weights("he_uniform", features, outputs, stream));
  }

  BatchResult learn(Network& network, const MiniBatch& batch, OuterProducts& products,
                    const Pass& pass) override {
    const BatchResult result = first_pass(network, batch, pass);
    feedback_[0]->forward(output_delta_, shifted_, pass);
    shifted_ += batch.inputs;
    network.forward(shifted_, second_, pass.next_read());
    network.output_delta(second_, batch.targets, output_delta_);
    for (const std::size_t l : network.hidden()) {
      const Layer& layer = network.layer(l);
      delta_ = layer.units_of(activities_[l]) - layer.units_of(second_[l]);
      tell_loss(network, l, half_square(delta_), products);
      back_through_dropout(network, l, delta_, batch.inputs, pass);
      hand_over(network, l, shifted_, second_, delta_, products);
    }
    const std::size_t last = network.size() - 1;
    tell_loss(network, last, network.loss_of(second_[last].h, batch.targets), products);
    hand_over(network, last, shifted_, second_, output_delta_, products);
    return result;
  }

  /// The first pass's activities, the shifted input, and a layer of the second pass.
  [[nodiscard]] Index held_values(const Network& network) const override {
    return all_activities(network) + network.layer(0).inputs() + largest_pair(network, 1);
  }

 private:
  std::vector<Activity> second_;
  Batch shifted_, delta_;
};

}  // namespace

extern const RuleKind pepita_rule{
    "pepita",
    "present the error to perturb the input: the difference of two forward passes",
    "Dellaferrera & Kreiman 2022, arXiv:2201.11665",
    [](const ParameterValues& /*values*/) {
      return Needs{.second_forward_read = true,
                   .feedback_arrays = true,
                   .errors_in_feedback = true,
                   .plain_units = true};
    },
    [] { return describe(pepita_parameters()); },
    [](const ParameterValues& values, const RuleContext& context) -> std::unique_ptr<LearningRule> {
      return std::make_unique<Pepita>(settings_from(pepita_parameters(), values), context);
    },
    [](const SheetCounts& s) {
      return 2 * s.forward + s.update + s.outputs + s.outputs * s.features;
    }};

}  // namespace memtrain
