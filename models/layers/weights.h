#pragma once
#include <memory>
#include <string>
#include <vector>

#include "devices/array/array.h"
#include "models/layers/initialiser.h"

namespace memtrain {

/// Where a weight matrix is made.
struct WeightsContext {
  std::string name;      ///< in the result file
  std::uint16_t id = 0;  ///< which of its network's; names its random streams
  std::uint64_t seed = 0;
  const ArraySettings* array = nullptr;
  Index groups = 1;  ///< parts of the outputs that each read their own part of the inputs
};

/// What a layer says of a weight matrix.
struct WeightsSettings {
  std::string initialiser = "normal";
  float learning_rate_scale = 1.0F;
  bool bias = true;
};

/// The table of a layer's settings S with a member `weights`: its own rows, and those of that.
template <class S>
[[nodiscard]] std::vector<Parameter<S>> with_weights(std::vector<Parameter<S>> rows) {
  using W = WeightsSettings;
  const std::vector<Parameter<S>> more{
      {{.name = "initialiser",
        .unit = "1",
        .help = "distribution of the initial weights; biases start at 0",
        .choices = initialiser_names()},
       member<&S::weights, &W::initialiser>},
      {{"learning_rate_scale", "1", 0, 1e6, "multiplies train.learning_rate in this layer"},
       member<&S::weights, &W::learning_rate_scale>},
      {{"bias", "1", 0, 1, "digital biases"}, member<&S::weights, &W::bias>},
  };
  rows.insert(rows.end(), more.begin(), more.end());
  return rows;
}

/// A weight matrix [outputs × inputs] with its biases: weights in an array, biases in digital
/// logic. The unit of what is updated, and of what is recorded. With groups, each is an array of
/// its own: `inputs` are those of one group, and vectors that are read hold groups · inputs, group
/// by group.
class Weights {
 public:
  /// Draws the initial weights; biases start at 0. Random: initial_weights, and the array's own.
  Weights(const WeightsContext& context, Index outputs, Index inputs,
          const WeightsSettings& settings);

  [[nodiscard]] const std::string& name() const { return name_; }
  /// Its place among all of the network.
  [[nodiscard]] std::uint16_t id() const { return id_; }
  [[nodiscard]] Index inputs() const { return array_->weights().cols(); }
  [[nodiscard]] Index outputs() const { return array_->weights().rows(); }
  [[nodiscard]] Index groups() const { return groups_; }
  [[nodiscard]] const Array& array() const { return *array_; }
  [[nodiscard]] const Vector& bias() const { return bias_; }
  [[nodiscard]] bool has_bias() const { return settings_.bias; }
  /// Weights and biases.
  [[nodiscard]] Index parameters() const {
    return inputs() * outputs() + (has_bias() ? outputs() : 0);
  }
  /// What happened in training, to the array and to biases and errors in digital logic.
  [[nodiscard]] Account account() const;

  /// Where biases begin, all at the same value.
  void set_bias(float value) { bias_.setConstant(value); }

  /// z = x Wᵀ + b. x [n × groups · inputs], one vector read a row; must not alias z, which is
  /// resized.
  void forward(const BatchIn& x, Batch& z, const Pass& pass);
  /// g = d W. d [n × outputs]; g is resized.
  void transposed(const BatchIn& d, Batch& g, const Pass& pass);
  /// W −= rate/n · dᵀ x as the array can, b −= rate/n · Σ d, with n samples of `rows_per_sample`
  /// rows each.
  void update(const BatchIn& x, const BatchIn& d, Index rows_per_sample, float rate,
              const Pass& pass);
  /// A mini-batch goes by in which they are not updated: what time does to their devices.
  void rest(const Pass& pass) { array_->rest(pass); }
  /// Saves or restores all that training has changed.
  void state(Archive& archive);

  /// The same weights and biases in exact arithmetic.
  [[nodiscard]] Weights exact_twin() const;

 private:
  Weights(const Weights& other, std::unique_ptr<Array> array);

  std::string name_;
  std::uint16_t id_;
  Index groups_;
  std::unique_ptr<Array> array_;
  Vector bias_;
  WeightsSettings settings_;
  Matrix bias_gradient_;
  Account digital_;
  Optimiser bias_optimiser_;
};

}  // namespace memtrain
