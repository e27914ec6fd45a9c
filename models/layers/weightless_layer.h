#pragma once
#include "models/layers/layer.h"

namespace memtrain {

/// What layers without weights share: nothing of them learns, and errors pass through them.
class WeightlessLayer : public Layer {
 public:
  [[nodiscard]] const std::string& name() const final { return name_; }
  [[nodiscard]] const Shape& input_shape() const final { return input_; }
  [[nodiscard]] const Shape& output_shape() const final { return output_; }
  [[nodiscard]] const Activation& activation() const final { return *activation_; }
  [[nodiscard]] std::span<Weights> weights() final { return {}; }

 protected:
  WeightlessLayer(const LayerContext& context, const Shape& output,
                  std::string_view activation = "linear")
      : name_(context.name),
        input_(context.input),
        output_(output),
        activation_(&find_activation(activation)) {}

  std::string name_;
  Shape input_, output_;
  const Activation* activation_;
};

}  // namespace memtrain
