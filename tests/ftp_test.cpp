#include <catch2/catch.hpp>

#include "tests/rule_fixture.h"

using namespace memtrain;
using namespace memtrain::test;

namespace {

/// FTP's targets and errors for the network of three layers, evaluated apart from the program.
struct Targets {
  Eigen::ArrayXXd t1, t2;
};

Eigen::ArrayXXd projected(const Eigen::MatrixXd& y, const Eigen::MatrixXd& g) {
  return (y * g.transpose()).array().tanh();
}

}  // namespace

TEST_CASE("FTP's updates match an independent evaluation of its equations", "[rules]") {
  const std::string entry = GENERATE("first_hidden", "every_hidden", "input");
  Network network = three_layers();
  const Task task;
  const Kept kept = asked("ftp",
                          {{"gamma", 0.7},
                           {"feedback_scale", 1.5},
                           {"nonlinearity", std::string("tanh")},
                           {"entry", entry}},
                          network, task);
  const Evaluated e(network, task);
  const auto shift = [&](std::uint16_t number, Index width) -> Eigen::ArrayXXd {
    const Eigen::MatrixXd g = 1.5 * feedback_of(9, number, width, 4);
    return 0.7 * (projected(e.y, g) - projected(e.out.matrix(), g));
  };
  Eigen::ArrayXXd t1 = e.h1;
  if (entry == "input") {
    t1 = ((e.x.array() + shift(0, 5)).matrix() * e.w1.transpose()).array().tanh();
  } else {
    t1 += shift(0, 7);
  }
  Eigen::ArrayXXd t2 = Evaluated::sigmoid(t1.matrix() * e.w2.transpose());
  if (entry == "every_hidden") t2 += shift(1, 6);
  CHECK(agrees(kept.deltas[0], (e.h1 - t1) * e.slope1()));
  CHECK(agrees(kept.deltas[1], (e.h2 - t2) * e.slope2()));
  CHECK(agrees(kept.deltas[2], e.error()));
  CHECK(kept.inputs[0] == task.inputs);
  CHECK(agrees(kept.inputs[1], e.h1));
  CHECK(agrees(kept.inputs[2], e.h2));
  CHECK(kept.losses[0] == Approx(0.5 * (e.h1 - t1).square().sum() / 6));
  CHECK(kept.losses[1] == Approx(0.5 * (e.h2 - t2).square().sum() / 6));
}

TEST_CASE("FTP with difference = contrast compares a target of the label with one of the output",
          "[rules]") {
  Network network = three_layers();
  const Task task;
  const Kept kept =
      asked("ftp", {{"gamma", 0.7}, {"difference", std::string("contrast")}}, network, task);
  const Evaluated e(network, task);
  const Eigen::MatrixXd g = feedback_of(9, 0, 7, 4);
  const Eigen::ArrayXXd wanted = e.h1 + 0.7 * projected(e.y, g);
  const Eigen::ArrayXXd found = e.h1 + 0.7 * projected(e.out.matrix(), g);
  CHECK(agrees(kept.deltas[0], (found - wanted) * e.slope1()));
  CHECK(agrees(kept.deltas[1], (Evaluated::sigmoid(found.matrix() * e.w2.transpose()) -
                                Evaluated::sigmoid(wanted.matrix() * e.w2.transpose())) *
                                   e.slope2()));
}

TEST_CASE("FTP's target_norm keeps the size of the shift, gamma_by_layer scales it", "[rules]") {
  Network network = three_layers();
  const Task task;
  const Evaluated e(network, task);
  const Eigen::MatrixXd g = feedback_of(9, 0, 7, 4);
  const Eigen::ArrayXXd shift1 = projected(e.y, g) - projected(e.out.matrix(), g);
  const auto shift2 = [&](const Eigen::ArrayXXd& below) -> Eigen::ArrayXXd {
    return Evaluated::sigmoid((e.h1 + below).matrix() * e.w2.transpose()) - e.h2;
  };
  SECTION("normalised") {
    const Kept kept = asked("ftp", {{"target_norm", std::string("first_hidden")}}, network, task);
    Eigen::ArrayXXd carried = shift2(shift1);
    carried.colwise() *= (shift1.matrix().rowwise().norm() / std::sqrt(7.0)).array() /
                         (carried.matrix().rowwise().norm() / std::sqrt(6.0)).array();
    CHECK(agrees(kept.deltas[0], -shift1 * e.slope1()));
    CHECK(agrees(kept.deltas[1], -carried * e.slope2()));
  }
  SECTION("by layer; the second factor is for what the first one let through") {
    const Kept kept =
        asked("ftp", {{"gamma_by_layer", std::vector<double>{0.5, 3.0}}}, network, task);
    CHECK(agrees(kept.deltas[0], -0.5 * shift1 * e.slope1()));
    CHECK(agrees(kept.deltas[1], -3.0 * shift2(0.5 * shift1) * e.slope2()));
  }
}

TEST_CASE("FTP's two targets agree in every layer where the output is right, whatever the sizes",
          "[rules]") {
  Network network = three_layers();
  Task task;
  // targets that are the outputs
  Kept first = asked("ftp", {}, network, task);
  task.targets -= first.deltas[2].cwiseProduct(-Batch::Ones(6, 4));
  const std::string norm = GENERATE("none", "first_hidden");
  const Kept kept = asked("ftp",
                          {{"difference", std::string("contrast")},
                           {"target_norm", norm},
                           {"gamma_by_layer", std::vector<double>{0.5, 3.0}}},
                          network, task);
  CHECK(kept.deltas[2].norm() < 1e-6F);
  CHECK(kept.deltas[0].norm() < 1e-6F);
  CHECK(kept.deltas[1].norm() < 1e-5F);
}

TEST_CASE("as gamma goes to 0, FTP asks for no hidden update", "[rules]") {
  Network network = three_layers();
  const Task task;
  const Kept whole = asked("ftp", {}, network, task);
  const Kept small = asked("ftp", {{"gamma", 1e-3}}, network, task);
  const Kept none = asked("ftp", {{"gamma", 0.0}}, network, task);
  for (const std::size_t hidden : {0U, 1U}) {
    CHECK(small.gradients[hidden].norm() < 3e-3F * whole.gradients[hidden].norm());
    CHECK(none.gradients[hidden].norm() == 0.0F);
  }
  CHECK(none.gradients[2] == whole.gradients[2]);
}
