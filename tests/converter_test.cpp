#include "devices/periphery/converter.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "tests/statistics.h"

// Digital to analogue and back: levels, rounding, ranges.
namespace memtrain {
namespace {

Batch converted(Batch values, const ConverterSettings& settings, const Stream& stream = {}) {
  Converter converter(settings, {});
  converter.find_range(values, {});
  converter.convert(values, stream, 0, 0);
  return values;
}

}  // namespace

TEST_CASE("a converter keeps zero, saturates at its bound and has 2^bits - 1 levels",
          "[periphery]") {
  Batch values(1, 5);
  values << -3.0F, -0.4F, 0.0F, 0.3F, 9.0F;
  values = converted(values, {.bits = 2, .bound = 1.0F});  // levels −1, 0, 1
  Batch expected(1, 5);
  expected << -1.0F, 0.0F, 0.0F, 0.0F, 1.0F;
  CHECK(values == expected);
  values << -3.0F, -0.4F, 0.0F, 0.3F, 9.0F;
  values = converted(values, {.bits = 3, .bound = 1.5F});  // steps of 0.5
  expected << -1.5F, -0.5F, 0.0F, 0.5F, 1.5F;
  CHECK(values == expected);
  values << -3.0F, -0.4F, 0.0F, 0.3F, 9.0F;
  values = converted(values, {.bits = 1, .bound = 2.0F});
  expected << -2.0F, -2.0F, 2.0F, 2.0F, 2.0F;
  CHECK(values == expected);
}

TEST_CASE("a resolution is a step as a part of the whole range", "[periphery]") {
  Batch values(1, 4);
  values << -3.0F, 0.3F, 0.2F, 0.9F;
  Batch expected(1, 4);
  expected << -1.0F, 0.5F, 0.0F, 1.0F;
  CHECK(converted(values, {.resolution = 0.25F, .bound = 1.0F}) == expected);
  // 2^7 - 2 steps: what 7 bits are
  const Batch any = Batch::Random(5, 8);
  CHECK(converted(any, {.resolution = 1.0F / 126}).isApprox(converted(any, {.bits = 7}), 1e-6F));
}

TEST_CASE("stochastic rounding is right on average and goes to a neighbouring level only",
          "[periphery][statistics]") {
  const int bits = GENERATE(1, 3);
  const float value = 0.4F;
  const Batch out = converted(Batch::Constant(200, 500, value),
                              {.bits = bits, .bound = 1.5F, .rounding = "stochastic"}, {.seed = 5});
  const float low = bits == 1 ? -1.5F : 0.0F, high = bits == 1 ? 1.5F : 0.5F;
  CHECK(((out.array() - low).abs().min((out.array() - high).abs()) < 1e-6F).all());
  const double p = (value - low) / (high - low);
  const double error = (high - low) * std::sqrt(p * (1 - p) / 1e5);
  CHECK(std::abs(moments(out).mean - value) < 6 * error);
}

TEST_CASE("a range is calibrated on the first mini-batches of training and then kept",
          "[periphery]") {
  const std::string range = GENERATE("max", "percentile", "mse");
  Converter converter({.bits = 8, .range = range}, {.batches = 2, .percentile = 90.0F});
  Batch ramp(1, 1000);
  for (Index i = 0; i < 1000; ++i) ramp(0, i) = static_cast<float>(i) / 500;
  converter.find_range(3.0F * ramp, {.phase = Phase::evaluation});  // does not teach
  const auto near = [](float v) { return Approx(v).epsilon(0.01); };
  CHECK(converter.bound() == near(range == "percentile" ? 5.4F : 6.0F));
  converter.find_range(ramp, {.batch = 0});
  converter.find_range(ramp, {.batch = 1});
  // a uniform distribution loses more by clipping than it gains in resolution
  CHECK(converter.bound() == near(range == "percentile" ? 1.8F : 2.0F));
  converter.find_range(10.0F * ramp, {.batch = 2});
  converter.find_range(10.0F * ramp, {.phase = Phase::evaluation});
  CHECK(converter.bound() == near(range == "percentile" ? 1.8F : 2.0F));
}

TEST_CASE("the mse range of a normal distribution is the known optimum",
          "[periphery][statistics]") {
  // Max 1960, doi:10.1109/TIT.1960.1057548, table II, odd levels: 3 levels at +-1.224 s.d. (the
  // optimum step), 7 levels with a step of 0.651
  Batch values(100, 1000);
  for (Index i = 0; i < values.rows(); ++i) {
    fill_gaussian({.seed = 3}, static_cast<std::uint32_t>(i),
                  {values.row(i).data(), static_cast<std::size_t>(values.cols())});
  }
  Converter three({.bits = 2, .range = "mse"}, {.batches = 1});
  three.find_range(values, {});
  CHECK(three.bound() == Approx(1.224).epsilon(0.04));
  Converter seven({.bits = 3, .range = "mse"}, {.batches = 1});
  seven.find_range(values, {});
  CHECK(seven.bound() == Approx(3 * 0.651).epsilon(0.04));
}

TEST_CASE("a running range follows the largest value as a moving average", "[periphery]") {
  Converter converter({.bits = 8, .range = "running"}, {.running_rate = 0.25F});
  converter.find_range(Batch::Constant(2, 2, 4.0F), {.batch = 0});
  CHECK(converter.bound() == 4.0F);
  converter.find_range(Batch::Constant(2, 2, -8.0F), {.batch = 1});
  CHECK(converter.bound() == 5.0F);
  converter.find_range(Batch::Constant(2, 2, 100.0F), {.phase = Phase::evaluation});
  CHECK(converter.bound() == 5.0F);
}

TEST_CASE("a mini-batch moves a running range once, by the largest value of all its reads",
          "[periphery]") {
  Converter converter({.bits = 8, .range = "running"}, {.running_rate = 0.25F});
  const auto bound = [&](float value, const Pass& pass) {
    converter.find_range(Batch::Constant(2, 2, value), pass);
    return converter.bound();
  };
  CHECK(bound(4.0F, {.epoch = 1, .batch = 1}) == 4.0F);
  CHECK(bound(8.0F, {.epoch = 1, .batch = 1, .read = 1}) == 8.0F);
  CHECK(bound(12.0F, {.epoch = 1, .batch = 2}) == 9.0F);
  CHECK(bound(-4.0F, {.epoch = 1, .batch = 2, .step = 1}) == 9.0F);
  CHECK(bound(16.0F, {.epoch = 1, .batch = 2, .step = 2}) == 10.0F);
  CHECK(bound(14.0F, {.epoch = 2, .batch = 2}) == 11.0F);  // a batch of another epoch
}

TEST_CASE("a range is calibrated on so many mini-batches, however many reads each has",
          "[periphery]") {
  const std::string range = GENERATE("max", "percentile");
  Converter converter({.bits = 8, .range = range}, {.batches = 2, .percentile = 50.0F});
  // 1, 2, 3; 4, 5, 6; 7, 8, 9: each read one number
  for (std::uint32_t batch = 0; batch < 3; ++batch) {
    for (std::uint16_t step = 0; step < 3; ++step) {
      const float value = 1.0F + 3.0F * static_cast<float>(batch) + static_cast<float>(step);
      converter.find_range(Batch::Constant(10, 10, value), {.batch = batch, .step = step});
    }
  }
  CHECK(converter.bound() == Approx(range == "max" ? 6.0 : 3.0).epsilon(0.01));
}

}  // namespace memtrain
