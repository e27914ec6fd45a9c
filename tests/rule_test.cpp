#include <catch2/catch.hpp>
#include <cmath>

#include "models/layers/initialiser.h"
#include "models/rules/learning_rule.h"
#include "sim/run/alignment.h"

using namespace memtrain;

namespace {

class Kept final : public OuterProducts {
 public:
  explicit Kept(std::size_t layers) : gradients(layers), deltas(layers) {}
  void add(std::size_t layer, const BatchIn& x, const BatchIn& d) override {
    gradients[layer] = d.transpose() * x / static_cast<float>(x.rows());
    deltas[layer] = d;
  }
  std::vector<Matrix> gradients;  ///< ∂loss/∂W as the rule sees it
  std::vector<Batch> deltas;
};

LayerSettings dense(std::int64_t units, const std::string& activation) {
  return {"dense", {{"units", units}, {"activation", activation}}};
}

Network small_net(const std::vector<LayerSettings>& layers, const std::string& loss,
                  Index inputs = 5) {
  return make_network(layers, find_loss(loss), {.kind = "exact"}, inputs, 3);
}

struct Task {
  Batch inputs = Batch::Random(6, 5), targets = Batch::Zero(6, 4);
  Task() {
    for (Index i = 0; i < 6; ++i) targets(i, i % 4) = 1.0F;
  }
};

/// The mean loss in double precision, evaluated apart from the program's layers.
double loss_of(const std::vector<Eigen::MatrixXd>& weights,
               const std::vector<LayerSettings>& layers, const std::string& loss,
               const Task& task) {
  Eigen::MatrixXd h = task.inputs.cast<double>();
  for (std::size_t l = 0; l < weights.size(); ++l) {
    const Eigen::MatrixXd z = h * weights[l].transpose();
    const auto& f = std::get<std::string>(layers[l].values.at("activation"));
    if (f == "tanh") h = z.array().tanh();
    if (f == "relu") h = z.cwiseMax(0.0);
    if (f == "sigmoid") h = 1.0 / (1.0 + (-z.array()).exp());
    if (f == "linear") h = z;
    if (f == "softmax") {
      h = z.array().exp();
      h.array().colwise() /= h.array().rowwise().sum().eval();
    }
  }
  const Eigen::ArrayXXd y = task.targets.cast<double>().array();
  const double sum =
      loss == "cross_entropy" ? -(y * h.array().log()).sum() : 0.5 * (h.array() - y).square().sum();
  return sum / static_cast<double>(y.rows());
}

}  // namespace

TEST_CASE("BP's gradients match central finite differences", "[rules]") {
  const auto [layers, loss] = GENERATE(
      std::pair<std::vector<LayerSettings>, std::string>{
          {dense(7, "tanh"), dense(6, "sigmoid"), dense(4, "softmax")}, "cross_entropy"},
      std::pair<std::vector<LayerSettings>, std::string>{{dense(7, "relu"), dense(4, "linear")},
                                                         "squared_error"},
      std::pair<std::vector<LayerSettings>, std::string>{{dense(5, "sigmoid"), dense(4, "tanh")},
                                                         "squared_error"});
  Network network = small_net(layers, loss);
  const Task task;
  std::vector<Eigen::MatrixXd> weights;
  for (std::size_t l = 0; l < network.size(); ++l)
    weights.push_back(network.layer(l).array().weights().cast<double>());
  Kept kept(network.size());
  find_rule_kind("bp")
      ->make({}, {&network, 1})
      ->learn(network, {task.inputs, task.targets}, kept, {});
  for (std::size_t l = 0; l < weights.size(); ++l) {
    Eigen::MatrixXd numeric(weights[l].rows(), weights[l].cols());
    for (Index i = 0; i < numeric.size(); ++i) {
      const double before = weights[l](i);
      weights[l](i) = before + 1e-5;
      const double above = loss_of(weights, layers, loss, task);
      weights[l](i) = before - 1e-5;
      numeric(i) = (above - loss_of(weights, layers, loss, task)) / 2e-5;
      weights[l](i) = before;
    }
    CHECK((kept.gradients[l].cast<double>() - numeric).norm() < 1e-3 * numeric.norm());
    CHECK(numeric.norm() > 1e-4);
  }
}

TEST_CASE("FTP's updates match an independent evaluation of its equations", "[rules]") {
  const std::string entry = GENERATE("first_hidden", "input");
  Network network =
      small_net({dense(7, "tanh"), dense(6, "sigmoid"), dense(4, "softmax")}, "cross_entropy");
  const Task task;
  Kept kept(3);
  const ParameterValues settings{{"gamma", 0.7},
                                 {"feedback_scale", 1.5},
                                 {"nonlinearity", std::string("tanh")},
                                 {"entry", entry}};
  find_rule_kind("ftp")
      ->make(settings, {&network, 9})
      ->learn(network, {task.inputs, task.targets}, kept, {});

  const Eigen::MatrixXd w1 = network.layer(0).array().weights().cast<double>();
  const Eigen::MatrixXd w2 = network.layer(1).array().weights().cast<double>();
  const Eigen::MatrixXd w3 = network.layer(2).array().weights().cast<double>();
  const Eigen::MatrixXd g = 1.5 * initial_weights("normal", entry == "input" ? 5 : 7, 4,
                                                  {.seed = 9, .purpose = Purpose::feedback_weights})
                                      .cast<double>();
  const auto sigmoid = [](const Eigen::MatrixXd& z) -> Eigen::ArrayXXd {
    return 1.0 / (1.0 + (-z.array()).exp());
  };
  const Eigen::MatrixXd x = task.inputs.cast<double>(), y = task.targets.cast<double>();
  const Eigen::ArrayXXd h1 = (x * w1.transpose()).array().tanh();
  const Eigen::ArrayXXd h2 = sigmoid(h1.matrix() * w2.transpose());
  Eigen::ArrayXXd out = (h2.matrix() * w3.transpose()).array().exp();
  out.colwise() /= out.rowwise().sum().eval();
  const Eigen::ArrayXXd shift =
      0.7 * ((y * g.transpose()).array().tanh() - (out.matrix() * g.transpose()).array().tanh());
  Eigen::ArrayXXd t1;
  if (entry == "input") {
    t1 = ((x.array() + shift).matrix() * w1.transpose()).array().tanh();
  } else {
    t1 = h1 + shift;
  }
  const Eigen::ArrayXXd t2 = sigmoid(t1.matrix() * w2.transpose());
  const Eigen::MatrixXd d1 = (h1 - t1) * (1 - h1.square());
  const Eigen::MatrixXd d2 = (h2 - t2) * h2 * (1 - h2);
  const Eigen::MatrixXd d3 = out.matrix() - y;
  CHECK((kept.gradients[0].cast<double>() - d1.transpose() * x / 6).norm() < 1e-5 * d1.norm());
  CHECK((kept.gradients[1].cast<double>() - d2.transpose() * h1.matrix() / 6).norm() <
        1e-5 * d2.norm());
  CHECK((kept.gradients[2].cast<double>() - d3.transpose() * h2.matrix() / 6).norm() <
        1e-5 * d3.norm());
  CHECK(d1.norm() > 0.01);
}

TEST_CASE("with gamma 0, FTP asks for no hidden update", "[rules]") {
  Network network =
      small_net({dense(7, "tanh"), dense(6, "tanh"), dense(4, "softmax")}, "cross_entropy");
  const Task task;
  Kept kept(3);
  find_rule_kind("ftp")
      ->make({{"gamma", 0.0}}, {&network, 9})
      ->learn(network, {task.inputs, task.targets}, kept, {});
  CHECK(kept.gradients[0].norm() == 0.0F);
  CHECK(kept.gradients[1].norm() == 0.0F);
  CHECK(kept.gradients[2].norm() > 0.0F);
}

TEST_CASE("readout learns the output layer as BP does and leaves hidden layers alone", "[rules]") {
  Network network = small_net({dense(7, "tanh"), dense(4, "softmax")}, "cross_entropy");
  const Task task;
  Kept bp(2), readout(2);
  find_rule_kind("bp")
      ->make({}, {&network, 1})
      ->learn(network, {task.inputs, task.targets}, bp, {});
  find_rule_kind("readout")
      ->make({}, {&network, 1})
      ->learn(network, {task.inputs, task.targets}, readout, {});
  CHECK(readout.gradients[0].size() == 0);
  CHECK(readout.gradients[1] == bp.gradients[1]);
}

TEST_CASE("a rule reads what it declares, and its multiply-accumulates are those of its equations",
          "[rules][contract]") {
  class Apply final : public OuterProducts {
   public:
    explicit Apply(Network& network) : network_(network) {}
    void add(std::size_t layer, const BatchIn& x, const BatchIn& d) override {
      network_.layer(layer).update(x, d, 0.01F, {});
    }

   private:
    Network& network_;
  };
  const Batch inputs = Batch::Random(2, 784);
  Batch targets = Batch::Zero(2, 10);
  targets.col(3).setOnes();
  for (const RuleKind* kind : rule_kinds()) {
    INFO(kind->name);
    Network network = small_net({dense(1024, "tanh"), dense(128, "tanh"), dense(10, "softmax")},
                                "cross_entropy", 784);
    const auto rule = kind->make({}, {&network, 1});
    Apply apply(network);
    rule->learn(network, {inputs, targets}, apply, {});
    Events events = network.events();
    CHECK((events.transposed_reads > 0) == kind->needs.transposed_read);
    CHECK((events.forward_reads > 2 * 3) == kind->needs.second_forward_read);
    events += rule->events();
    // totals of the sheet that accompanies the FTP paper, which adds 10 for the error itself
    if (kind->name == "bp") CHECK(events.macs / 2 == 2002698 - 10);
    // and a second read of the output layer, which no target needs
    if (kind->name == "ftp") CHECK(events.macs / 2 == 2023178 - 10 - 128 * 10);
  }
}

TEST_CASE("the angle between sums of outer products is that of the matrices they form", "[run]") {
  const Batch x1 = Batch::Random(4, 6), d1 = Batch::Random(4, 3), x2 = Batch::Random(4, 6),
              d2 = Batch::Random(4, 3);
  const Eigen::MatrixXd a = (d1.transpose() * x1).cast<double>(),
                        b = (d2.transpose() * x2).cast<double>();
  const double expected =
      std::acos((a.array() * b.array()).sum() / a.norm() / b.norm()) * 180 / 3.14159265358979;
  CHECK(angle_between(x1, d1, x2, d2) == Approx(expected).epsilon(1e-5));
  CHECK(angle_between(x1, d1, x1, d1) == Approx(0.0).margin(0.05));
  CHECK(angle_between(x1, d1, x1, -d1) == Approx(180.0).margin(0.05));
  CHECK(std::isnan(angle_between(x1, Batch::Zero(4, 3), x2, d2)));
}

TEST_CASE("learning_rate_scale multiplies the steps of a layer's weights and biases", "[layers]") {
  const Task task;
  const auto learned = [&](double scale, float rate) {
    LayerSettings settings = dense(4, "tanh");
    settings.values["learning_rate_scale"] = scale;
    Network network = small_net({settings}, "squared_error");
    for (int step = 0; step < 3; ++step)
      network.layer(0).update(task.inputs, task.targets, rate, {});
    return network;
  };
  // a power of two: the products are the same to the last bit
  const Network plain = learned(1.0, 0.5F);
  const Network scaled = learned(0.25, 2.0F);
  CHECK(scaled.layer(0).array().weights() == plain.layer(0).array().weights());
  CHECK(scaled.layer(0).bias() == plain.layer(0).bias());
  const Network untouched = small_net({dense(4, "tanh")}, "squared_error");
  CHECK(plain.layer(0).array().weights() != untouched.layer(0).array().weights());
  const Network still = learned(0.0, 0.5F);
  CHECK(still.layer(0).array().weights() == untouched.layer(0).array().weights());
  CHECK(still.layer(0).bias().isZero(0));
}

TEST_CASE("a layer with bias = false keeps it at 0 and learns its weights all the same",
          "[layers]") {
  const Task task;
  const auto learned = [&](bool bias) {
    LayerSettings settings = dense(4, "tanh");
    settings.values["bias"] = bias;
    Network network = small_net({settings}, "squared_error");
    network.layer(0).update(task.inputs, task.targets, 0.5F, {});
    return network;
  };
  const Network with = learned(true);
  const Network without = learned(false);
  CHECK_FALSE(with.layer(0).bias().isZero(0));
  CHECK(without.layer(0).bias().isZero(0));
  CHECK(without.layer(0).array().weights() == with.layer(0).array().weights());
}

TEST_CASE("initial weights have the variance of their name", "[layers][statistics]") {
  const auto [name, variance] = GENERATE(table<std::string, double>({{"normal", 1.0 / 500},
                                                                     {"xavier_uniform", 2.0 / 800},
                                                                     {"xavier_normal", 2.0 / 800},
                                                                     {"he_uniform", 2.0 / 500},
                                                                     {"he_normal", 2.0 / 500}}));
  const Matrix w = initial_weights(name, 300, 500, {.seed = 2});
  CHECK(w.cast<double>().squaredNorm() / 150000 ==
        Approx(variance).epsilon(5 * std::sqrt(2.0 / 150000)));
  CHECK(std::abs(w.cast<double>().mean()) < 5 * std::sqrt(variance / 150000));
}
