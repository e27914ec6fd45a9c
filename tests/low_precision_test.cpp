#include <catch2/catch.hpp>
#include <cmath>
#include <set>

#include "devices/array/array.h"
#include "devices/array/quantiser.h"
#include "tests/statistics.h"

// Digital training in low precision: both readings of it.
namespace memtrain {
namespace {

Batch rounded(Batch values, const ConverterSettings& settings) {
  Quantiser quantiser(settings);
  quantiser.round(values, {.seed = 3}, 0, {});
  return values;
}

std::unique_ptr<Array> low_precision(const LowPrecisionSettings& settings, Index outputs,
                                     Index inputs) {
  ArraySettings array{.kind = "quantised"};
  array.low_precision = settings;
  return make_array(array, outputs, inputs, 1, 0);
}

LowPrecisionSettings exact_but(LowPrecisionSettings settings) {
  for (int* bits : {&settings.weight_bits, &settings.activation_bits, &settings.error_bits}) {
    if (*bits == 8) *bits = 0;
  }
  return settings;
}

/// Whether all values are whole multiples of a step.
bool on_grid(const Batch& values, float step) {
  const auto steps = values.array() / step;
  return ((steps - steps.rint()).abs() < 1e-3F).all();
}

std::size_t levels(const Batch& values) {
  return std::set<float>(values.data(), values.data() + values.size()).size();
}

}  // namespace

TEST_CASE("between its extremes a tensor has 2^bits levels, and zero need not be one of them",
          "[quantised]") {
  Batch values(1, 5), expected(1, 5);
  values << -0.2F, 0.05F, 0.3F, 0.75F, 1.0F;
  expected << -0.2F, 0.2F, 0.2F, 0.6F, 1.0F;  // -0.2, 0.2, 0.6, 1
  CHECK(rounded(values, {.bits = 2, .range = "minmax"}).isApprox(expected, 1e-6F));
  expected << -0.2F, -0.2F, -0.2F, 1.0F, 1.0F;
  CHECK(rounded(values, {.bits = 1, .range = "minmax"}).isApprox(expected, 1e-6F));
  CHECK(rounded(Batch::Constant(2, 2, 0.3F), {.bits = 4, .range = "minmax"}) ==
        Batch::Constant(2, 2, 0.3F));
  // symmetric: of the largest magnitude, with zero
  expected << 0.0F, 0.0F, 0.0F, 1.0F, 1.0F;
  CHECK(rounded(values, {.bits = 2, .range = "own"}) == expected);
  CHECK(rounded(Batch::Zero(2, 2), {.bits = 2, .range = "own"}) == Batch::Zero(2, 2));
  CHECK(rounded(values, {.bits = 0, .range = "minmax"}) == values);
}

TEST_CASE("stochastic rounding between extremes is right on average", "[quantised][statistics]") {
  Batch values = Batch::Constant(100, 300, 0.4F);
  values(0, 0) = 0.0F, values(0, 1) = 1.0F;
  const Batch out = rounded(values, {.bits = 1, .range = "minmax", .rounding = "stochastic"});
  CHECK(levels(out) == 2);
  CHECK(std::abs(moments(out).mean - 0.4) < 6 * std::sqrt(0.24 / 30000));
}

TEST_CASE("with all bits 0 low precision is exact arithmetic, bit for bit", "[quantised]") {
  const auto array = low_precision(
      exact_but({.reading = GENERATE(std::string("per_tensor"), std::string("grid"))}), 6, 9);
  const auto exact = make_array({.kind = "exact"}, 6, 9, 1, 0);
  const Batch w = Batch::Random(6, 9), x = Batch::Random(4, 9), d = Batch::Random(4, 6);
  array->program(w), exact->program(w);
  Batch a, b;
  array->forward(x, a, {}), exact->forward(x, b, {});
  CHECK(a == b);
  array->transposed(d, a, {}), exact->transposed(d, b, {});
  CHECK(a == b);
  array->update(x, d, 0.3F, {}), exact->update(x, d, 0.3F, {});
  CHECK(array->weights() == exact->weights());
}

TEST_CASE("per tensor, every operand of every product is rounded and the master weights are not",
          "[quantised]") {
  const auto array = low_precision({.weight_bits = 3, .activation_bits = 2, .error_bits = 4}, 6, 9);
  const Batch w = Batch::Random(6, 9), x = Batch::Random(4, 9), d = Batch::Random(4, 6);
  const auto q = [](const Batch& values, int bits) {
    return rounded(values, {.bits = bits, .range = "minmax"});
  };
  array->program(w);
  Batch y, g;
  array->forward(x, y, {});
  array->transposed(d, g, {});
  CHECK(y.isApprox(q(x, 2) * q(w, 3).transpose(), 1e-5F));
  CHECK(g.isApprox(q(d, 4) * q(w, 3), 1e-5F));
  array->update(x, d, 0.01F, {});
  const Batch master = w - 0.01F / 4 * q(d, 4).transpose() * q(x, 2);
  CHECK(Batch(array->weights()).isApprox(q(master, 3), 1e-5F));
}

TEST_CASE("on a grid everything is a whole number of steps, sums and weights included",
          "[quantised]") {
  const std::string rounding = GENERATE("nearest", "stochastic");
  const auto array = low_precision({.reading = "grid",
                                    .weight_bits = 4,
                                    .activation_bits = 3,
                                    .error_bits = 5,
                                    .update_bits = 6,
                                    .error_bound = 0.5F,
                                    .rounding = rounding,
                                    .write_rounding = rounding},
                                   6, 9);
  array->program(0.9F * Batch::Random(6, 9));
  const float weight = 1.0F / 7, activation = 1.0F / 3, error = 0.5F / 15;
  Batch y, g;
  for (std::uint32_t batch = 0; batch < 5; ++batch) {
    const Batch x = Batch::Random(4, 9), d = Batch::Random(4, 6);
    array->forward(x, y, {.batch = batch});
    array->transposed(d, g, {.batch = batch});
    CHECK(on_grid(y, weight * activation));
    CHECK(on_grid(g, weight * error));
    array->update(x, d, 0.5F, {.batch = batch});
    CHECK(on_grid(array->weights(), weight));
    CHECK(array->weights().cwiseAbs().maxCoeff() <= 1.0F);
  }
}

TEST_CASE("a sum has the levels of its accumulator", "[quantised]") {
  const auto array = low_precision(
      exact_but({.reading = "grid", .accumulator_bits = 3, .accumulator_bound = 1.5F}), 3, 4);
  array->program(Batch::Random(3, 4));
  Batch y, g;
  array->forward(Batch::Random(50, 4), y, {});
  array->transposed(Batch::Random(50, 3), g, {});
  CHECK(on_grid(y, 0.5F));
  CHECK(on_grid(g, 0.5F));
  CHECK(levels(y) <= 7);
}

TEST_CASE("ranges in powers of two follow the largest value", "[quantised]") {
  Quantiser quantiser({.bits = 2, .range = "power_of_two"});
  Batch values = Batch::Constant(1, 1, 3.0F);
  quantiser.round(values, {}, 0, {});
  CHECK(values(0, 0) == 4.0F);
  CHECK(quantiser.step() == 4.0F);
  values << 0.9F;
  quantiser.round(values, {}, 0, {.phase = Phase::evaluation});
  CHECK(quantiser.step() == 4.0F);
  CHECK(values(0, 0) == 0.0F);
}

TEST_CASE("one bit is binary, two bits of a grid are ternary", "[quantised]") {
  const auto binary = low_precision({.reading = "grid", .weight_bits = 1}, 8, 8);
  binary->program(0.3F * Batch::Random(8, 8));
  CHECK((binary->weights().array().abs() == 1.0F).all());
  const auto ternary = low_precision({.reading = "grid", .weight_bits = 2}, 8, 8);
  ternary->program(Batch::Random(8, 8));
  CHECK(levels(ternary->weights()) == 3);
}

TEST_CASE("small updates are lost on a grid to nearest, kept on average by chance or by a master",
          "[quantised][statistics]") {
  LowPrecisionSettings settings = exact_but({.reading = "grid", .weight_bits = 3});
  const std::string how = GENERATE("nearest", "stochastic", "master");
  settings.write_rounding = how == "stochastic" ? "stochastic" : "nearest";
  settings.master_weights = how == "master";
  const auto array = low_precision(settings, 100, 100);
  array->program(Batch::Zero(100, 100));
  // ten updates that make up one step of 1/3
  for (std::uint32_t batch = 0; batch < 10; ++batch) {
    array->update(Batch::Ones(1, 100), Batch::Constant(1, 100, -1.0F), 1.0F / 30, {.batch = batch});
  }
  const double mean = moments(array->weights()).mean;
  if (how == "nearest") CHECK(mean == 0.0);
  if (how == "master") CHECK(mean == Approx(1.0 / 3));
  if (how == "stochastic") {
    const double deviation = std::sqrt(10 * 0.1 * 0.9) / 3;
    CHECK(std::abs(mean - 1.0 / 3) < 6 * deviation / 100);
  }
}

TEST_CASE("every write adds the programming error, as a part of the largest weight",
          "[quantised][statistics]") {
  LowPrecisionSettings settings = exact_but({.programming_error = 0.02F});
  const auto array = low_precision(settings, 100, 100);
  Batch w = Batch::Zero(100, 100);
  w(0, 0) = 5.0F;
  array->program(w);
  array->update(Batch::Zero(1, 100), Batch::Zero(1, 100), 1.0F, {});
  CHECK(moments(Batch(array->weights() - w)).std == Approx(0.1).epsilon(6 / std::sqrt(2e4)));
}

}  // namespace memtrain
