#include <catch2/catch.hpp>

#include "tests/rule_fixture.h"

using namespace memtrain;
using namespace memtrain::test;

namespace {

Network relu_layers() {
  return small_net({dense(7, "relu"), dense(6, "relu"), dense(4, "softmax")}, "cross_entropy");
}

Eigen::MatrixXd normalised(const Eigen::MatrixXd& h) {
  Eigen::MatrixXd out = h;
  for (Index i = 0; i < h.rows(); ++i) {
    const double mean_square = h.row(i).squaredNorm() / static_cast<double>(h.cols());
    if (mean_square > 0) out.row(i) /= std::sqrt(mean_square + 1e-8);
  }
  return out;
}

/// Inputs with one-hot labels of this size written over their first features.
Eigen::MatrixXd labelled(const Task& task, const Eigen::MatrixXd& labels) {
  Eigen::MatrixXd x = task.inputs.cast<double>();
  x.leftCols(4) = labels;
  return x;
}

/// The label that a normalised input carries: one of its first four features is positive.
Eigen::MatrixXd label_in(const Batch& inputs) {
  return (inputs.leftCols(4).array() > 0.0F).cast<double>();
}

}  // namespace

TEST_CASE("FF's updates match an independent evaluation of its equations", "[rules]") {
  const std::string goodness = GENERATE("mean", "sum");
  Network network = relu_layers();
  const Task task;
  const Kept kept = asked("ff", {{"goodness", goodness}, {"threshold", 0.5}}, network, task);
  REQUIRE(kept.inputs[0].rows() == 12);
  const Eigen::MatrixXd right = label_in(kept.inputs[0].topRows(6));
  const Eigen::MatrixXd wrong = label_in(kept.inputs[0].bottomRows(6));
  CHECK(right == task.targets.cast<double>());
  CHECK(wrong.rowwise().sum().isOnes());
  CHECK(wrong.cwiseProduct(right).isZero());

  Eigen::MatrixXd x(12, 5);
  x << labelled(task, right), labelled(task, wrong);
  for (std::size_t l = 0; l < 2; ++l) {
    x = normalised(x);
    CHECK(agrees(kept.inputs[l], x));
    const Eigen::MatrixXd h = (x * weights_of(network, l).transpose()).cwiseMax(0.0);
    const double n = static_cast<double>(h.cols());
    const double scale = goodness == "sum" ? n : 1.0;
    const Eigen::ArrayXd g = h.rowwise().squaredNorm().array() / n * scale;
    Eigen::ArrayXd sign = Eigen::ArrayXd::Ones(12);
    sign.head(6) = -1.0;
    const Eigen::ArrayXd probability_of_error = 1.0 / (1.0 + (-sign * (g - 0.5 * scale)).exp());
    const Eigen::MatrixXd d = h.array().colwise() * (sign * probability_of_error * 2.0 / n * scale);
    CHECK(agrees(kept.deltas[l], d));
    CHECK(kept.losses[l] == Approx((1.0 + (sign * (g - 0.5 * scale)).exp()).log().mean()));
    x = h;
  }
}

TEST_CASE("FF's head reads a neutral label", "[rules]") {
  Network network = relu_layers();
  const Task task;
  const Kept kept = asked("ff", {}, network, task);
  Eigen::MatrixXd h = labelled(task, Eigen::MatrixXd::Constant(6, 4, 0.25));
  for (std::size_t l = 0; l < 2; ++l) {
    h = (normalised(h) * weights_of(network, l).transpose()).cwiseMax(0.0);
  }
  h = normalised(h);
  const Eigen::ArrayXXd p = Evaluated::softmax(h * weights_of(network, 2).transpose());
  CHECK(agrees(kept.inputs[2], h));
  CHECK(agrees(kept.deltas[2], p.matrix() - task.targets.cast<double>()));
}

TEST_CASE("FF without a head learns no output layer and cannot tell how training goes", "[rules]") {
  Network network = relu_layers();
  const Task task;
  Kept kept(3);
  const BatchResult result = find_rule_kind("ff")
                                 ->make({{"negatives", std::string("random")}}, {&network, 9})
                                 ->learn(network, {task.inputs, task.targets}, kept, {});
  CHECK(kept.gradients[2].size() == 0);
  CHECK(std::isnan(result.correct));
  CHECK(result.loss == Approx(kept.losses[0] + kept.losses[1]));
}

TEST_CASE("FF finds the label with the largest goodness of the layers above the first", "[rules]") {
  Network network = relu_layers();
  const Task task;
  Batch outputs;
  find_rule_kind("ff")->make({}, {&network, 9})->predict(network, task.inputs, outputs, {});
  Eigen::MatrixXd goodness(6, 4);
  for (Index label = 0; label < 4; ++label) {
    Eigen::MatrixXd labels = Eigen::MatrixXd::Zero(6, 4);
    labels.col(label).setOnes();
    Eigen::MatrixXd h = labelled(task, labels);
    for (std::size_t l = 0; l < 2; ++l) {
      h = (normalised(h) * weights_of(network, l).transpose()).cwiseMax(0.0);
    }
    goodness.col(label) = h.rowwise().squaredNorm();
  }
  CHECK(agrees(outputs, Evaluated::softmax(goodness)));
}

TEST_CASE("FF can predict by its head, and tells labels by inputs of any size", "[rules]") {
  Network network = relu_layers();
  const Task task;
  Batch outputs;
  find_rule_kind("ff")
      ->make({{"predict", std::string("head")}, {"label_value", 2.0}}, {&network, 9})
      ->predict(network, task.inputs, outputs, {});
  Eigen::MatrixXd h = labelled(task, Eigen::MatrixXd::Constant(6, 4, 0.5));
  for (std::size_t l = 0; l < 2; ++l) {
    h = (normalised(h) * weights_of(network, l).transpose()).cwiseMax(0.0);
  }
  CHECK(agrees(outputs, Evaluated::softmax(normalised(h) * weights_of(network, 2).transpose())));
}

TEST_CASE("hard negatives are the wrong labels that the head finds likely", "[rules][statistics]") {
  // one sample 4000 times: labels are drawn anew for each
  Network network = relu_layers();
  Task task;
  task.inputs = Batch::Random(1, 5).replicate(4000, 1);
  task.targets = Batch::Zero(4000, 4);
  task.targets.col(1).setOnes();
  const Kept kept = asked("ff", {}, network, task);
  const Eigen::VectorXd drawn = label_in(kept.inputs[0].bottomRows(4000)).colwise().mean();
  // the head's probabilities, from its error: p − y
  Eigen::VectorXd likely = kept.deltas[2].row(0).cast<double>().transpose();
  likely(1) = 0.0;
  likely /= likely.sum();
  for (Index label = 0; label < 4; ++label) {
    const double deviation = std::sqrt(likely(label) * (1 - likely(label)) / 4000);
    CHECK(std::abs(drawn(label) - likely(label)) <= 5 * deviation);
  }
}
