#include "models/layers/weighted_layer.h"

namespace memtrain {
namespace {

struct DenseSettings {
  int units = 0;
  std::string activation = "tanh";
  WeightsSettings weights;
};

std::span<const Parameter<DenseSettings>> dense_parameters() {
  using S = DenseSettings;
  static const std::vector<Parameter<S>> rows = with_weights<S>({
      {{"units", "1", 1, 1e6, "number of outputs"}, member<&S::units>},
      {{.name = "activation",
        .unit = "1",
        .help = "activation function",
        .choices = activation_names()},
       member<&S::activation>},
  });
  return rows;
}

/// Every input connected to every output: z = x Wᵀ + b, h = f(z).
class Dense final : public WeightedLayer {
 public:
  Dense(const DenseSettings& settings, const LayerContext& context)
      : WeightedLayer(context, flat(settings.units), settings.activation,
                      Weights({context.name, context.weights, context.seed, context.array},
                              settings.units, context.input.size(), settings.weights)) {}

  void compute(const BatchIn& x, Activity& out, const Pass& pass) override {
    weights_.forward(x, out.z, pass);
    activation().apply(out.z, out.h);
  }
  void compute_back(const BatchIn& /*x*/, const BatchIn& d, Batch& g, ErrorPath& path,
                    const Pass& pass) override {
    path.carry(weights_, d, g, pass);
  }
  void outer_products(const BatchIn& x, const Activity& /*activity*/, const BatchIn& d,
                      OuterProducts& products) override {
    products.add(weights_, x, d, 1);
  }
  [[nodiscard]] std::unique_ptr<Layer> exact_twin() const override {
    return std::make_unique<Dense>(*this);
  }
};

std::unique_ptr<Layer> make_dense(const ParameterValues& values, const LayerContext& context) {
  return std::make_unique<Dense>(settings_from(dense_parameters(), values), context);
}

std::vector<ParameterDescription> describe_dense() { return describe(dense_parameters()); }

}  // namespace

extern const LayerKind dense_layer{.name = "dense",
                                   .summary = "every input connected to every output",
                                   .parameters = describe_dense,
                                   .make = make_dense,
                                   .can_be_output = true};

}  // namespace memtrain
