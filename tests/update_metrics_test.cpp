#include <catch2/catch.hpp>
#include <cmath>

#include "sim/run/gradient_norm.h"
#include "sim/run/update_metrics.h"
#include "tests/rule_fixture.h"

using namespace memtrain;
using namespace memtrain::test;

TEST_CASE("two sums of outer products are compared as the matrices they form", "[run]") {
  // more rows than a block has, and more samples in one than in the other
  const Batch x1 = Batch::Random(8, 6), d1 = Batch::Random(8, 70), x2 = Batch::Random(4, 6),
              d2 = Batch::Random(4, 70);
  const Eigen::MatrixXd a = (d1.transpose() * x1).cast<double>() / 8;
  const Eigen::MatrixXd b = (d2.transpose() * x2).cast<double>() / 4;
  const UpdateMetrics found = compare_updates(x1, d1, x2, d2);
  const double cosine = a.cwiseProduct(b).sum() / a.norm() / b.norm();
  CHECK(found.angle == Approx(std::acos(cosine) * 180 / 3.14159265358979).epsilon(1e-5));
  CHECK(found.norm_ratio == Approx(a.norm() / b.norm()).epsilon(1e-5));
  CHECK(found.sign_agreement ==
        static_cast<double>((a.array() * b.array() > 0).count()) / static_cast<double>(a.size()));
}

TEST_CASE("updates of groups are compared group by group", "[run]") {
  // two groups of three inputs and two outputs each: what one group's inputs would do to the
  // other's outputs is no weight of theirs
  const Batch x1 = Batch::Random(8, 6), d1 = Batch::Random(8, 4), x2 = Batch::Random(8, 6),
              d2 = Batch::Random(8, 4);
  Eigen::MatrixXd a(4, 3), b(4, 3);
  for (const Index g : {0, 1}) {
    a.middleRows(2 * g, 2) =
        (d1.middleCols(2 * g, 2).transpose() * x1.middleCols(3 * g, 3)).cast<double>();
    b.middleRows(2 * g, 2) =
        (d2.middleCols(2 * g, 2).transpose() * x2.middleCols(3 * g, 3)).cast<double>();
  }
  const UpdateMetrics found = compare_updates(x1, d1, x2, d2, 2);
  const double cosine = a.cwiseProduct(b).sum() / a.norm() / b.norm();
  CHECK(found.angle == Approx(std::acos(cosine) * 180 / 3.14159265358979).epsilon(1e-5));
  CHECK(found.norm_ratio == Approx(a.norm() / b.norm()).epsilon(1e-5));
  CHECK(found.sign_agreement == static_cast<double>((a.array() * b.array() > 0).count()) / 12);
}

TEST_CASE("the square of a gradient is that of weights and of biases, with and without forming it",
          "[run]") {
  const auto [rows, groups] = GENERATE(table<Index, Index>({{3, 1}, {40, 1}, {3, 2}, {40, 2}}));
  const Batch x = Batch::Random(rows, 10), d = Batch::Random(rows, 6);
  double square = 0;
  for (Index g = 0; g < groups; ++g) {
    square += (d.middleCols(g * 6 / groups, 6 / groups).transpose() *
               x.middleCols(g * 10 / groups, 10 / groups))
                  .cast<double>()
                  .squaredNorm();
  }
  CHECK(weight_gradient_square(x, d, groups) == Approx(square).epsilon(1e-5));
  CHECK(bias_gradient_square(d) ==
        Approx(d.colwise().sum().cast<double>().squaredNorm()).epsilon(1e-5));
}

TEST_CASE("the same update agrees with itself, its opposite does not, and none is unknown",
          "[run]") {
  const Batch x = Batch::Random(4, 6), d = Batch::Random(4, 3);
  const UpdateMetrics same = compare_updates(x, d, x, d);
  CHECK(same.angle == Approx(0.0).margin(0.05));
  CHECK(same.norm_ratio == Approx(1.0));
  CHECK(same.sign_agreement == 1.0);
  const UpdateMetrics opposite = compare_updates(x, -2 * d, x, d);
  CHECK(opposite.angle == Approx(180.0).margin(0.05));
  CHECK(opposite.norm_ratio == Approx(2.0));
  CHECK(opposite.sign_agreement == 0.0);
  const UpdateMetrics none = compare_updates(x, Batch::Zero(4, 3), x, d);
  CHECK(std::isnan(none.angle));
  CHECK(none.norm_ratio == 0.0);
  CHECK(none.sign_agreement == 0.0);
  CHECK(std::isnan(compare_updates(x, d, x, Batch::Zero(4, 3)).norm_ratio));
}

TEST_CASE("weights that backprop does not move do not count in the agreement of signs", "[run]") {
  Batch x = Batch::Ones(2, 4);
  x.col(1).setZero();
  const Batch d = Batch::Ones(2, 1);
  CHECK(compare_updates(x, d, x, d).sign_agreement == 1.0);
}

TEST_CASE("updates are measured layer by layer, with the loss that each learns from", "[run]") {
  Network network = three_layers();
  const Task task;
  Samples samples{task.inputs, {0, 1, 2, 3, 0, 1}};
  const auto ftp = find_rule_kind("ftp")->make({}, {&network, 9});
  const auto measured = measure_updates(network, *ftp, samples, {.classes = 4}, 3, 2, 9, 1);
  REQUIRE(measured.size() == 3);
  CHECK(measured[2].update.angle == Approx(0.0).margin(0.05));
  CHECK(measured[2].update.norm_ratio == Approx(1.0));
  CHECK(measured[0].update.angle > 1.0);
  double loss = 0;
  for (const Index first : {0, 3}) {
    Kept kept(3);
    ftp->learn(network, {task.inputs.middleRows(first, 3), task.targets.middleRows(first, 3)}, kept,
               {});
    loss += kept.losses[1] / 2;
  }
  CHECK(measured[1].local_loss == Approx(loss));
  const auto readout = find_rule_kind("readout")->make({}, {&network, 9});
  const auto control = measure_updates(network, *readout, samples, {.classes = 4}, 3, 2, 9, 1);
  CHECK(std::isnan(control[0].update.angle));
  CHECK(std::isnan(control[0].local_loss));
  CHECK(control[2].local_loss == Approx(measured[2].local_loss));
}
