#include "models/rules/learning_rule.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "devices/array/grouped.h"
#include "models/layers/initialiser.h"

namespace memtrain {

void LearningRule::predict(Network& network, const BatchIn& x, Batch& outputs, const Pass& pass) {
  network.forward(x, activities_, pass);
  outputs = activities_.back().h;
}

Account LearningRule::account() const {
  Account sum;
  for (const auto& array : feedback_) sum += as_projection(array->account());
  sum += as_projection(own_account());
  return sum += digital_;
}

void LearningRule::state(Archive& archive) {
  for (const auto& array : feedback_) array->state(archive);
  own_state(archive);
  digital_.state(archive);
}

Wear LearningRule::wear() const {
  Wear sum;
  for (const auto& array : feedback_) sum += array->wear();
  return sum;
}

Index LearningRule::parameters() const {
  Index sum = 0;
  for (const auto& array : feedback_) sum += array->weights().size();
  return sum;
}

Index LearningRule::held_values(const Network& network) const {
  return all_activities(network) + network.output().outputs();
}

Index LearningRule::all_activities(const Network& network) {
  Index sum = network.layer(0).inputs();
  for (std::size_t l = 0; l < network.size(); ++l) sum += network.layer(l).values_left();
  return sum;
}

Index LearningRule::largest_pair(const Network& network, std::size_t first, Index inputs_factor) {
  Index most = network.output().outputs();
  for (std::size_t l = first; l < network.size(); ++l) {
    const Layer& layer = network.layer(l);
    if (layer.in_place()) continue;
    most = std::max(most, inputs_factor * layer.inputs() + layer.outputs());
  }
  return most;
}

Index LearningRule::largest_hidden(const Network& network) {
  Index most = 0;
  for (const std::size_t l : network.hidden()) {
    most = std::max(most, network.layer(l).steps() * network.layer(l).units());
  }
  return most;
}

void LearningRule::rest(const Pass& pass) {
  for (const auto& array : feedback_) array->rest(pass);
}

void LearningRule::add_feedback(const RuleContext& context, const Matrix& weights, Index groups) {
  feedback_.push_back(make_grouped_array(context.feedback, groups, weights.rows(), weights.cols(),
                                         context.seed, feedback_streams(feedback_.size())));
  feedback_.back()->program(weights, {.seed = context.seed, .phase = Phase::preparation});
}

void LearningRule::add_projection(const RuleContext& context, const Layer& to, float scale,
                                  Index shared_by) {
  const Shape& output = context.network->output().output_shape();
  Projection way{.steps = to.steps(), .by_step = false, .shared_by = shared_by};
  way.by_step = way.steps > 1 && output.positions() == way.steps;
  add_feedback(context, random_feedback(context.seed, feedback_.size(), to.units() / shared_by,
                                        way.by_step ? output.channels : output.size(), scale));
  projections_.push_back(way);
}

void LearningRule::project(std::size_t number, const BatchIn& signal, Batch& out,
                           const Pass& pass) {
  const Projection& way = projections_[number];
  if (way.by_step) {  // a row a step
    const Index channels = signal.cols() / way.steps;
    const Eigen::Map<const Batch> steps(signal.data(), signal.rows() * way.steps, channels);
    feedback_[number]->forward(steps, out, pass);
    out.resize(signal.rows(), way.steps * out.cols());
    return;
  }
  feedback_[number]->forward(signal, out, pass);
  const Index copies = way.shared_by * way.steps;
  if (copies > 1) out = out.replicate(1, copies).eval();
}

Matrix random_feedback(std::uint64_t seed, std::size_t number, Index outputs, Index inputs,
                       float scale) {
  const Stream stream{.seed = seed,
                      .purpose = Purpose::feedback_weights,
                      .layer = static_cast<std::uint16_t>(number)};
  return scale * initial_weights("normal", outputs, inputs, stream);
}

double half_square(const Batch& difference) {
  return 0.5 * static_cast<double>(difference.squaredNorm()) /
         static_cast<double>(difference.rows());
}

std::string needs_text(const Needs& needs) {
  std::string text;
  const auto say = [&](bool needed, const char* what) {
    if (needed) text += (text.empty() ? "" : ", ") + std::string(what);
  };
  say(needs.transposed_read, "transposed read");
  say(needs.second_forward_read, "second forward read");
  say(needs.feedback_arrays && !needs.learned_feedback, "feedback arrays");
  say(needs.learned_feedback, "learned feedback arrays");
  say(needs.label_in_input, "label in the input");
  say(needs.symmetric_weights, "symmetric weights");
  say(needs.hidden_layers, "hidden layers");
  say(needs.class_probabilities, "softmax outputs");
  say(needs.dense_layers, "dense layers");
  say(needs.plain_units, "units without gates");
  return text.empty() ? "nothing" : text;
}

void LearningRule::count_squares(CostPhase phase, const Batch& values, const Pass& pass) {
  if (!pass.counts()) return;
  digital_[phase].macs += static_cast<double>(values.size());
  digital_[phase].digital_macs += static_cast<double>(values.size());
}

void LearningRule::count_comparison(const Batch& outputs, const Pass& pass) {
  count_squares(CostPhase::first_forward, outputs, pass);
}

BatchResult LearningRule::first_pass(Network& network, const MiniBatch& batch, const Pass& pass) {
  network.forward(batch.inputs, activities_, pass);
  network.output_delta(activities_, batch.targets, output_delta_);
  count_comparison(output_delta_, pass);
  const Batch& outputs = activities_.back().h;
  return {network.loss_of(outputs, batch.targets), network.count_correct(outputs, batch.targets)};
}

bool LearningRule::leads_to_next_alone(const Network& network, std::size_t layer) {
  if (network.layer(layer).steps() > 1 || layer + 1 == network.size()) return false;
  std::size_t takers = 0;
  for (std::size_t l = layer + 1; l < network.size(); ++l) {
    const Network::Sources& sources = network.sources(l);
    takers += static_cast<std::size_t>(std::count(sources.begin(), sources.end(), layer));
  }
  return takers == 1 && network.sources(layer + 1) == Network::Sources{layer};
}

void LearningRule::carry_back(Network& network, std::size_t layer, Batch& error, const BatchIn& x,
                              const Pass& pass) {
  class Nowhere final : public ErrorPath {
    void carry(Weights& /*weights*/, const BatchIn& /*d*/, Batch& /*g*/,
               const Pass& /*pass*/) override {
      assert(false && "there are no weights on the way");
    }
  } nowhere;
  network.layer(layer).local_error(activities_[layer], error);
  network.layer(layer).carry_back(network.input_of(layer, x, activities_), error, carried_, nowhere,
                                  pass);
  std::swap(error, carried_);
}

void LearningRule::back_through_dropout(Network& network, std::size_t layer, Batch& error,
                                        const BatchIn& x, const Pass& pass) {
  std::size_t end = layer;
  while (leads_to_next_alone(network, end) && network.layer(end + 1).in_place()) ++end;
  for (; end > layer; --end) carry_back(network, end, error, x, pass);
}

void LearningRule::hand_over(Network& network, std::size_t layer, const BatchIn& x,
                             const std::vector<Activity>& activities, const Batch& delta,
                             OuterProducts& products) {
  network.layer(layer).outer_products(network.input_of(layer, x, activities), activities[layer],
                                      delta, products);
}

void LearningRule::tell_loss(const Network& network, std::size_t layer, double loss,
                             OuterProducts& products) {
  for (const Weights& weights : network.layer(layer).weights()) products.local_loss(weights, loss);
}

const RuleKind* find_rule_kind(std::string_view name) {
  for (const RuleKind* kind : rule_kinds()) {
    if (kind->name == name) return kind;
  }
  return nullptr;
}

}  // namespace memtrain
