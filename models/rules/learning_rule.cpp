#include "models/rules/learning_rule.h"

namespace memtrain {

void LearningRule::predict(Network& network, const BatchIn& x, Batch& outputs, const Pass& pass) {
  network.forward(x, activities_, pass);
  outputs = activities_.back().h;
}

BatchResult LearningRule::first_pass(Network& network, const MiniBatch& batch, const Pass& pass) {
  network.forward(batch.inputs, activities_, pass);
  network.output_delta(activities_, batch.targets, output_delta_);
  const Batch& outputs = activities_.back().h;
  return {network.loss().value(outputs, batch.targets), count_correct(outputs, batch.targets)};
}

BatchIn LearningRule::input_of(std::size_t layer, const MiniBatch& batch,
                               const std::vector<Activity>& activities) {
  return layer == 0 ? batch.inputs : BatchIn(activities[layer - 1].h);
}

Index count_correct(const Batch& outputs, const BatchIn& targets) {
  Index correct = 0;
  for (Index sample = 0; sample < outputs.rows(); ++sample) {
    Index predicted = 0;
    Index wanted = 0;
    outputs.row(sample).maxCoeff(&predicted);
    targets.row(sample).maxCoeff(&wanted);
    correct += predicted == wanted ? 1 : 0;
  }
  return correct;
}

const RuleKind* find_rule_kind(std::string_view name) {
  for (const RuleKind* kind : rule_kinds()) {
    if (kind->name == name) return kind;
  }
  return nullptr;
}

}  // namespace memtrain
