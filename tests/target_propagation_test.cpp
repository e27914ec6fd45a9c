#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "tests/rule_fixture.h"

using namespace memtrain;
using namespace memtrain::test;

namespace {

/// The initial weights of the inverse of a layer [below × above].
Eigen::MatrixXd inverse_of(std::size_t layer, Index below, Index above) {
  return initial_weights("xavier_uniform", below, above,
                         {.seed = 9, .layer = feedback_streams(layer)})
      .cast<double>();
}

}  // namespace

TEST_CASE("TP's and DTP's updates match an independent evaluation of their equations", "[rules]") {
  const std::string rule = GENERATE("tp", "dtp");
  const std::string top = GENERATE("output", "gradient");
  Network network = three_layers();
  const Task task;
  const Kept kept = asked(rule, {{"target_step", 0.4}, {"top", top}}, network, task);
  const Evaluated e(network, task);
  const Eigen::MatrixXd v2 = inverse_of(1, 7, 6);
  const Eigen::MatrixXd v3 = inverse_of(2, 6, 4);
  const auto g2 = [&](const Eigen::MatrixXd& h) -> Eigen::ArrayXXd {
    return (h * v2.transpose()).array().tanh();
  };
  const auto g3 = [&](const Eigen::MatrixXd& h) { return Evaluated::sigmoid(h * v3.transpose()); };
  const double corrected = rule == "dtp" ? 1.0 : 0.0;
  Eigen::ArrayXXd t2;
  if (top == "output") {
    const Eigen::ArrayXXd t3 = e.out - 0.4 * e.error().array();
    t2 = g3(t3.matrix()) + corrected * (e.h2 - g3(e.out.matrix()));
  } else {
    t2 = e.h2 - 0.4 * (e.error() * e.w3).array();
  }
  const Eigen::ArrayXXd t1 = g2(t2.matrix()) + corrected * (e.h1 - g2(e.h2.matrix()));
  CHECK(agrees(kept.deltas[0], (e.h1 - t1) * e.slope1()));
  CHECK(agrees(kept.deltas[1], (e.h2 - t2) * e.slope2()));
  CHECK(agrees(kept.deltas[2], e.error()));
  CHECK(agrees(kept.inputs[1], e.h1));
  CHECK(kept.losses[0] == Approx(0.5 * (e.h1 - t1).square().sum() / 6));
  CHECK(find_rule_kind(rule)->needs({{"top", top}}).transposed_read == (top == "gradient"));
}

TEST_CASE("the highest target is a step of the outputs towards the targets, whatever their slope",
          "[rules]") {
  Network network = small_net({dense(7, "tanh"), dense(4, "tanh")}, "squared_error");
  const Task task;
  const Kept kept = asked("tp", {{"target_step", 0.4}}, network, task);
  const Eigen::MatrixXd x = task.inputs.cast<double>();
  const Eigen::ArrayXXd h = (x * weights_of(network, 0).transpose()).array().tanh();
  const Eigen::ArrayXXd out = (h.matrix() * weights_of(network, 1).transpose()).array().tanh();
  const Eigen::MatrixXd target = out - 0.4 * (out - task.targets.cast<double>().array());
  const Eigen::ArrayXXd t1 = (target * inverse_of(1, 7, 4).transpose()).array().tanh();
  CHECK(agrees(kept.deltas[0], (h - t1) * (1.0 - h.square())));
}

TEST_CASE("inverses on devices are written with random numbers of their own in every step",
          "[rules]") {
  Network network = three_layers();
  const Task task;
  ArraySettings noisy{.kind = "crossbar", .device = find_device_model("soft_bounds")};
  const auto rule = find_rule_kind("dtp")->make(
      {{"inverse_steps", std::int64_t{2}}, {"inverse_noise", 0.0}}, {&network, 9, noisy});
  class Passes final : public OuterProducts {
   public:
    void add(Weights&, const BatchIn&, const BatchIn&, Index) override {}
    void add_feedback(Weights& weights, const BatchIn&, const BatchIn&, const Pass& pass) override {
      reads[weights.name()].insert(pass.read);
    }
    std::map<std::string, std::set<int>> reads;
  } passes;
  rule->learn(network, {task.inputs, task.targets}, passes, {});
  CHECK(passes.reads.size() == 2);
  for (const auto& [name, reads] : passes.reads) CHECK(reads.size() == 2);
}

TEST_CASE("inverses learn to undo their layer around its inputs", "[rules]") {
  Network network = three_layers();
  const Task task;
  const Kept kept = asked("dtp", {{"inverse_noise", 0.0}}, network, task);
  const Evaluated e(network, task);
  const Eigen::ArrayXXd restored = (e.h2.matrix() * inverse_of(1, 7, 6).transpose()).array().tanh();
  REQUIRE(kept.feedback_deltas.size() == 2);
  CHECK(agrees(kept.feedback_inputs[0], e.h2));
  CHECK(agrees(kept.feedback_deltas[0], (restored - e.h1) * (1.0 - restored.square())));
  // noise of 0.2 moves what is read by about as much
  const Kept noisy =
      asked("dtp", {{"inverse_noise", 0.2}, {"inverse_steps", std::int64_t{3}}}, network, task);
  REQUIRE(noisy.feedback_deltas.size() == 6);
  CHECK(noisy.feedback_inputs[0] != noisy.feedback_inputs[2]);
  CHECK((noisy.feedback_inputs[0].cast<double>().array() - e.h2).abs().maxCoeff() < 0.3);
}

TEST_CASE("an activity without error is its own target in DTP, whatever the inverses", "[rules]") {
  Network network = three_layers();
  const Task task;
  const Kept dtp = asked("dtp", {{"target_step", 0.0}}, network, task);
  const Kept tp = asked("tp", {{"target_step", 0.0}}, network, task);
  CHECK(dtp.gradients[0].norm() < 1e-7F);
  CHECK(dtp.gradients[1].norm() < 1e-7F);
  CHECK(tp.gradients[0].norm() > 1e-3F);
}

TEST_CASE("DTP with exact inverses of a linear net gives targets that reduce the loss", "[rules]") {
  const Task task;
  ArraySettings adam{.kind = "exact"};
  adam.crosspoints.optimiser.method = OptimiserMethod::adam;
  Network network =
      small_net({dense(4, "linear"), dense(4, "linear"), dense(4, "linear")}, "squared_error");
  const auto rule = find_rule_kind("dtp")->make({{"target_step", 0.3}}, {&network, 9, adam});
  Batch before;
  rule->predict(network, task.inputs, before, {});
  Batch inputs = Batch::Random(64, 5);
  for (std::uint32_t step = 0; step < 6000; ++step) {
    Kept teach(3, step < 4000 ? 0.01F : 0.001F);
    rule->learn(network, {inputs, Batch::Zero(64, 4)}, teach, {.seed = 1, .batch = step});
  }
  Kept kept(3);
  rule->learn(network, {task.inputs, task.targets}, kept, {});
  const double loss = (before - task.targets).squaredNorm();
  for (const std::size_t hidden : {0U, 1U}) {
    // carried on from the target of this layer, the outputs are those of the highest target
    Batch h = kept.inputs[hidden + 1] - kept.deltas[hidden];
    for (std::size_t l = hidden + 1; l < 3; ++l) {
      h = (h * network.weights(l).array().weights().transpose()).eval();
    }
    CHECK((h - task.targets).squaredNorm() == Approx(0.7 * 0.7 * loss).epsilon(0.05));
  }
}
