#include "models/rules/error_chain.h"

namespace memtrain {

BatchResult ErrorChain::learn(Network& network, const MiniBatch& batch, OuterProducts& products,
                              const Pass& pass) {
  const BatchResult result = first_pass(network, batch, pass);
  delta_ = output_delta_;
  for (std::size_t l = network.size(); l-- > 0;) {
    // before the layer's update: it may be its own weights that carry the error
    if (l > 0) carry_back(network, l, delta_, carried_, pass);
    products.add(l, input_of(l, batch, activities_), delta_);
    if (l == 0) break;
    const Activity& below = activities_[l - 1];
    network.layer(l - 1).activation().multiply_slope(below.z, below.h, carried_);
    std::swap(delta_, carried_);
  }
  return result;
}

}  // namespace memtrain
