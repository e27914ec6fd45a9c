#include <array>

#include "models/layers/layer.h"

namespace memtrain {
namespace {

struct AddSettings {
  std::string with;
  std::string activation = "linear";
};

std::span<const Parameter<AddSettings>> add_parameters() {
  using S = AddSettings;
  static const std::array<Parameter<S>, 2> rows{{
      {{.name = "with", .unit = "1", .help = "name of the layer whose outputs are added"},
       member<&S::with>},
      {{.name = "activation",
        .unit = "1",
        .help = "activation function of the sum",
        .choices = activation_names()},
       member<&S::activation>},
  }};
  return rows;
}

/// The sum of the outputs of two layers, which the network forms, and an activation: a residual
/// connection.
class Add final : public Layer {
 public:
  Add(const AddSettings& settings, const LayerContext& context)
      : Layer(context, context.input, settings.activation) {}
  void compute(const BatchIn& x, Activity& out, const Pass& /*pass*/) override {
    out.z = x;
    activation().apply(out.z, out.h);
  }
  void compute_back(const BatchIn& /*x*/, const BatchIn& d, Batch& g, ErrorPath& /*path*/,
                    const Pass& /*pass*/) override {
    g = d;
  }
  [[nodiscard]] std::unique_ptr<Layer> exact_twin() const override {
    return std::make_unique<Add>(*this);
  }
};

}  // namespace

extern const LayerKind add_layer{
    .name = "add",
    .summary = "the sum of the outputs of two layers: a residual connection",
    .parameters = [] { return describe(add_parameters()); },
    .make = [](const ParameterValues& values,
               const LayerContext& context) -> std::unique_ptr<Layer> {
      return std::make_unique<Add>(settings_from(add_parameters(), values), context);
    },
    .takes_two_inputs = true};

}  // namespace memtrain
