#include "models/rules/direct_feedback.h"

namespace memtrain {

DirectFeedback::DirectFeedback(float scale, const RuleContext& context) {
  const Network& network = *context.network;
  const Index outputs = network.layer(network.size() - 1).outputs();
  for (std::size_t l = 0; l + 1 < network.size(); ++l) {
    add_feedback(context,
                 random_feedback(context.seed, l, network.layer(l).outputs(), outputs, scale));
  }
}

BatchResult DirectFeedback::learn(Network& network, const MiniBatch& batch, OuterProducts& products,
                                  const Pass& pass) {
  const BatchResult result = first_pass(network, batch, pass);
  const BatchIn sent = signal(batch);
  for (std::size_t l = 0; l + 1 < network.size(); ++l) {
    feedback_[l]->forward(sent, delta_, pass);
    network.layer(l).activation().multiply_slope(activities_[l].z, activities_[l].h, delta_);
    products.add(l, input_of(l, batch, activities_), delta_);
  }
  const std::size_t last = network.size() - 1;
  products.add(last, input_of(last, batch, activities_), output_delta_);
  return result;
}

}  // namespace memtrain
