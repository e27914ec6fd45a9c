#pragma once
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "devices/array/array.h"
#include "models/layers/activation.h"

namespace memtrain {

/// What one read of a layer left behind: pre-activation and activation, both [samples × outputs].
/// It belongs to the rule, not to the layer: a rule that reads twice keeps two.
struct Activity {
  Batch z, h;
};

/// A layer of a network: weights in an array, biases and activation in digital logic.
class Layer {
 public:
  virtual ~Layer() = default;
  [[nodiscard]] virtual const std::string& name() const = 0;
  [[nodiscard]] virtual Index inputs() const = 0;
  [[nodiscard]] virtual Index outputs() const = 0;
  [[nodiscard]] virtual const Activation& activation() const = 0;

  /// z = x Wᵀ + b, h = f(z). x [samples × inputs]; must not alias `out`.
  virtual void forward(const BatchIn& x, Activity& out, const Pass& pass) = 0;
  /// g = d W: an error at the pre-activations carried back to the inputs.
  virtual void transposed(const BatchIn& d, Batch& g, const Pass& pass) = 0;
  /// W −= rate/n · dᵀ x as the array can, b −= rate/n · Σ d; d [n × outputs].
  virtual void update(const BatchIn& x, const BatchIn& d, float rate, const Pass& pass) = 0;

  /// A mini-batch goes by in which the layer is not updated: what time does to its devices.
  virtual void rest(const Pass& pass) = 0;

  [[nodiscard]] virtual const Array& array() const = 0;
  [[nodiscard]] virtual const Vector& bias() const = 0;
  /// The same layer with the same weights and biases in exact arithmetic.
  [[nodiscard]] virtual std::unique_ptr<Layer> exact_twin() const = 0;
};

/// A layer as a scenario describes it: its kind and the values given.
struct LayerSettings {
  std::string type;
  ParameterValues values;
};

/// Where a layer is made.
struct LayerContext {
  Index inputs = 0;
  std::uint16_t index = 0;  ///< 0 is the first layer; names its random streams
  std::uint64_t seed = 0;
  const ArraySettings* array = nullptr;
};

/// A kind of layer: one object a kind, from the registry.
struct LayerKind {
  std::string_view name;
  std::string_view summary;
  std::vector<ParameterDescription> (*parameters)();
  std::unique_ptr<Layer> (*make)(const ParameterValues& values, const LayerContext& context);
};
[[nodiscard]] std::span<const LayerKind* const> layer_kinds();
/// The kind of that name, or null.
[[nodiscard]] const LayerKind* find_layer_kind(std::string_view name);

}  // namespace memtrain
