#include "models/layers/recurrent.h"

namespace memtrain {
namespace {

std::span<const Parameter<RecurrentSettings>> gru_parameters() {
  static const std::vector<Parameter<RecurrentSettings>> rows = recurrent_rows<RecurrentSettings>();
  return rows;
}

/// Gated recurrent units (Cho et al. 2014, arXiv:1406.1078), with the reset gate after the
/// recurrent product, so that what every gate is told can be computed beside it:
///   r, u = σ(W_{r,u} [x_t; h_{t−1}] + b), n = tanh(W_x x_t + b_x + r ⊙ (W_h h_{t−1} + b_h)),
///   h_t = (1 − u) ⊙ n + u ⊙ h_{t−1}.
/// Arrays over [x_t; h_{t−1}] for the gates r and u, over x_t and over h_{t−1} for the candidate n.
class Gru final : public Recurrent {
 public:
  Gru(const RecurrentSettings& settings, const LayerContext& context)
      : Recurrent(settings, context, "tanh", 4) {
    const Index both = context.input.channels + settings.units;
    add_weights(context, "-reset", both, settings.weights);
    add_weights(context, "-update", both, settings.weights);
    add_input_weights(context, "-candidate-input", settings.weights);
    add_weights(context, "-candidate-state", settings.units, settings.weights);
  }
  [[nodiscard]] bool carries_through_time(const Weights& weights) const override {
    return &weights != &weights_[from_input];
  }
  [[nodiscard]] std::unique_ptr<Layer> exact_twin() const override {
    return std::make_unique<Gru>(*this);
  }

 private:
  enum Gate : Index { reset, update, from_input, from_state, gates };

  void read(Moment& now, const Pass& pass) override {
    const Batch& both = joined(now);
    now.z.resize(both.rows(), gates * width());
    for (Index g = 0; g < gates; ++g) {
      weights_[static_cast<std::size_t>(g)].forward(g == from_input   ? now.x
                                                    : g == from_state ? now.before
                                                                      : both,
                                                    part_, pass);
      gate(now.z, g) = part_.array();
    }
    const Eigen::ArrayXXf u = gate(now.z, update).logistic();
    now.state = (1.0F - u) * candidate(now) + u * now.before.array();
  }

  [[nodiscard]] Eigen::ArrayXXf candidate(const Moment& now) const {
    return (gate(now.z, from_input) + gate(now.z, reset).logistic() * gate(now.z, from_state))
        .tanh();
  }

  void gate_errors(const Moment& now, const Batch& at_state, Batch& /*at_cell*/,
                   Batch& d) const override {
    const Eigen::ArrayXXf r = gate(now.z, reset).logistic();
    const Eigen::ArrayXXf u = gate(now.z, update).logistic();
    const Eigen::ArrayXXf n = candidate(now);
    const Eigen::ArrayXXf error = at_state.array() * (1.0F - u) * (1.0F - n.square());
    d.resize(now.z.rows(), now.z.cols());
    gate(d, reset) = error * gate(now.z, from_state) * r * (1.0F - r);
    gate(d, update) = at_state.array() * (now.before.array() - n) * u * (1.0F - u);
    gate(d, from_input) = error;
    gate(d, from_state) = error * r;
  }

  void carry_step(const Moment& now, const Batch& d, Batch& at_state, Batch* at_inputs,
                  ErrorPath& path, const Pass& pass) override {
    if (at_inputs != nullptr) at_inputs->setZero(d.rows(), input_shape().channels);
    at_state.array() *= gate(now.z, update).logistic();
    for (Index g = 0; g < gates; ++g) {
      if (g == from_input && at_inputs == nullptr) continue;
      path.carry(weights_[static_cast<std::size_t>(g)], d.middleCols(g * width(), width()), part_,
                 pass);
      if (g != from_state && at_inputs != nullptr) {
        *at_inputs += part_.leftCols(input_shape().channels);
      }
      if (g != from_input) at_state += part_.rightCols(width());
    }
  }

  void products_of(const BatchIn& joined, const BatchIn& x, const BatchIn& before, const BatchIn& d,
                   OuterProducts& products) override {
    for (Index g = 0; g < gates; ++g) {
      products.add(weights_[static_cast<std::size_t>(g)],
                   g == from_input   ? x
                   : g == from_state ? before
                                     : joined,
                   d.middleCols(g * width(), width()), steps());
    }
  }

  Batch part_;
};

}  // namespace

extern const LayerKind gru_layer{.name = "gru",
                                 .summary = "gated recurrent units",
                                 .parameters = [] { return describe(gru_parameters()); },
                                 .make = [](const ParameterValues& values,
                                            const LayerContext& context) -> std::unique_ptr<Layer> {
                                   return std::make_unique<Gru>(
                                       settings_from(gru_parameters(), values), context);
                                 },
                                 .recurrent = true,
                                 .gated = true};

}  // namespace memtrain
