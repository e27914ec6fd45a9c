#include "models/layers/recurrent.h"

namespace memtrain {
namespace {

struct RnnSettings : RecurrentSettings {
  std::string activation = "tanh";
};

std::span<const Parameter<RnnSettings>> rnn_parameters() {
  using S = RnnSettings;
  static constexpr std::array<std::string_view, 4> activations{"tanh", "relu", "sigmoid", "linear"};
  static const std::vector<Parameter<S>> rows = [] {
    auto list = recurrent_rows<S>();
    list.push_back(
        {{.name = "activation", .unit = "1", .help = "activation function", .choices = activations},
         member<&S::activation>});
    return list;
  }();
  return rows;
}

/// Simple recurrent units (Elman 1990, doi:10.1207/s15516709cog1402_1): z_t = W [x_t; h_{t−1}] + b,
/// h_t = f(z_t), one array over inputs and state.
class Rnn final : public Recurrent {
 public:
  Rnn(const RnnSettings& settings, const LayerContext& context)
      : Recurrent(settings, context, settings.activation, 1) {
    add_weights(context, "", context.input.channels + settings.units, settings.weights);
  }
  [[nodiscard]] std::unique_ptr<Layer> exact_twin() const override {
    return std::make_unique<Rnn>(*this);
  }

 private:
  void read(Moment& now, const Pass& pass) override {
    weights_[0].forward(joined(now), now.z, pass);
    activation().apply(now.z, now.state);
  }
  void gate_errors(const Moment& now, const Batch& at_state, Batch& /*at_cell*/,
                   Batch& d) const override {
    d = at_state;
    activation().multiply_slope(now.z, now.state, d);
  }
  void carry_step(const Moment& /*now*/, const Batch& d, Batch& at_state, Batch* at_inputs,
                  ErrorPath& path, const Pass& pass) override {
    path.carry(weights_[0], d, carried_, pass);
    if (at_inputs != nullptr) *at_inputs = carried_.leftCols(input_shape().channels);
    at_state = carried_.rightCols(width());
  }
  void products_of(const BatchIn& joined, const BatchIn& /*x*/, const BatchIn& /*before*/,
                   const BatchIn& d, OuterProducts& products) override {
    products.add(weights_[0], joined, d, steps());
  }

  Batch carried_;
};

}  // namespace

extern const LayerKind rnn_layer{.name = "rnn",
                                 .summary = "simple recurrent units",
                                 .parameters = [] { return describe(rnn_parameters()); },
                                 .make = [](const ParameterValues& values,
                                            const LayerContext& context) -> std::unique_ptr<Layer> {
                                   return std::make_unique<Rnn>(
                                       settings_from(rnn_parameters(), values), context);
                                 },
                                 .recurrent = true};

}  // namespace memtrain
