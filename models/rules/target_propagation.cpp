#include "models/rules/target_propagation.h"

#include <array>

#include "models/layers/initialiser.h"

namespace memtrain {

std::span<const Parameter<TargetPropagationSettings>> target_propagation_parameters() {
  using S = TargetPropagationSettings;
  static constexpr std::array<std::string_view, 2> tops{"output", "gradient"};
  static const std::array<Parameter<S>, 6> rows{{
      {{"target_step", "1", 0, 1e3, "size of the step from the activity to the highest target"},
       member<&S::target_step>},
      {{.name = "top",
        .unit = "1",
        .help = "the highest target: that of the output, carried down by an inverse too, or a "
                "gradient step of the last hidden layer, through the transposed output layer",
        .choices = tops},
       member<&S::top>},
      {{"inverse_noise", "1", 0, 1e3, "s.d. of the noise around which inverses are learned"},
       member<&S::inverse_noise>},
      {{"inverse_rate_scale", "1", 0, 1e6, "multiplies train.learning_rate for the inverses"},
       member<&S::inverse_rate_scale>},
      {{"inverse_steps", "1", 1, 10,
        "steps of the inverses in a mini-batch; each is one more for their devices, which age in "
        "each"},
       member<&S::inverse_steps>},
      {{.name = "inverse_initialiser",
        .unit = "1",
        .help = "distribution of the inverses' initial weights",
        .choices = initialiser_names()},
       member<&S::inverse_initialiser>},
  }};
  return rows;
}

Needs target_propagation_needs(const ParameterValues& values) {
  const auto settings = settings_from(target_propagation_parameters(), values);
  const bool gradient = settings.top == "gradient";
  return {.transposed_read = gradient,
          .transposed_output_only = gradient,
          .second_forward_read = true,
          .feedback_arrays = true,
          .learned_feedback = true,
          .symmetric_weights = gradient,
          .dense_layers = true};
}

TargetPropagation::TargetPropagation(const TargetPropagationSettings& settings,
                                     const RuleContext& context)
    : settings_(settings) {
  const Network& network = *context.network;
  const std::size_t top = settings.top == "output" ? network.size() : network.size() - 1;
  inverses_.resize(network.size());
  for (std::size_t l = 1; l < top; ++l) {
    const Layer& layer = network.layer(l);
    const ParameterValues dense{
        {"units", static_cast<std::int64_t>(layer.inputs())},
        {"activation", std::string(network.layer(l - 1).activation().name)},
        {"initialiser", settings.inverse_initialiser},
        {"learning_rate_scale", static_cast<double>(settings.inverse_rate_scale)}};
    LayerContext inverse{.name = "inverse of " + layer.name(), .input = flat(layer.outputs())};
    inverse.weights = feedback_streams(l);
    inverse.seed = context.seed;
    inverse.array = &context.feedback;
    inverses_[l] = find_layer_kind("dense")->make(dense, inverse);
  }
}

BatchResult TargetPropagation::learn(Network& network, const MiniBatch& batch,
                                     OuterProducts& products, const Pass& pass) {
  const BatchResult result = first_pass(network, batch, pass);
  Pass teaching = pass.next_read();  // targets read inverses twice
  for (int step = 0; step < settings_.inverse_steps; ++step) {
    teaching = teaching.next_read();
    teach_inverses(network, products, teaching);
  }
  set_targets(network, batch.targets, pass);
  const std::size_t last = network.size() - 1;
  for (std::size_t l = 0; l < last; ++l) {
    delta_ = activities_[l].h - targets_[l];
    tell_loss(network, l, half_square(delta_), products);
    network.layer(l).local_error(activities_[l], delta_);
    hand_over(network, l, batch.inputs, activities_, delta_, products);
  }
  hand_over(network, last, batch.inputs, activities_, output_delta_, products);
  return result;
}

void TargetPropagation::teach_inverses(Network& network, OuterProducts& products,
                                       const Pass& pass) {
  for (std::size_t l = 1; l < inverses_.size(); ++l) {
    if (inverses_[l] == nullptr) continue;
    const Stream stream = pass.stream(Purpose::inverse_noise, feedback_streams(l));
    const Batch& activity = activities_[l - 1].h;
    perturbed_.resize(activity.rows(), activity.cols());
    for (Index i = 0; i < activity.rows(); ++i) {
      fill_gaussian(stream, static_cast<std::uint32_t>(i),
                    {perturbed_.row(i).data(), static_cast<std::size_t>(activity.cols())});
    }
    perturbed_ = activity + settings_.inverse_noise * perturbed_;
    network.layer(l).forward(perturbed_, noisy_, pass);
    inverses_[l]->forward(noisy_.h, restored_, pass);
    delta_ = restored_.h - perturbed_;
    inverses_[l]->local_error(restored_, delta_);
    products.add_feedback(inverses_[l]->weights()[0], noisy_.h, delta_, pass);
  }
}

void TargetPropagation::set_targets(Network& network, const BatchIn& targets, const Pass& pass) {
  const std::size_t last = network.size() - 1;
  targets_.resize(network.size());
  std::size_t top = last;
  if (inverses_[last] != nullptr) {
    targets_[last] = activities_[last].h - settings_.target_step * (activities_[last].h - targets);
  } else if (last > 0) {
    network.output().weights()[0].transposed(output_delta_, delta_, pass);
    top = last - 1;
    targets_[top] = activities_[top].h - settings_.target_step * delta_;
  }
  for (std::size_t l = top; l > 0; --l) {
    carry_down(l, targets_[l], activities_[l].h, activities_[l - 1].h, targets_[l - 1], pass);
  }
}

void TargetPropagation::invert(std::size_t layer, const Batch& activity, Activity& out,
                               const Pass& pass) {
  inverses_[layer]->forward(activity, out, pass);
}

Account TargetPropagation::own_account() const {
  Account sum;
  for (const auto& inverse : inverses_) {
    if (inverse != nullptr) sum += inverse->account();
  }
  return sum;
}

Wear TargetPropagation::wear() const {
  Wear sum;
  for (const auto& inverse : inverses_) {
    if (inverse != nullptr) sum += inverse->weights()[0].array().wear();
  }
  return sum;
}

Index TargetPropagation::parameters() const {
  Index sum = 0;
  for (const auto& inverse : inverses_) {
    if (inverse != nullptr) sum += inverse->weights()[0].parameters();
  }
  return sum;
}

void TargetPropagation::own_state(Archive& archive) {
  for (const auto& inverse : inverses_) {
    if (inverse != nullptr) inverse->state(archive);
  }
}

}  // namespace memtrain
