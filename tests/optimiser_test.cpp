#include <catch2/catch.hpp>
#include <cmath>

#include "devices/array/array.h"
#include "devices/array/optimiser.h"
#include "sim/run/schedule.h"

using namespace memtrain;

namespace {

/// One weight after some gradients, one a step.
float walked(const OptimiserSettings& settings, const std::vector<float>& gradients, float start) {
  Optimiser optimiser(settings);
  Matrix weight = Matrix::Constant(1, 1, start);
  for (const float gradient : gradients) {
    Matrix g = Matrix::Constant(1, 1, gradient);
    optimiser.step(weight, g, 0.1F);
  }
  return weight(0, 0);
}

TrainSettings train(const std::string& schedule) {
  TrainSettings settings;
  settings.epochs = 10;
  settings.schedule = schedule;
  return settings;
}

}  // namespace

TEST_CASE("SGD adds up a velocity and pulls towards zero", "[optimiser]") {
  // v = 1, then 0.5 · 1 + 2 = 2.5
  CHECK(walked({.momentum = 0.5F}, {1.0F, 2.0F}, 3.0F) == Approx(3.0 - 0.1 - 0.25));
  CHECK(walked({.weight_decay = 0.1F}, {0.0F}, 3.0F) == Approx(3.0 - 0.1 * 0.3));
}

TEST_CASE("Adam's steps are those of its algorithm", "[optimiser]") {
  const OptimiserSettings adam{.method = OptimiserMethod::adam, .beta1 = 0.8F, .beta2 = 0.9F};
  // the first step is the rate, whatever the gradient's size
  CHECK(walked(adam, {1e-3F}, 3.0F) == Approx(2.9));
  CHECK(walked(adam, {-50.0F}, 3.0F) == Approx(3.1));
  double m = 0;
  double v = 0;
  double w = 3;
  const std::vector<float> gradients{1.0F, -2.0F, 0.5F};
  for (std::size_t t = 0; t < gradients.size(); ++t) {
    const double g = gradients[t];
    m = 0.8 * m + 0.2 * g;
    v = 0.9 * v + 0.1 * g * g;
    const auto n = static_cast<double>(t + 1);
    w -= 0.1 * (m / (1 - std::pow(0.8, n))) / (std::sqrt(v / (1 - std::pow(0.9, n))) + 1e-8);
  }
  CHECK(walked(adam, gradients, 3.0F) == Approx(w).epsilon(1e-5));
  OptimiserSettings decayed = adam;
  decayed.weight_decay = 0.5F;
  CHECK(walked(decayed, {1.0F}, 3.0F) == Approx(3.0 * (1 - 0.05) - 0.1));
}

TEST_CASE("an array of many blocks of rows takes one step of Adam an update", "[optimiser]") {
  ArraySettings settings{.kind = "exact"};
  settings.crosspoints.optimiser.method = OptimiserMethod::adam;
  const auto array = make_array(settings, 200, 3, 1, 0);
  for (int step = 0; step < 2; ++step) {
    array->update(Batch::Ones(4, 3), Batch::Ones(4, 200), 0.1F, {});
  }
  // the same gradient twice: two steps of the rate, in every row
  CHECK((array->weights().array() + 0.2F).abs().maxCoeff() < 1e-5F);
}

TEST_CASE("a digital factor changes nothing of what an optimiser does to weights", "[optimiser]") {
  ArraySettings settings{.kind = "crossbar", .device = find_device_model("ideal")};
  settings.crosspoints.optimiser = {.method = GENERATE(OptimiserMethod::sgd, OptimiserMethod::adam),
                                    .momentum = 0.5F,
                                    .weight_decay = 0.1F,
                                    .epsilon = 0.1F};
  const std::string scaling = GENERATE("layer", "column");
  // more rows than a block has, each with a factor of its own
  Matrix start = Matrix::Random(70, 4);
  for (Index i = 0; i < start.rows(); ++i) start.row(i) *= 1.0F + static_cast<float>(i);
  const Batch x = Batch::Random(3, 4), d = Batch::Random(3, 70);
  const auto trained = [&](const std::string& how) {
    settings.circuits.mapping = {.scaling = how, .largest = 0.5F};
    const auto array = make_array(settings, 70, 4, 1, 0);
    array->program(start);
    for (int step = 0; step < 3; ++step) array->update(x, d, 0.1F, {});
    return Matrix(array->weights());
  };
  const Matrix plain = trained("none");
  CHECK((plain - start).norm() > 0.1F);
  CHECK((trained(scaling) - plain)
            .cwiseQuotient(plain.cwiseAbs().cwiseMax(0.1F))
            .cwiseAbs()
            .maxCoeff() < 1e-4F);
}

TEST_CASE("step sizes follow their schedule", "[optimiser]") {
  CHECK(rate_factor(train("constant"), 9.5) == 1.0F);
  TrainSettings step = train("step");
  step.decay_epochs = {4, 8};
  CHECK(rate_factor(step, 3.99) == 1.0F);
  CHECK(rate_factor(step, 4.0) == Approx(0.1F));
  CHECK(rate_factor(step, 9.0) == Approx(0.01F));
  TrainSettings exponential = train("exponential");
  exponential.decay = 0.5F;
  CHECK(rate_factor(exponential, 2.9) == Approx(0.25F));
  TrainSettings linear = train("linear");
  linear.final_rate = 0.2F;
  CHECK(rate_factor(linear, 5.0) == Approx(0.6F));
  CHECK(rate_factor(train("cosine"), 0.0) == 1.0F);
  CHECK(rate_factor(train("cosine"), 5.0) == Approx(0.5F));
  CHECK(rate_factor(train("cosine"), 10.0) == Approx(0.0F).margin(1e-6));
  TrainSettings warm = train("linear");
  warm.warmup = 2.0F;
  CHECK(rate_factor(warm, 0.0) == 0.0F);
  CHECK(rate_factor(warm, 1.0) == Approx(0.5F * 0.9F));
  CHECK(rate_factor(warm, 2.0) == Approx(0.8F));
}
