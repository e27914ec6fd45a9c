#pragma once
#include "models/layers/layer.h"
#include "models/layers/loss.h"

namespace memtrain {

/// Layers, each taking the outputs of earlier ones, and the loss at the end of the last.
class Network {
 public:
  /// Where a layer takes its inputs from: layers by number, or `network_input`. What several hold
  /// is added up.
  using Sources = std::vector<std::size_t>;
  static constexpr std::size_t network_input = static_cast<std::size_t>(-1);

  explicit Network(const Loss& loss) : loss_(&loss) {}
  /// Adds a layer; its sources are before it. The last one added is the output.
  void add(std::unique_ptr<Layer> layer, Sources sources);

  [[nodiscard]] std::size_t size() const { return layers_.size(); }
  [[nodiscard]] Layer& layer(std::size_t index) { return *layers_[index]; }
  [[nodiscard]] const Layer& layer(std::size_t index) const { return *layers_[index]; }
  [[nodiscard]] Layer& output() { return *layers_.back(); }
  [[nodiscard]] const Layer& output() const { return *layers_.back(); }
  [[nodiscard]] const Sources& sources(std::size_t index) const { return sources_[index]; }
  /// The layers with weights but the last: those that need a rule to tell them what to learn.
  [[nodiscard]] const std::vector<std::size_t>& hidden() const { return hidden_; }
  /// Those of the sources with weights in them or in what they come from: where errors go on to.
  [[nodiscard]] Sources learning(const Sources& sources) const;
  /// The same of a layer's own sources.
  [[nodiscard]] const Sources& learning_sources(std::size_t index) const {
    return learning_sources_[index];
  }

  /// All weight matrices, in the order of their ids.
  [[nodiscard]] std::size_t weight_count() const { return weights_.size(); }
  [[nodiscard]] Weights& weights(std::size_t id) { return *weights_[id]; }
  [[nodiscard]] const Weights& weights(std::size_t id) const { return *weights_[id]; }

  /// Reads all layers: activities[l] is what layer l left behind; resized.
  void forward(const BatchIn& x, std::vector<Activity>& activities, const Pass& pass);
  /// Reads one layer, with its inputs from the activities of earlier ones.
  void forward_layer(std::size_t index, const BatchIn& x, std::vector<Activity>& activities,
                     const Pass& pass);
  /// What a layer took as its inputs when `x` was read and left `activities` behind.
  [[nodiscard]] BatchIn input_of(std::size_t index, const BatchIn& x,
                                 const std::vector<Activity>& activities) const;
  /// The mean loss over the samples, and over the positions of the output (the steps of a sequence)
  /// where it has several.
  [[nodiscard]] double loss_of(const Batch& outputs, const BatchIn& targets) const;
  /// How many samples have their largest output where the targets have it; of several positions,
  /// each counts for its part of a sample.
  [[nodiscard]] double count_correct(const Batch& outputs, const BatchIn& targets) const;
  /// The derivative of that loss by the output layer's pre-activations, a row a sample (not divided
  /// by the number of samples), see output_delta().
  void output_delta(const std::vector<Activity>& activities, const BatchIn& targets,
                    Batch& delta) const;
  /// What happened to all layers together, one after another.
  [[nodiscard]] Account account() const;
  /// Saves or restores all that training has changed.
  void state(Archive& archive) {
    for (const auto& layer : layers_) layer->state(archive);
  }
  /// The most values of one sample that have to be held at a time to read all layers, inputs
  /// included: what later layers still need, and one layer's inputs and outputs.
  [[nodiscard]] Index values_in_flight() const;
  /// The same network with the same weights in exact arithmetic.
  [[nodiscard]] Network exact_twin() const;

 private:
  std::vector<std::unique_ptr<Layer>> layers_;
  std::vector<Sources> sources_, learning_sources_;
  const Loss* loss_;
  std::vector<std::size_t> hidden_;
  std::vector<Weights*> weights_;
  Batch sum_;
};

/// Random streams have names for so many weight matrices and as many feedback arrays.
inline constexpr std::size_t most_weights = 128;
/// Random streams have names for so many layers.
inline constexpr std::size_t most_layers = 1024;

/// Makes the layers and draws their initial weights; `input` is the shape of a sample.
/// Errors: Failure::usage where shapes do not fit, naming the layer, what it needs and what it got;
/// where an `input` is no earlier layer, a name is used twice, or there are too many weights.
[[nodiscard]] Network make_network(const std::vector<LayerSettings>& layers, const Loss& loss,
                                   const ArraySettings& array, const Shape& input,
                                   std::uint64_t seed);

}  // namespace memtrain
