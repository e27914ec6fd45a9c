#include <catch2/catch.hpp>
#include <cmath>

#include "tests/rule_fixture.h"

using namespace memtrain;
using namespace memtrain::test;

TEST_CASE("learning_rate_scale multiplies the steps of a layer's weights and biases", "[layers]") {
  const Task task;
  const auto learned = [&](double scale, float rate) {
    LayerSettings settings = dense(4, "tanh");
    settings.values["learning_rate_scale"] = scale;
    Network network = small_net({settings}, "squared_error");
    for (int step = 0; step < 3; ++step)
      network.weights(0).update(task.inputs, task.targets, 1, rate, {});
    return network;
  };
  // a power of two: the products are the same to the last bit
  const Network plain = learned(1.0, 0.5F);
  const Network scaled = learned(0.25, 2.0F);
  CHECK(scaled.weights(0).array().weights() == plain.weights(0).array().weights());
  CHECK(scaled.weights(0).bias() == plain.weights(0).bias());
  const Network untouched = small_net({dense(4, "tanh")}, "squared_error");
  CHECK(plain.weights(0).array().weights() != untouched.weights(0).array().weights());
  const Network still = learned(0.0, 0.5F);
  CHECK(still.weights(0).array().weights() == untouched.weights(0).array().weights());
  CHECK(still.weights(0).bias().isZero(0));
}

TEST_CASE("a layer with bias = false keeps it at 0 and learns its weights all the same",
          "[layers]") {
  const Task task;
  const auto learned = [&](bool bias) {
    LayerSettings settings = dense(4, "tanh");
    settings.values["bias"] = bias;
    Network network = small_net({settings}, "squared_error");
    network.weights(0).update(task.inputs, task.targets, 1, 0.5F, {});
    return network;
  };
  const Network with = learned(true);
  const Network without = learned(false);
  CHECK_FALSE(with.weights(0).bias().isZero(0));
  CHECK(without.weights(0).bias().isZero(0));
  CHECK(without.weights(0).array().weights() == with.weights(0).array().weights());
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
  CHECK(initial_weights("zeros", 30, 50, {.seed = 2}) == Matrix::Zero(30, 50));
}
