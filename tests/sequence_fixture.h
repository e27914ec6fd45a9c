#pragma once
#include "tests/layer_reference.h"

// Sequences, recurrent networks for them, and their states evaluated apart from the program.
namespace memtrain::test {

inline constexpr Index steps = 5, features = 3, units = 4, samples = 6;

inline LayerSettings recurrent(const std::string& kind, const std::string& returns = "last",
                               const ParameterValues& more = {}) {
  LayerSettings layer{kind, {{"units", std::int64_t{units}}, {"returns", returns}}};
  for (const auto& [key, value] : more) layer.values[key] = value;
  return layer;
}
inline LayerSettings head_at_every_step() {
  return {"conv",
          {{"channels", std::int64_t{4}},
           {"kernel", std::int64_t{1}},
           {"activation", std::string("softmax")}}};
}

inline Network sequence_net(const std::vector<LayerSettings>& layers,
                            const ArraySettings& array = {.kind = "exact"}) {
  return make_network(layers, find_loss("cross_entropy"), array, {steps, 1, features}, 3);
}

inline Eigen::ArrayXXd sigmoid(const Eigen::MatrixXd& z) { return Evaluated::sigmoid(z); }

/// A sequence of matrices [samples × …], one a step.
using Sequence = std::vector<Eigen::MatrixXd>;

/// The states of a recurrent layer, evaluated apart from the program, each with `shift` added.
inline Sequence states_of(const std::string& kind, const std::vector<Eigen::MatrixXd>& w,
                          const Sequence& x, const Sequence& shift = {}) {
  Eigen::MatrixXd h = Eigen::MatrixXd::Zero(x[0].rows(), units);
  Eigen::MatrixXd c = h;
  Sequence states;
  for (std::size_t t = 0; t < x.size(); ++t) {
    Eigen::MatrixXd both(x[t].rows(), x[t].cols() + units);
    both << x[t], h;
    if (kind == "rnn") {
      h = (both * w[0].transpose()).array().tanh();
    } else if (kind == "lstm") {
      const Eigen::ArrayXXd i = sigmoid(both * w[0].transpose());
      // biases of the forget gate begin at 1
      const Eigen::ArrayXXd f = sigmoid((both * w[1].transpose()).array() + 1.0);
      const Eigen::ArrayXXd g = (both * w[2].transpose()).array().tanh();
      const Eigen::ArrayXXd o = sigmoid(both * w[3].transpose());
      c = f * c.array() + i * g;
      h = o * c.array().tanh();
    } else {
      const Eigen::ArrayXXd r = sigmoid(both * w[0].transpose());
      const Eigen::ArrayXXd u = sigmoid(both * w[1].transpose());
      const Eigen::ArrayXXd n =
          ((x[t] * w[2].transpose()).array() + r * (h * w[3].transpose()).array()).tanh();
      h = (1 - u) * n + u * h.array();
    }
    if (t < shift.size()) h += shift[t];
    states.push_back(h);
  }
  return states;
}

/// Six sequences, and a class for each, or for each step.
struct Sequences {
  Batch inputs = Batch::Random(samples, steps* features);
  Batch targets;
  explicit Sequences(Index target_steps = 1) : targets(Batch::Zero(samples, 4 * target_steps)) {
    for (Index i = 0; i < samples; ++i)
      for (Index t = 0; t < target_steps; ++t) targets(i, 4 * t + (i + t) % 4) = 1.0F;
  }
  [[nodiscard]] Sequence x() const {
    Sequence sequence;
    for (Index t = 0; t < steps; ++t) {
      sequence.emplace_back(inputs.middleCols(t * features, features).cast<double>());
    }
    return sequence;
  }
  [[nodiscard]] Eigen::MatrixXd y(Index t) const {
    return targets.middleCols(4 * t, 4).cast<double>();
  }
};

inline Kept asked_of(std::string_view rule, const ParameterValues& settings, Network& network,
                     const Sequences& data) {
  Task task;
  task.inputs = data.inputs;
  task.targets = data.targets;
  return asked(rule, settings, network, task);
}

inline Eigen::MatrixXd as_matrix(const Sequence& sequence) {
  Eigen::MatrixXd all(sequence[0].rows(), sequence[0].cols() * static_cast<Index>(sequence.size()));
  for (std::size_t t = 0; t < sequence.size(); ++t) {
    all.middleCols(static_cast<Index>(t) * sequence[0].cols(), sequence[0].cols()) = sequence[t];
  }
  return all;
}

/// Errors that were handed over with a row a step, as a row a sample.
inline Batch by_sample(const Batch& deltas) {
  return Eigen::Map<const Batch>(deltas.data(), samples, deltas.cols() * steps);
}

/// All weights of a kind's layer, from `first` on.
inline std::size_t matrices(const std::string& kind) { return kind == "rnn" ? 1 : 4; }

}  // namespace memtrain::test
