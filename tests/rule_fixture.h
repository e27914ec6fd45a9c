#pragma once
#include "models/layers/initialiser.h"
#include "models/rules/learning_rule.h"

// A small network and task, and what a rule asks for there.
namespace memtrain::test {

/// Keeps outer products; nothing is learned, unless `feedback_rate` lets the rule's own layers.
class Kept final : public OuterProducts {
 public:
  explicit Kept(std::size_t layers, float feedback_rate = 0.0F)
      : inputs(layers), deltas(layers), gradients(layers), feedback_rate_(feedback_rate) {}
  void add(Weights& weights, const BatchIn& x, const BatchIn& d, Index rows_per_sample) override {
    inputs[weights.id()] = x;
    deltas[weights.id()] = d;
    Matrix& gradient = gradients[weights.id()];
    gradient.resize(weights.outputs(), weights.inputs());
    const Index outputs = weights.outputs() / weights.groups();
    const Index n = x.rows() / rows_per_sample;
    for (Index g = 0; g < weights.groups(); ++g) {
      gradient.middleRows(g * outputs, outputs) =
          d.middleCols(g * outputs, outputs).transpose() *
          x.middleCols(g * weights.inputs(), weights.inputs()) / static_cast<float>(n);
    }
  }
  void add_feedback(Weights& weights, const BatchIn& x, const BatchIn& d,
                    const Pass& pass) override {
    feedback_inputs.emplace_back(x);
    feedback_deltas.emplace_back(d);
    if (feedback_rate_ > 0.0F) weights.update(x, d, 1, feedback_rate_, pass);
  }
  void local_loss(const Weights& weights, double loss) override {
    losses.resize(std::max(losses.size(), weights.id() + std::size_t{1}));
    losses[weights.id()] = loss;
  }
  std::vector<Batch> inputs, deltas;
  std::vector<Matrix> gradients;  ///< ∂loss/∂W as the rule sees it; empty: no update
  std::vector<Batch> feedback_inputs, feedback_deltas;
  std::vector<double> losses;

 private:
  float feedback_rate_;
};

/// Learns, as training does.
class Apply final : public OuterProducts {
 public:
  explicit Apply(float rate) : rate_(rate) {}
  void add(Weights& weights, const BatchIn& x, const BatchIn& d, Index rows_per_sample) override {
    weights.update(x, d, rows_per_sample, rate_, {});
  }
  void add_feedback(Weights& weights, const BatchIn& x, const BatchIn& d,
                    const Pass& pass) override {
    weights.update(x, d, 1, rate_, pass);
  }

 private:
  float rate_;
};

inline LayerSettings dense(std::int64_t units, const std::string& activation) {
  return {"dense", {{"units", units}, {"activation", activation}}};
}

inline Network small_net(const std::vector<LayerSettings>& layers, const std::string& loss,
                         Index inputs = 5) {
  return make_network(layers, find_loss(loss), {.kind = "exact"}, flat(inputs), 3);
}

/// Six samples of five features and four classes.
struct Task {
  Batch inputs = Batch::Random(6, 5), targets = Batch::Zero(6, 4);
  Task() {
    for (Index i = 0; i < 6; ++i) targets(i, i % 4) = 1.0F;
  }
};

/// What a rule of these settings asks for in one mini-batch.
inline Kept asked(std::string_view rule, const ParameterValues& settings, Network& network,
                  const Task& task, std::uint64_t seed = 9) {
  Kept kept(network.weight_count());
  find_rule_kind(rule)
      ->make(settings, {&network, seed})
      ->learn(network, {task.inputs, task.targets}, kept, {});
  return kept;
}

/// The weights of a layer in double precision.
inline Eigen::MatrixXd weights_of(const Network& network, std::size_t layer) {
  return network.weights(layer).array().weights().cast<double>();
}
inline Eigen::MatrixXd feedback_of(std::uint64_t seed, std::uint16_t number, Index outputs,
                                   Index inputs) {
  return initial_weights("normal", outputs, inputs,
                         {.seed = seed, .purpose = Purpose::feedback_weights, .layer = number})
      .cast<double>();
}

/// The network that most tests use, evaluated apart from the program: tanh, sigmoid, softmax.
struct Evaluated {
  Eigen::MatrixXd x, y, w1, w2, w3;
  Eigen::ArrayXXd h1, h2, out;
  Evaluated(const Network& network, const Task& task)
      : Evaluated(network, task.inputs.cast<double>(), task.targets.cast<double>()) {}
  Evaluated(const Network& network, const Eigen::MatrixXd& inputs, const Eigen::MatrixXd& targets)
      : x(inputs),
        y(targets),
        w1(weights_of(network, 0)),
        w2(weights_of(network, 1)),
        w3(weights_of(network, 2)) {
    h1 = (x * w1.transpose()).array().tanh();
    h2 = sigmoid(h1.matrix() * w2.transpose());
    out = softmax(h2.matrix() * w3.transpose());
  }
  static Eigen::ArrayXXd sigmoid(const Eigen::MatrixXd& z) {
    return 1.0 / (1.0 + (-z.array()).exp());
  }
  static Eigen::ArrayXXd softmax(const Eigen::MatrixXd& z) {
    Eigen::ArrayXXd p = z.array().exp();
    p.colwise() /= p.rowwise().sum().eval();
    return p;
  }
  [[nodiscard]] Eigen::MatrixXd error() const { return out.matrix() - y; }
  [[nodiscard]] Eigen::ArrayXXd slope1() const { return 1.0 - h1.square(); }
  [[nodiscard]] Eigen::ArrayXXd slope2() const { return h2 * (1.0 - h2); }
};
inline Network three_layers() {
  return small_net({dense(7, "tanh"), dense(6, "sigmoid"), dense(4, "softmax")}, "cross_entropy");
}

/// Whether a matrix of the program is one of the equations, to single precision.
inline bool agrees(const Batch& found, const Eigen::MatrixXd& expected) {
  return found.rows() == expected.rows() && found.cols() == expected.cols() &&
         expected.norm() > 1e-6 &&
         (found.cast<double>() - expected).norm() < 2e-5 * expected.norm();
}

}  // namespace memtrain::test
