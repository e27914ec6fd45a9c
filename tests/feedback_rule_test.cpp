#include <catch2/catch.hpp>
#include <cmath>

#include "tests/rule_fixture.h"

using namespace memtrain;
using namespace memtrain::test;

TEST_CASE("FA's updates match an independent evaluation of its equations", "[rules]") {
  Network network = three_layers();
  const Task task;
  const Kept kept = asked("fa", {{"feedback_scale", 0.5}}, network, task);
  const Evaluated e(network, task);
  const Eigen::MatrixXd b2 = 0.5 * feedback_of(9, 0, 7, 6);
  const Eigen::MatrixXd b3 = 0.5 * feedback_of(9, 1, 6, 4);
  const Eigen::MatrixXd d2 = (e.error() * b3.transpose()).array() * e.slope2();
  CHECK(agrees(kept.deltas[0], (d2 * b2.transpose()).array() * e.slope1()));
  CHECK(agrees(kept.deltas[1], d2));
  CHECK(agrees(kept.deltas[2], e.error()));
  CHECK(agrees(kept.inputs[1], e.h1));
}

TEST_CASE("FA whose matrices are the transposed weights equals BP", "[rules]") {
  Network network = three_layers();
  const Task task;
  const ParameterValues transposed{{"feedback", std::string("transposed")}};
  const Kept fa = asked("fa", transposed, network, task);
  const Kept bp = asked("bp", {}, network, task);
  for (std::size_t l = 0; l < 3; ++l) {
    CHECK((fa.gradients[l] - bp.gradients[l]).norm() < 1e-6F * bp.gradients[l].norm());
  }
  CHECK(find_rule_kind("fa")->needs(transposed).symmetric_weights);
  CHECK_FALSE(find_rule_kind("fa")->needs({}).symmetric_weights);
}

TEST_CASE("DFA's and DRTP's updates match an independent evaluation of their equations",
          "[rules]") {
  const std::string rule = GENERATE("dfa", "sign", "drtp");
  Network network = three_layers();
  const Task task;
  ParameterValues settings{{"feedback_scale", 0.5}};
  if (rule == "sign") settings["error"] = rule;
  const Kept kept = asked(rule == "drtp" ? "drtp" : "dfa", settings, network, task);
  const Evaluated e(network, task);
  const Eigen::MatrixXd sent = rule == "drtp"   ? Eigen::MatrixXd(-e.y)
                               : rule == "sign" ? Eigen::MatrixXd(e.error().array().sign())
                                                : e.error();
  const Eigen::MatrixXd b1 = 0.5 * feedback_of(9, 0, 7, 4);
  const Eigen::MatrixXd b2 = 0.5 * feedback_of(9, 1, 6, 4);
  CHECK(agrees(kept.deltas[0], (sent * b1.transpose()).array() * e.slope1()));
  CHECK(agrees(kept.deltas[1], (sent * b2.transpose()).array() * e.slope2()));
  CHECK(agrees(kept.deltas[2], e.error()));
  CHECK(agrees(kept.inputs[2], e.h2));
}

TEST_CASE("DFA with one hidden layer equals FA", "[rules]") {
  Network network = small_net({dense(7, "tanh"), dense(4, "softmax")}, "cross_entropy");
  const Task task;
  const Kept fa = asked("fa", {}, network, task);
  const Kept dfa = asked("dfa", {}, network, task);
  CHECK(fa.gradients[0] == dfa.gradients[0]);
  CHECK(fa.gradients[1] == dfa.gradients[1]);
  CHECK(fa.gradients[0].norm() > 0.0F);
}

TEST_CASE("PEPITA's updates match an independent evaluation of its equations", "[rules]") {
  Network network = three_layers();
  const Task task;
  const Kept kept = asked("pepita", {{"feedback_scale", 0.3}}, network, task);
  const Evaluated first(network, task);
  // uniform on ±sqrt(6/5), from a stream of uniform numbers on (−1, 1)
  Eigen::MatrixXd f(5, 4);
  for (Index i = 0; i < 5; ++i) {
    std::array<float, 4> row{};
    fill_uniform({.seed = 9, .purpose = Purpose::feedback_weights}, static_cast<std::uint32_t>(i),
                 row);
    for (Index j = 0; j < 4; ++j)
      f(i, j) = 0.3 * std::sqrt(6.0 / 5) * row[static_cast<std::size_t>(j)];
  }
  const Eigen::MatrixXd shifted = first.x + first.error() * f.transpose();
  const Evaluated second(network, shifted, first.y);
  CHECK(agrees(kept.deltas[0], first.h1 - second.h1));
  CHECK(agrees(kept.deltas[1], first.h2 - second.h2));
  CHECK(agrees(kept.deltas[2], second.error()));
  CHECK(agrees(kept.inputs[0], shifted));
  CHECK(agrees(kept.inputs[1], second.h1));
  CHECK(agrees(kept.inputs[2], second.h2));
  CHECK(kept.losses[0] == Approx(0.5 * (first.h1 - second.h1).square().sum() / 6));
}

TEST_CASE("PEPITA with F = 0 leaves hidden layers alone and learns the output as BP does",
          "[rules]") {
  Network network = three_layers();
  const Task task;
  const Kept kept = asked("pepita", {{"feedback_scale", 0.0}}, network, task);
  CHECK(kept.gradients[0].norm() == 0.0F);
  CHECK(kept.gradients[1].norm() == 0.0F);
  CHECK(kept.gradients[2] == asked("bp", {}, network, task).gradients[2]);
}

TEST_CASE("feedback matrices live in the arrays they are told to", "[rules]") {
  const Task task;
  for (const std::string rule : {"ftp", "fa", "dfa", "drtp", "pepita", "tp", "dtp"}) {
    INFO(rule);
    Network network = three_layers();
    // ideal devices, read with the coarsest converter: other updates, and conversions are counted
    ArraySettings coarse{.kind = "crossbar", .device = find_device_model("ideal")};
    coarse.circuits.forward.adc.bits = 2;
    coarse.circuits.forward.adc.bound = 1.0F;
    const auto learner = find_rule_kind(rule)->make({}, {&network, 9, coarse});
    Kept kept(3);
    learner->learn(network, {task.inputs, task.targets}, kept, {});
    CHECK(kept.gradients[0] != asked(rule, {}, network, task).gradients[0]);
    CHECK(learner->account().total().converters.adc_conversions > 0);
  }
}
