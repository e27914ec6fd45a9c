#include "models/rules/direct_feedback.h"

namespace memtrain {

DirectFeedback::DirectFeedback(float scale, const RuleContext& context) {
  const Network& network = *context.network;
  for (const std::size_t l : network.hidden()) {
    add_projection(context, network.layer(l), scale);
  }
}

BatchResult DirectFeedback::learn(Network& network, const MiniBatch& batch, OuterProducts& products,
                                  const Pass& pass) {
  const BatchResult result = first_pass(network, batch, pass);
  const BatchIn sent = signal(batch);
  for (std::size_t k = 0; k < feedback_.size(); ++k) {
    const std::size_t l = network.hidden()[k];
    project(k, sent, delta_, pass);
    back_through_dropout(network, l, delta_, batch.inputs, pass);
    network.layer(l).local_error(activities_[l], delta_);
    hand_over(network, l, batch.inputs, activities_, delta_, products);
  }
  hand_over(network, network.size() - 1, batch.inputs, activities_, output_delta_, products);
  return result;
}

}  // namespace memtrain
