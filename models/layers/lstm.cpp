#include "models/layers/recurrent.h"

namespace memtrain {
namespace {

struct LstmSettings : RecurrentSettings {
  float forget_bias = 1.0F;
};

std::span<const Parameter<LstmSettings>> lstm_parameters() {
  using S = LstmSettings;
  static const std::vector<Parameter<S>> rows = [] {
    auto list = recurrent_rows<S>();
    list.push_back(
        {{"forget_bias", "1", -100, 100, "where the bias of the forget gate begins, if it has one"},
         member<&S::forget_bias>});
    return list;
  }();
  return rows;
}

/// Long short-term memory (Hochreiter & Schmidhuber 1997, doi:10.1162/neco.1997.9.8.1735, with the
/// forget gate of Gers et al. 2000, doi:10.1162/089976600300015015), an array over [x_t; h_{t−1}]
/// for each gate:
///   i, f, o = σ(W_{i,f,o} [x_t; h_{t−1}] + b), g = tanh(W_g [x_t; h_{t−1}] + b),
///   c_t = f ⊙ c_{t−1} + i ⊙ g, h_t = o ⊙ tanh(c_t).
class Lstm final : public Recurrent {
 public:
  Lstm(const LstmSettings& settings, const LayerContext& context)
      : Recurrent(settings, context, "tanh", 4) {
    const Index inputs = context.input.channels + settings.units;
    for (const char* what : {"-input", "-forget", "-cell", "-output"}) {
      add_weights(context, what, inputs, settings.weights);
    }
    if (settings.weights.bias) weights_[forget].set_bias(settings.forget_bias);
  }
  /// And memory cells.
  [[nodiscard]] Index values_left() const override {
    return Recurrent::values_left() + steps() * width();
  }
  [[nodiscard]] std::unique_ptr<Layer> exact_twin() const override {
    return std::make_unique<Lstm>(*this);
  }

 private:
  enum Gate : Index { input, forget, candidate, output, gates };

  void read(Moment& now, const Pass& pass) override {
    const Batch& both = joined(now);
    now.z.resize(both.rows(), gates * width());
    for (Index g = 0; g < gates; ++g) {
      weights_[static_cast<std::size_t>(g)].forward(both, part_, pass);
      gate(now.z, g) = part_.array();
    }
    now.cell = gate(now.z, forget).logistic() * now.cell_before.array() +
               gate(now.z, input).logistic() * gate(now.z, candidate).tanh();
    now.state = gate(now.z, output).logistic() * now.cell.array().tanh();
  }

  void gate_errors(const Moment& now, const Batch& at_state, Batch& at_cell,
                   Batch& d) const override {
    const Eigen::ArrayXXf i = gate(now.z, input).logistic();
    const Eigen::ArrayXXf f = gate(now.z, forget).logistic();
    const Eigen::ArrayXXf g = gate(now.z, candidate).tanh();
    const Eigen::ArrayXXf o = gate(now.z, output).logistic();
    const Eigen::ArrayXXf shown = now.cell.array().tanh();
    const Eigen::ArrayXXf error = at_cell.array() + at_state.array() * o * (1.0F - shown.square());
    d.resize(now.z.rows(), now.z.cols());
    gate(d, output) = at_state.array() * shown * o * (1.0F - o);
    gate(d, input) = error * g * i * (1.0F - i);
    gate(d, forget) = error * now.cell_before.array() * f * (1.0F - f);
    gate(d, candidate) = error * i * (1.0F - g.square());
    at_cell = error * f;
  }

  void carry_step(const Moment& /*now*/, const Batch& d, Batch& at_state, Batch* at_inputs,
                  ErrorPath& path, const Pass& pass) override {
    for (Index g = 0; g < gates; ++g) {
      path.carry(weights_[static_cast<std::size_t>(g)], d.middleCols(g * width(), width()), part_,
                 pass);
      if (g == 0) {
        carried_ = part_;
      } else {
        carried_ += part_;
      }
    }
    if (at_inputs != nullptr) *at_inputs = carried_.leftCols(input_shape().channels);
    at_state = carried_.rightCols(width());
  }

  void products_of(const BatchIn& joined, const BatchIn& /*x*/, const BatchIn& /*before*/,
                   const BatchIn& d, OuterProducts& products) override {
    for (Index g = 0; g < gates; ++g) {
      products.add(weights_[static_cast<std::size_t>(g)], joined,
                   d.middleCols(g * width(), width()), steps());
    }
  }

  Batch part_, carried_;
};

}  // namespace

extern const LayerKind lstm_layer{
    .name = "lstm",
    .summary = "long short-term memory",
    .parameters = [] { return describe(lstm_parameters()); },
    .make = [](const ParameterValues& values,
               const LayerContext& context) -> std::unique_ptr<Layer> {
      return std::make_unique<Lstm>(settings_from(lstm_parameters(), values), context);
    },
    .recurrent = true,
    .gated = true};

}  // namespace memtrain
