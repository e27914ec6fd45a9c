#include <array>
#include <cmath>

#include "models/layers/initialiser.h"
#include "models/rules/learning_rule.h"

namespace memtrain {
namespace {

struct FtpSettings {
  float gamma = 1.0F;
  float feedback_scale = 1.0F;
  std::string nonlinearity = "activation";
  std::string entry = "first_hidden";
  std::string feedback = "exact";
};

std::span<const std::string_view> nonlinearities() {
  static constexpr std::array<std::string_view, 5> names{"activation", "tanh", "relu", "sigmoid",
                                                         "linear"};
  return names;
}

std::span<const Parameter<FtpSettings>> ftp_parameters() {
  using S = FtpSettings;
  static constexpr std::array<std::string_view, 2> entries{"first_hidden", "input"};
  static constexpr std::array<std::string_view, 2> feedbacks{"exact", "array"};
  static const std::array<Parameter<S>, 5> rows{{
      {{"gamma", "1", 0, 1e3, "size of the shift of the target"}, member<&S::gamma>},
      {{"feedback_scale", "1", 0, 1e3, "s.d. of the entries of G, in units of 1/sqrt(outputs)"},
       member<&S::feedback_scale>},
      {{.name = "nonlinearity",
        .unit = "1",
        .help = "g around the projections; activation: that of the first layer",
        .choices = nonlinearities()},
       member<&S::nonlinearity>},
      {{.name = "entry",
        .unit = "1",
        .help = "where the target enters: at the first hidden layer, or at the input with a full "
                "second pass",
        .choices = entries},
       member<&S::entry>},
      {{.name = "feedback",
        .unit = "1",
        .help = "what G is kept in: exact, or an array like the network's",
        .choices = feedbacks},
       member<&S::feedback>},
  }};
  return rows;
}

constexpr std::uint16_t feedback_layer = 255;  // names G's random streams; no layer has it

/// Forward Target Propagation (arXiv:2506.11030). The target of the first hidden layer contrasts
/// the projected label with the projected output,
///   τ₁ = h₁ + γ [g(G y) − g(G ŷ)],
/// the network's own weights carry it on, τ_l = f_l(W_l τ_{l−1} + b_l) for l = 2 … L−1, and every
/// hidden layer learns from its local loss ½‖h_l − τ_l‖²: δ_l = (h_l − τ_l) ⊙ f′(z_l), δ_L = e,
/// with the inputs of the first pass. With entry = input the shift is added to the input instead, G
/// is [inputs × outputs], and the second pass begins at the first layer. G is fixed and random,
/// N(0, feedback_scale²/outputs).
class ForwardTargetPropagation final : public LearningRule {
 public:
  ForwardTargetPropagation(const FtpSettings& settings, const RuleContext& context)
      : settings_(settings), at_input_(settings.entry == "input") {
    const Network& network = *context.network;
    const Layer& first = network.layer(0);
    const Index outputs = network.layer(network.size() - 1).outputs();
    // a network without hidden layers has no target to set
    if (network.size() > 1) {
      nonlinearity_ =
          &(settings.nonlinearity == "activation" ? first.activation()
                                                  : find_activation(settings.nonlinearity));
    }
    const Stream stream{.seed = context.seed, .purpose = Purpose::feedback_weights};
    const Index entry = at_input_ ? first.inputs() : first.outputs();
    ArraySettings exact{.kind = "exact"};
    feedback_ = make_array(settings.feedback == "array" ? *context.array : exact, entry, outputs,
                           context.seed, feedback_layer);
    feedback_->program(initial_weights("normal", entry, outputs, stream) * settings.feedback_scale,
                       {.seed = context.seed});
  }

  BatchResult learn(Network& network, const MiniBatch& batch, OuterProducts& products,
                    const Pass& pass) override {
    const BatchResult result = first_pass(network, batch, pass);
    const std::size_t last = network.size() - 1;
    targets_.resize(last);
    if (last > 0) set_targets(network, batch, pass);
    for (std::size_t l = 0; l < last; ++l) {
      delta_ = activities_[l].h - targets_[l].h;
      network.layer(l).activation().multiply_slope(activities_[l].z, activities_[l].h, delta_);
      products.add(l, input_of(l, batch, activities_), delta_);
    }
    products.add(last, input_of(last, batch, activities_), output_delta_);
    if (pass.phase == Phase::training) feedback_->rest(pass);
    return result;
  }

  [[nodiscard]] Events events() const override { return feedback_->events(); }

 private:
  /// Fills targets_[l].h with τ of hidden layer l.
  void set_targets(Network& network, const MiniBatch& batch, const Pass& pass) {
    project(batch.targets, wanted_, pass);
    project(activities_.back().h, found_, pass.next_read());
    const Pass second = pass.next_read();
    if (at_input_) {
      shifted_input_ = batch.inputs + settings_.gamma * (wanted_ - found_);
      network.layer(0).forward(shifted_input_, targets_[0], second);
    } else {
      targets_[0].h = activities_[0].h + settings_.gamma * (wanted_ - found_);
    }
    for (std::size_t l = 1; l < targets_.size(); ++l) {
      network.layer(l).forward(targets_[l - 1].h, targets_[l], second);
    }
  }

  /// out = g(G y) for every row y.
  void project(const BatchIn& y, Batch& out, const Pass& pass) {
    feedback_->forward(y, projected_, pass);
    nonlinearity_->apply(projected_, out);
  }

  FtpSettings settings_;
  bool at_input_;
  const Activation* nonlinearity_ = nullptr;
  std::unique_ptr<Array> feedback_;  // G, exact
  std::vector<Activity> targets_;
  Batch delta_, projected_, wanted_, found_, shifted_input_;
};

}  // namespace

extern const RuleKind ftp_rule{
    "ftp",
    "forward target propagation: a projected target carried on by a second forward pass",
    "As-Saquib et al. 2025, arXiv:2506.11030",
    {.second_forward_read = true},
    [] { return describe(ftp_parameters()); },
    [](const ParameterValues& values, const RuleContext& context) -> std::unique_ptr<LearningRule> {
      return std::make_unique<ForwardTargetPropagation>(settings_from(ftp_parameters(), values),
                                                        context);
    }};

}  // namespace memtrain
