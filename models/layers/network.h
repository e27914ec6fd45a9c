#pragma once
#include "models/layers/layer.h"
#include "models/layers/loss.h"

namespace memtrain {

/// Layers one after another, and the loss at their end.
class Network {
 public:
  Network(std::vector<std::unique_ptr<Layer>> layers, const Loss& loss);

  [[nodiscard]] std::size_t size() const { return layers_.size(); }
  [[nodiscard]] Layer& layer(std::size_t index) { return *layers_[index]; }
  [[nodiscard]] const Layer& layer(std::size_t index) const { return *layers_[index]; }
  [[nodiscard]] Layer& output() { return *layers_.back(); }
  [[nodiscard]] const Loss& loss() const { return *loss_; }

  /// Reads all layers: activities[l] is what layer l left behind; resized.
  void forward(const BatchIn& x, std::vector<Activity>& activities, const Pass& pass);
  /// The error at the output layer's pre-activations, see output_delta().
  void output_delta(const std::vector<Activity>& activities, const BatchIn& targets,
                    Batch& delta) const;
  /// What happened to all arrays together.
  [[nodiscard]] Events events() const;
  /// The same network with the same weights in exact arithmetic.
  [[nodiscard]] Network exact_twin() const;

 private:
  std::vector<std::unique_ptr<Layer>> layers_;
  const Loss* loss_;
};

/// Random streams have names for so many layers and as many feedback arrays.
inline constexpr std::size_t most_layers = 128;

/// Makes the layers and draws their initial weights; `inputs` is the number of features.
[[nodiscard]] Network make_network(const std::vector<LayerSettings>& layers, const Loss& loss,
                                   const ArraySettings& array, Index inputs, std::uint64_t seed);

}  // namespace memtrain
