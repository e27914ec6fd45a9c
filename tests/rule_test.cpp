#include <catch2/catch.hpp>
#include <cmath>
#include <map>

#include "tests/rule_fixture.h"

using namespace memtrain;
using namespace memtrain::test;

namespace {

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
    weights.emplace_back(network.weights(l).array().weights().cast<double>());
  const Kept kept = asked("bp", {}, network, task);
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

TEST_CASE("readout learns the output layer as BP does and leaves hidden layers alone", "[rules]") {
  Network network = small_net({dense(7, "tanh"), dense(4, "softmax")}, "cross_entropy");
  const Task task;
  const Kept readout = asked("readout", {}, network, task);
  CHECK(readout.gradients[0].size() == 0);
  CHECK(readout.gradients[1] == asked("bp", {}, network, task).gradients[1]);
}

TEST_CASE("a rule reads what it declares, and its multiply-accumulates are those of its equations",
          "[rules][contract]") {
  const Batch inputs = Batch::Random(2, 784);
  Batch targets = Batch::Zero(2, 10);
  targets.col(3).setOnes();
  // per sample: a forward pass or all outer products; without the first layer; feedback
  const double pass = 784 * 1024 + 1024 * 128 + 128 * 10;
  const double above = 1024 * 128 + 128 * 10;
  const double direct = 1024 * 10 + 128 * 10;
  const std::map<std::string_view, double> macs{
      // totals of the sheet that accompanies the FTP paper; as there, the error itself counts
      {"bp", 2002698},
      {"pepita", 2813354},
      {"ftp", 2023178},
      {"readout", pass + 128 * 10 + 10},
      {"fa", 2 * pass + above + 10},
      {"dfa", 2 * pass + direct + 10},
      {"drtp", 2 * pass + direct + 10},
      // inverses: a noisy read of their layer, a read and an outer product of their own; then one
      // read for a target, or two
      {"tp", 2 * pass + 3 * above + above + 10},
      {"dtp", 2 * pass + 3 * above + 2 * above + 10},
      // neutral, positive and negative pass, two outer products; the head is read and learns once
      // the squares of what is read (for normalisation) and of activities (goodness) count too
      {"ff", 5 * (784 * 1024 + 1024 * 128) + 2 * 128 * 10 + 10 + 3 * (784 + 1024 + 128) +
                 2 * (1024 + 128)}};
  for (const RuleKind* kind : rule_kinds()) {
    INFO(kind->name);
    const Needs needs = kind->needs({});
    Network network = small_net({dense(1024, "tanh"), dense(128, "tanh"), dense(10, "softmax")},
                                "cross_entropy", 784);
    const auto rule = kind->make({}, {&network, 1});
    Apply apply(0.01F);
    rule->learn(network, {inputs, targets}, apply, {});
    Account account = network.account();
    account += rule->account();
    CHECK((account[CostPhase::transposed].transposed_reads > 0) == needs.transposed_read);
    CHECK((account[CostPhase::second_forward].forward_reads > 0) == needs.second_forward_read);
    CHECK((account[CostPhase::projection].macs > 0) == needs.feedback_arrays);
    CHECK(account.total().macs / 2 == macs.at(kind->name));
  }
}

TEST_CASE("no rule changes weights while its updates are measured", "[rules][contract]") {
  const Task task;
  for (const RuleKind* kind : rule_kinds()) {
    INFO(kind->name);
    Network network = three_layers();
    const Network untouched = three_layers();
    const Kept once = asked(kind->name, {}, network, task);
    const Kept again = asked(kind->name, {}, network, task);
    for (std::size_t l = 0; l < network.size(); ++l) {
      CHECK(network.weights(l).array().weights() == untouched.weights(l).array().weights());
      CHECK(once.gradients[l] == again.gradients[l]);
    }
  }
}

TEST_CASE("every rule learns a task of four classes", "[rules]") {
  // four classes, told by which of four features is large, in noise
  Batch inputs(64, 12);
  Batch targets = Batch::Zero(64, 4);
  for (Index i = 0; i < 64; ++i) {
    fill_uniform({.seed = 4}, static_cast<std::uint32_t>(i), {inputs.row(i).data(), 12});
    inputs.row(i) *= 0.3F;
    inputs(i, 4 + i % 4) += 1.0F;
    targets(i, i % 4) = 1.0F;
  }
  for (const RuleKind* kind : rule_kinds()) {
    INFO(kind->name);
    Network network =
        small_net({dense(32, "tanh"), dense(16, "tanh"), dense(4, "softmax")}, "cross_entropy", 12);
    const auto rule = kind->make({}, {&network, 1});
    Apply apply(0.1F);
    Batch outputs;
    for (std::uint32_t step = 0; step < 300; ++step) {
      rule->learn(network, {inputs, targets}, apply, {.seed = 1, .batch = step});
    }
    rule->predict(network, inputs, outputs, {.phase = Phase::evaluation});
    // inverses that restore poorly are errors to TP: it is only better than chance, which is 16
    CHECK(network.count_correct(outputs, targets) >= (kind->name == "tp" ? 28 : 56));
    CHECK(outputs.rowwise().sum().isOnes(1e-4F));
  }
}
