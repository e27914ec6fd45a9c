#pragma once
#include "models/layers/layer.h"

namespace memtrain {

/// What layers with one weight matrix share. A copy is an exact twin: the same weights in exact
/// arithmetic.
class WeightedLayer : public Layer {
 public:
  using Layer::weights;
  ~WeightedLayer() override = default;
  WeightedLayer& operator=(const WeightedLayer&) = delete;
  [[nodiscard]] std::span<Weights> weights() final { return {&weights_, 1}; }

 protected:
  WeightedLayer(const LayerContext& context, const Shape& output, std::string_view activation,
                Weights weights)
      : Layer(context, output, activation), weights_(std::move(weights)) {}
  WeightedLayer(const WeightedLayer& other) : Layer(other), weights_(other.weights_.exact_twin()) {}

  Weights weights_;
};

}  // namespace memtrain
