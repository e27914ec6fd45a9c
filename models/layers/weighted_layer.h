#pragma once
#include "models/layers/layer.h"

namespace memtrain {

/// What layers with one weight matrix and an activation share. A copy is an exact twin: the same
/// weights in exact arithmetic.
class WeightedLayer : public Layer {
 public:
  [[nodiscard]] const std::string& name() const final { return name_; }
  [[nodiscard]] const Shape& input_shape() const final { return input_; }
  [[nodiscard]] const Shape& output_shape() const final { return output_; }
  [[nodiscard]] const Activation& activation() const final { return *activation_; }
  [[nodiscard]] std::span<Weights> weights() final { return {&weights_, 1}; }

 protected:
  WeightedLayer(const LayerContext& context, const Shape& output, std::string_view activation,
                Weights weights)
      : name_(context.name),
        input_(context.input),
        output_(output),
        activation_(&find_activation(activation)),
        weights_(std::move(weights)) {}
  WeightedLayer(const WeightedLayer& other)
      : name_(other.name_),
        input_(other.input_),
        output_(other.output_),
        activation_(other.activation_),
        weights_(other.weights_.exact_twin()) {}

  std::string name_;
  Shape input_, output_;
  const Activation* activation_;
  Weights weights_;
};

}  // namespace memtrain
