#include "models/rules/error_chain.h"

#include <utility>

namespace memtrain {

BatchResult ErrorChain::learn(Network& network, const MiniBatch& batch, OuterProducts& products,
                              const Pass& pass) {
  const BatchResult result = first_pass(network, batch, pass);
  const std::size_t last = network.size() - 1;
  errors_.resize(network.size());
  reached_.assign(network.size(), false);
  reached_[last] = true;
  errors_[last] = output_delta_;
  for (std::size_t l = network.size(); l-- > 0;) {
    if (!reached_[l]) continue;
    Layer& layer = network.layer(l);
    const Network::Sources& sources = network.learning_sources(l);
    // before the layer's update: it may be its own weights that carry the error
    const BatchIn x = network.input_of(l, batch.inputs, activities_);
    if (l == last) {  // its error is at the pre-activations already
      if (!sources.empty()) layer.carry_back(x, errors_[l], carried_, *this, pass);
    } else {
      layer.backward(x, activities_[l], errors_[l], sources.empty() ? nullptr : &carried_, *this,
                     pass);
    }
    hand_over(network, l, batch.inputs, activities_, errors_[l], products);
    for (const std::size_t& source : sources) arrive(source, &source == &sources.back());
  }
  return result;
}

void ErrorChain::arrive(std::size_t layer, bool last) {
  if (reached_[layer]) {
    errors_[layer] += carried_;
  } else if (last) {
    std::swap(errors_[layer], carried_);
  } else {
    errors_[layer] = carried_;
  }
  reached_[layer] = true;
}

}  // namespace memtrain
