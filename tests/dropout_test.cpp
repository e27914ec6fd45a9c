#include <catch2/catch.hpp>
#include <cmath>

#include "tests/rule_fixture.h"

using namespace memtrain;
using namespace memtrain::test;

TEST_CASE("dropout silences the same activities in all reads of a mini-batch, others in the next",
          "[layers][statistics]") {
  Network network = make_network({{"dropout", {{"rate", 0.25}}}, dense(1, "linear")},
                                 find_loss("squared_error"), {.kind = "exact"}, flat(1000), 1);
  const Batch x = Batch::Constant(20, 1000, 2.0F);
  Layer& dropout = network.layer(0);
  Activity first, second, next, evaluation;
  const Pass pass{.seed = 4, .epoch = 1, .batch = 2};
  Pass later = pass;
  ++later.batch;
  dropout.forward(x, first, pass);
  dropout.forward(x, second, pass.next_read());
  dropout.forward(x, next, later);
  dropout.forward(x, evaluation, {.seed = 4, .epoch = 1, .batch = 2, .phase = Phase::evaluation});
  CHECK(first.h == second.h);
  CHECK(first.h != next.h);
  CHECK(evaluation.h == x);
  const auto silent = static_cast<double>((first.h.array() == 0.0F).count());
  // binomial, 5 s.d.
  CHECK(silent / 20000 == Approx(0.25).margin(5 * std::sqrt(0.25 * 0.75 / 20000)));
  CHECK((first.h.array() == 0.0F || (first.h.array() - 8.0F / 3).abs() < 1e-5F).all());
  CHECK(first.h.row(0) != first.h.row(1));
  class NoPath final : public ErrorPath {
    void carry(Weights&, const BatchIn&, Batch&, const Pass&) override { FAIL("no weights here"); }
  } path;
  Batch back;
  dropout.carry_back(x, x, back, path, pass);
  CHECK(back == first.h);
}

TEST_CASE("what dropout silences learns nothing by any rule", "[layers][rules]") {
  const auto* const rule = GENERATE("bp", "fa", "dfa", "drtp", "ftp", "pepita");
  std::vector<LayerSettings> layers{
      dense(40, "tanh"), {"dropout", {{"rate", 0.5}}}, dense(4, "softmax")};
  if (GENERATE(false, true)) layers.insert(layers.begin() + 1, LayerSettings{"flatten", {}});
  Network network = small_net(layers, "cross_entropy");
  const Task task;
  std::vector<Activity> activities;
  network.forward(task.inputs, activities, {});
  const auto silent = activities[layers.size() - 2].h.array() == 0.0F;
  REQUIRE(silent.count() > 60);
  const Kept kept = asked(rule, {}, network, task);
  INFO(rule);
  for (Index i = 0; i < 6; ++i) {
    for (Index unit = 0; unit < 40; ++unit) {
      CHECK((kept.deltas[0](i, unit) == 0.0F) == silent(i, unit));
    }
  }
}

TEST_CASE("errors that a rule sets come back through dropout as backprop's do", "[layers][rules]") {
  const std::vector<LayerSettings> plain{dense(30, "tanh"), dense(4, "softmax")};
  std::vector<LayerSettings> masked = plain;
  masked.insert(masked.begin() + 1, LayerSettings{"dropout", {{"rate", 0.2}}});
  Network network = small_net(masked, "cross_entropy");
  const Task task;
  std::vector<Activity> activities;
  network.forward(task.inputs, activities, {});
  const Kept kept = asked("drtp", {}, network, task);
  Network without = small_net(plain, "cross_entropy");
  const Kept all = asked("drtp", {}, without, task);  // its signal, the label, is the same
  const Batch expected = (activities[1].h.array() != 0.0F).select(1.25F * all.deltas[0], 0.0F);
  CHECK(kept.deltas[0].isApprox(expected, 1e-5F));
}
