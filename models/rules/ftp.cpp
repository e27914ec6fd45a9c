#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "models/rules/learning_rule.h"

namespace memtrain {
namespace {

struct FtpSettings {
  float gamma = 1.0F;
  std::vector<float> gamma_by_layer = {1.0F};
  float feedback_scale = 1.0F;
  std::string nonlinearity = "activation";
  std::string entry = "first_hidden";
  std::string target_norm = "none";
  std::string difference = "activity";
  std::string target_after = "activation";
  std::string shared_by = "nothing";
  std::string entry_steps = "every";
  std::string second_pass = "whole";
};

std::span<const Parameter<FtpSettings>> ftp_parameters() {
  using S = FtpSettings;
  static constexpr std::array<std::string_view, 5> nonlinearities{"activation", "tanh", "relu",
                                                                  "sigmoid", "linear"};
  static constexpr std::array<std::string_view, 3> entries{"first_hidden", "every_hidden", "input"};
  static constexpr std::array<std::string_view, 2> norms{"none", "first_hidden"};
  static constexpr std::array<std::string_view, 2> differences{"activity", "contrast"};
  static constexpr std::array<std::string_view, 2> places{"activation", "pooling"};
  static constexpr std::array<std::string_view, 2> steps{"every", "first"};
  static constexpr std::array<std::string_view, 2> passes{"whole", "hidden"};
  static constexpr std::array<std::string_view, 2> sharings{"nothing", "positions"};
  static constexpr std::array<Parameter<S>, 11> rows{{
      {{"gamma", "1", 0, 1e3, "size of the shift of the target"}, member<&S::gamma>},
      {{"gamma_by_layer", "1", 0, 1e3,
        "multiplies the shift of each hidden layer's target; the last value is for all that "
        "follow"},
       member<&S::gamma_by_layer>},
      {{"feedback_scale", "1", 0, 1e3, "s.d. of the entries of G, in units of 1/sqrt(outputs)"},
       member<&S::feedback_scale>},
      {{.name = "nonlinearity",
        .unit = "1",
        .help = "g around the projections; activation: that of the first layer",
        .choices = nonlinearities},
       member<&S::nonlinearity>},
      {{.name = "entry",
        .unit = "1",
        .help =
            "where the projections enter: at the first hidden layer, at every hidden layer by a "
            "matrix of its own, or at the input with a full second pass",
        .choices = entries},
       member<&S::entry>},
      {{.name = "target_norm",
        .unit = "1",
        .help = "size of the shift in deeper layers: as it arrives, or brought to the root mean "
                "square that it has in the first hidden layer, sample by sample",
        .choices = norms},
       member<&S::target_norm>},
      {{.name = "difference",
        .unit = "1",
        .help = "what a target is compared with: the activity, or a second target that the output "
                "sets in the place of the label, at the cost of one more forward read",
        .choices = differences},
       member<&S::difference>},
      {{.name = "target_after",
        .unit = "1",
        .help =
            "where a hidden layer has its target: at its activations, or after the layers without "
            "weights that follow it, so that errors take the way back through pooling",
        .choices = places},
       member<&S::target_after>},
      {{.name = "shared_by",
        .unit = "1",
        .help = "rows of G that are the same: none, or those of one channel at all positions of a "
                "feature map",
        .choices = sharings},
       member<&S::shared_by>},
      {{.name = "entry_steps",
        .unit = "1",
        .help = "the steps of a recurrent layer at which the projections enter: every one, or the "
                "first, from which the recurrent weights carry them on",
        .choices = steps},
       member<&S::entry_steps>},
      {{.name = "second_pass",
        .unit = "1",
        .help = "how far the second forward pass goes: to the outputs, as the paper counts it, or "
                "to the last hidden layer, above which it sets no target",
        .choices = passes},
       member<&S::second_pass>},
  }};
  return rows;
}

std::string without_effect(const ParameterValues& values, std::string_view name) {
  const bool of_hidden = name == "shared_by" || name == "entry_steps";
  const bool at_input = settings_from(ftp_parameters(), values).entry == "input";
  return of_hidden && at_input ? "ftp.entry is input" : "";
}

/// Forward Target Propagation (arXiv:2506.11030). The target of the first hidden layer contrasts
/// the projected label with the projected output,
///   τ₁ = h₁ + γ [g(G y) − g(G ŷ)],
/// the network's own weights carry it on, τ_l = f_l(W_l τ_{l−1} + b_l) for l = 2 … L−1, and every
/// hidden layer learns from its local loss ½‖h_l − τ_l‖²: δ_l = (h_l − τ_l) ⊙ f′(z_l), δ_L = e,
/// with the inputs of the first pass. G [n_1 × outputs] is fixed and random, N(0,
/// feedback_scale²/outputs). Hidden layers are those with weights: h₁ of a convolution is its
/// feature map before pooling, and targets pass through pooling as activities do. What the shift
/// does not reach is not read again. The second pass goes on to the outputs, which sets no target:
/// so the paper counts it (second_pass = hidden leaves that out, and learns the same).
///
/// Options, none of them in the paper's rule:
/// - entry = input: the shift is added to the input, G is [inputs × outputs], and the second pass
///   begins at the first layer. entry = every_hidden: every hidden layer's target gets a shift of
///   its own, by a matrix G_l, on top of what was carried on.
/// - gamma_by_layer c_l and target_norm: τ_l ← h_l + c_l s (τ_l − h_l), where s is 1 or makes the
///   shift as large as in the first hidden layer. What is carried on is the new τ_l.
/// - difference = contrast: two targets are carried on, τ⁺ from h₁ + γ g(G y) and τ⁻ from h₁ + γ
///   g(G ŷ), and hidden layers learn from δ_l = (τ⁻_l − τ⁺_l) ⊙ f′(z_l): where the output is right,
///   they agree in every layer. Shifts are then those from τ⁻_l.
/// - target_after = pooling: h_l above then stands for what the next layer with weights takes, the
///   activities after the layers without weights that follow layer l (pooling, dropout). G has
///   their size, and h_l − τ_l goes back through them, so that only the largest of a window learns.
/// - shared_by = positions: G is [channels × outputs], and every position of a feature map gets the
///   same shift. A kernel is then moved the same way from all positions.
///
/// In a recurrent layer the state of every step has a target, and τ_t = f(W [x_t; τ_{t−1}]) + shift
/// carries it through time by the recurrent weights. With entry_steps = every, a shift enters at
/// each step: γ [g(G y_t) − g(G ŷ_t)] where the output has as many steps, else the same at all;
/// with first, at the first step only. Deeper layers are carried on without an entry of their own,
/// but for entry = every_hidden.
class ForwardTargetPropagation final : public LearningRule {
 public:
  ForwardTargetPropagation(const FtpSettings& settings, const RuleContext& context)
      : settings_(settings) {
    const Network& network = *context.network;
    const std::vector<std::size_t>& hidden = network.hidden();
    if (hidden.empty()) return;  // no target to set
    nonlinearity_ =
        &(settings.nonlinearity == "activation" ? network.layer(hidden[0]).activation()
                                                : find_activation(settings.nonlinearity));
    for (const std::size_t l : hidden) {
      places_.push_back(settings.target_after == "pooling" ? end_of_stage(network, l) : l);
    }
    const std::size_t entries = settings.entry == "every_hidden" ? hidden.size() : 1;
    for (std::size_t k = 0; k < entries; ++k) {
      if (at_input()) {
        add_feedback(context, random_feedback(context.seed, k, network.layer(0).inputs(),
                                              network.output().outputs(), settings.feedback_scale));
      } else {
        const Layer& layer = network.layer(places_[k]);
        const bool shared = settings.shared_by == "positions" && layer.steps() == 1;
        add_projection(context, layer, settings.feedback_scale,
                       shared ? layer.output_shape().positions() : 1);
      }
    }
  }

  BatchResult learn(Network& network, const MiniBatch& batch, OuterProducts& products,
                    const Pass& pass) override {
    const BatchResult result = first_pass(network, batch, pass);
    if (!network.hidden().empty()) set_targets(network, batch, pass);
    for (std::size_t k = 0; k < places_.size(); ++k) {
      const std::size_t l = network.hidden()[k];
      const Layer& place = network.layer(places_[k]);
      delta_ = place.units_of(compared_with(places_[k])) -
               place.units_of(std::as_const(targets_[places_[k]]));
      tell_loss(network, l, half_square(delta_), products);
      back_through_dropout(network, places_[k], delta_, batch.inputs, pass);
      for (std::size_t p = places_[k]; p > l; --p) {
        carry_back(network, p, delta_, batch.inputs, pass);
      }
      network.layer(l).local_error(activities_[l], delta_);
      hand_over(network, l, batch.inputs, activities_, delta_, products);
    }
    hand_over(network, network.size() - 1, batch.inputs, activities_, output_delta_, products);
    return result;
  }

  /// All activities, the comparison with the label, and the targets of two layers.
  [[nodiscard]] Index held_values(const Network& network) const override {
    return LearningRule::held_values(network) + largest_pair(network, 1);
  }

 private:
  /// The last of the layers without weights that follow layer l one after another, each the only
  /// one that takes the outputs of the one before; l without any.
  static std::size_t end_of_stage(const Network& network, std::size_t l) {
    while (leads_to_next_alone(network, l) && network.layer(l + 1).weights().empty()) ++l;
    return l;
  }

  [[nodiscard]] bool at_input() const { return settings_.entry == "input"; }
  [[nodiscard]] bool contrast() const { return settings_.difference == "contrast"; }
  [[nodiscard]] const Activity& compared_with(std::size_t layer) const {
    return contrast() ? lowered_[layer] : activities_[layer];
  }

  /// Fills targets_[l].h with τ of hidden layer l, and lowered_[l].h with what it is compared with
  /// where that is not the activity.
  void set_targets(Network& network, const MiniBatch& batch, const Pass& pass) {
    wanted_.resize(feedback_.size());
    found_.resize(feedback_.size());
    for (std::size_t g = 0; g < feedback_.size(); ++g) {
      project(g, batch.targets, wanted_[g], pass);
      project(g, activities_.back().h, found_[g], pass.next_read());
      if (!contrast()) wanted_[g] -= found_[g];
    }
    shifted_input_ = batch.inputs;
    Pass next = pass.next_read();
    if (contrast()) {
      if (at_input()) shifted_input_ += settings_.gamma * found_[0];
      carry(network, found_, lowered_, next, nullptr);
      next = next.next_read();
      shifted_input_ = batch.inputs;
    }
    if (at_input()) shifted_input_ += settings_.gamma * wanted_[0];
    carry(network, wanted_, targets_, next, contrast() ? &lowered_ : &activities_);
  }

  /// Fills targets, layer by layer: carried on from the layers below,
  /// with what enters at hidden layers; their shifts from the activities `from` then get the size
  /// that the settings ask for.
  void carry(Network& network, const std::vector<Batch>& entering, std::vector<Activity>& targets,
             const Pass& pass, const std::vector<Activity>* from) {
    targets.resize(network.size());
    shifted_.assign(network.size(), false);
    std::size_t k = 0;  // of hidden layers
    const bool whole = settings_.second_pass == "whole";
    // what sets no target shall teach no converter either
    Pass beyond = pass;
    if (pass.phase == Phase::training) beyond.phase = Phase::upkeep;
    for (std::size_t l = 0; l <= (whole ? network.size() - 1 : places_.back()); ++l) {
      Layer& layer = network.layer(l);
      shifted_[l] = reached_by_shift(network, l);
      const bool has_target = k < places_.size() && l == places_[k];
      if (has_target && !at_input() && k < entering.size()) {
        const bool once = layer.steps() > 1 && settings_.entry_steps == "first";
        shift_ = settings_.gamma * (once ? entering[k].leftCols(layer.units()) : entering[k]);
        layer.forward_shifted(network.input_of(l, shifted_input_, targets), shift_,
                              shifted_[l] ? nullptr : &activities_[l], targets[l], pass);
        shifted_[l] = true;
      } else if (shifted_[l]) {
        network.forward_layer(l, shifted_input_, targets, l <= places_.back() ? pass : beyond);
      } else {
        targets[l].h = activities_[l].h;
        targets[l].states = activities_[l].states;
      }
      if (!has_target) continue;
      if (from != nullptr) resize_shift(layer, k, (*from)[l], targets[l]);
      ++k;
    }
  }
  /// Whether the second pass differs from the first at what the layer takes as inputs.
  [[nodiscard]] bool reached_by_shift(const Network& network, std::size_t l) const {
    const Network::Sources& sources = network.sources(l);
    return std::any_of(sources.begin(), sources.end(), [&](std::size_t source) {
      return source == Network::network_input ? at_input() : bool{shifted_[source]};
    });
  }

  /// Gives the shift of hidden layer k's target from `from` the size that the settings ask for.
  void resize_shift(const Layer& layer, std::size_t k, const Activity& from, Activity& target) {
    const std::vector<float>& gains = settings_.gamma_by_layer;
    const float gain = gains.empty() ? 1.0F : gains[std::min(k, gains.size() - 1)];
    const bool normalise = settings_.target_norm == "first_hidden";
    if (gain == 1.0F && !normalise) return;
    delta_ = layer.units_of(target) - layer.units_of(from);
    if (normalise) {
      sizes_ = delta_.rowwise().norm() / std::sqrt(static_cast<float>(delta_.cols()));
      if (k == 0) {
        first_sizes_ = sizes_;
      } else {
        // no shift stays no shift
        const Eigen::ArrayXf factor =
            (sizes_.array() > 0.0F).select(first_sizes_.array() / sizes_.array(), 0.0F);
        delta_.array().colwise() *= factor;
      }
    }
    layer.units_of(target) = layer.units_of(from) + gain * delta_;
    layer.show_units(target);
  }

  /// out = g(G y) for every row y.
  void project(std::size_t matrix, const BatchIn& y, Batch& out, const Pass& pass) {
    if (at_input()) {
      feedback_[matrix]->forward(y, projected_, pass);
    } else {
      LearningRule::project(matrix, y, projected_, pass);
    }
    nonlinearity_->apply(projected_, out);
  }

  FtpSettings settings_;
  const Activation* nonlinearity_ = nullptr;
  std::vector<std::size_t> places_;  // the layers at which hidden layers have their targets
  std::vector<Activity> targets_, lowered_;
  std::vector<Batch> wanted_, found_;  // g(G_l y) (or its contrast) and g(G_l ŷ)
  Batch delta_, projected_, shift_, shifted_input_;
  std::vector<bool> shifted_;
  Eigen::VectorXf sizes_, first_sizes_;
};

}  // namespace

extern const RuleKind ftp_rule{
    "ftp",
    "forward target propagation: a projected target carried on by a second forward pass",
    "As-Saquib et al. 2025, arXiv:2506.11030",
    [](const ParameterValues& /*values*/) {
      return Needs{.second_forward_read = true, .feedback_arrays = true};
    },
    [] { return describe(ftp_parameters()); },
    [](const ParameterValues& values, const RuleContext& context) -> std::unique_ptr<LearningRule> {
      return std::make_unique<ForwardTargetPropagation>(settings_from(ftp_parameters(), values),
                                                        context);
    },
    [](const SheetCounts& s) {
      return 2 * s.forward - s.first_layer + s.update + s.outputs + 2 * s.outputs * s.first_hidden;
    },
    without_effect};

}  // namespace memtrain
