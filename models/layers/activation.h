#pragma once
#include <span>
#include <string_view>

#include "sim/base/batch.h"

namespace memtrain {

/// An activation function h = f(z), on whole batches.
struct Activation {
  std::string_view name;
  /// h = f(z), resized.
  void (*apply)(const Batch& z, Batch& h);
  /// d ⊙= f′(z), with h = f(z) at hand. Null where f is not elementwise (softmax).
  void (*multiply_slope)(const Batch& z, const Batch& h, Batch& d);
};

/// tanh, relu, sigmoid, linear, softmax.
[[nodiscard]] std::span<const Activation> activations();
/// The activation of that name; the name must be known.
[[nodiscard]] const Activation& find_activation(std::string_view name);
/// The names of all activations, for a settings table.
[[nodiscard]] std::span<const std::string_view> activation_names();

}  // namespace memtrain
