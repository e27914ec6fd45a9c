#include <catch2/catch.hpp>
#include <cmath>

#include "devices/array/array.h"
#include "tests/statistics.h"

// Arrays without a transposed read: the second array that carries errors, and how it is programmed.
namespace memtrain {
namespace {

ArraySettings second_array() {
  ArraySettings settings{.kind = "crossbar", .device = find_device_model("ideal")};
  settings.backward.array = "second";
  return settings;
}

Matrix random_weights(Index outputs, Index inputs) {
  return 0.3F * Matrix::Random(outputs, inputs);
}

/// The matrix that errors are carried back through, [outputs × inputs].
Matrix backward(Array& array) {
  const Index outputs = array.weights().rows();
  Batch g;
  array.transposed(Batch::Identity(outputs, outputs), g, {.phase = Phase::evaluation});
  return g;
}

}  // namespace

TEST_CASE("a second array programmed without error after every update is the transposed read",
          "[backward]") {
  ArraySettings settings = second_array();
  const std::string source = GENERATE("reads", "weights");
  settings.backward.copied_from = source;
  const auto array = make_array(settings, 6, 9, 1, 0);
  array->program(random_weights(6, 9));
  CHECK(backward(*array).isApprox(Matrix(array->weights()), 1e-6F));
  array->update(Batch::Random(4, 9), Batch::Random(4, 6), 0.5F, {});
  CHECK(backward(*array).isApprox(Matrix(array->weights()), 1e-6F));
  CHECK(array->backward_mismatch() < 1e-6);
  settings.backward.array = "same";
  CHECK(std::isnan(make_array(settings, 6, 9, 1, 0)->backward_mismatch()));
}

TEST_CASE("between refreshes the second array keeps the weights it was given", "[backward]") {
  ArraySettings settings = second_array();
  settings.backward.refresh_every = 3;
  const auto array = make_array(settings, 6, 9, 1, 0);
  array->program(random_weights(6, 9));
  const Matrix first = array->weights();
  const auto update = [&](std::uint32_t batch) {
    array->update(Batch::Random(4, 9), Batch::Random(4, 6), 0.5F, {.batch = batch});
  };
  update(0), update(1);
  CHECK(backward(*array).isApprox(first, 1e-6F));
  const double off = (Matrix(array->weights()) - first).norm() / array->weights().norm();
  CHECK(array->backward_mismatch() == Approx(off).epsilon(1e-5));
  update(2);
  CHECK(backward(*array).isApprox(Matrix(array->weights()), 1e-6F));
  // nine vectors read forward and one matrix written by the refresh; the first programming is not
  // training
  const Events events = array->account().total();
  CHECK(events.programmed_weights == 54);
  CHECK(events.forward_reads == 9);
}

TEST_CASE("programming errors are a part of the largest weight, afresh in every programming",
          "[backward][statistics]") {
  ArraySettings settings{.kind = "crossbar", .device = find_device_model("ideal")};
  settings.circuits.programming.error = 0.05F;
  const auto array = make_array(settings, 100, 120, 1, 0);
  Matrix target = random_weights(100, 120);
  target(3, 7) = -2.0F;
  array->program(target, {.seed = 5});
  const Matrix error = array->weights() - target;
  CHECK(moments(error).std == Approx(0.1).epsilon(6 / std::sqrt(2.0 * 12000)));
  CHECK(std::abs(moments(error).mean) < 6 * 0.1 / std::sqrt(12000.0));
  array->program(target, {.seed = 5, .batch = 1});
  CHECK(Matrix(array->weights() - target) != error);
}

TEST_CASE("a second array has programming errors of its own, and they are recorded as mismatch",
          "[backward][statistics]") {
  ArraySettings settings = second_array();
  settings.circuits.programming.error = 0.05F;
  const auto array = make_array(settings, 100, 120, 1, 0);
  array->program(random_weights(100, 120), {.seed = 5});
  const Matrix w = array->weights();
  const Matrix error = backward(*array) - w;
  const double deviation = 0.05 * static_cast<double>(w.cwiseAbs().maxCoeff());
  CHECK(moments(error).std == Approx(deviation).epsilon(6 / std::sqrt(2.0 * 12000)));
  CHECK(array->backward_mismatch() ==
        Approx(static_cast<double>(error.norm() / w.norm())).epsilon(1e-4));
}

TEST_CASE("programming in a closed loop takes pulses and ends within the tolerance or the bounds",
          "[backward]") {
  ArraySettings settings = second_array();
  settings.device = find_device_model("soft_bounds");
  settings.crosspoints.device = {{"dw_min", 0.002},
                                 {"dw_min_std", 0.1},
                                 {"dw_min_dtod", 0.0},
                                 {"w_max_dtod", 0.0},
                                 {"w_min_dtod", 0.0}};
  settings.crosspoints.pulse.verify_pulses = 2000;
  settings.circuits.programming.method = "write_verify";
  settings.backward.copied_from = "weights";
  const auto array = make_array(settings, 20, 30, 1, 0);
  const Matrix target = random_weights(20, 30);
  array->program(target, {.seed = 1});
  CHECK((array->weights() - target).cwiseAbs().maxCoeff() < 0.0021F);
  CHECK((backward(*array) - array->weights()).cwiseAbs().maxCoeff() < 0.0021F);
  CHECK(array->backward_mismatch() > 0.0);
  const double pulses = array->account().total().write_pulses;
  CHECK(pulses > static_cast<double>(2 * target.cwiseAbs().sum()) / 0.002);
  array->update(Batch::Zero(1, 30), Batch::Zero(1, 20), 1.0F, {});
  CHECK(array->account().total().write_pulses < pulses + 600);  // already there
}

TEST_CASE("what the second array reads is counted as errors carried back", "[backward]") {
  ArraySettings settings = second_array();
  settings.circuits.transposed.adc.bits = 8;
  const auto array = make_array(settings, 6, 9, 1, 0);
  Batch g;
  array->transposed(Batch::Ones(5, 6), g, {});
  const Events events = array->account().total();
  CHECK(events.transposed_reads == 5);
  CHECK(events.forward_reads == 0);
  CHECK(events.converters.adc_conversions == 5 * 9);
}

TEST_CASE("the devices of a second array age between refreshes as those of the first do",
          "[backward]") {
  ArraySettings settings = second_array();
  settings.device = find_device_model("soft_bounds");
  settings.crosspoints.device = {{"w_max_dtod", 0.0}, {"w_min_dtod", 0.0}, {"lifetime", 20.0}};
  settings.backward.refresh_every = 10;
  settings.circuits.mapping.scaling = GENERATE(std::string("none"), std::string("layer"));
  const auto array = make_array(settings, 2, 3, 1, 0);
  array->program(Matrix::Constant(2, 3, 0.4F));
  for (std::uint32_t batch = 0; batch < 5; ++batch) {
    array->update(Batch::Zero(1, 3), Batch::Zero(1, 2), 1.0F, {.batch = batch});
  }
  CHECK(array->weights()(0, 0) == Approx(0.4 * std::pow(0.95, 5)).epsilon(1e-5));
  CHECK(backward(*array)(0, 0) == Approx(0.4 * std::pow(0.95, 5)).epsilon(1e-5));
  array->rest({.batch = 5});
  CHECK(array->weights()(0, 0) == Approx(0.4 * std::pow(0.95, 6)).epsilon(1e-5));
  CHECK(backward(*array)(0, 0) == Approx(0.4 * std::pow(0.95, 6)).epsilon(1e-5));
}

TEST_CASE("reads that copy weights teach no converter its range", "[backward]") {
  ArraySettings settings = second_array();
  settings.circuits.forward.adc = {.bits = 8, .range = "max"};
  settings.circuits.forward.noise_management = "none";
  settings.circuits.forward.calibration.batches = 1;
  const auto array = make_array(settings, 1, 2, 1, 0);
  Matrix w(1, 2);
  w << 1.0F, 1.0F;
  array->program(w);
  Batch y;
  array->forward(Batch::Ones(1, 2), y, {});
  CHECK(y(0, 0) == Approx(2.0));
}

TEST_CASE("a second array goes with a digital factor and with tiles", "[backward]") {
  ArraySettings settings = second_array();
  settings.crosspoints.device = {{"w_max", 0.6}, {"w_min", -0.6}};
  settings.circuits.mapping.scaling = "column";
  settings.circuits.tile = {.rows = 4, .columns = 3};
  settings.circuits.transposed.read_noise = 1e-6F;
  const auto array = make_array(settings, 6, 9, 1, 0);
  array->program(10.0F * random_weights(6, 9));
  CHECK(backward(*array).isApprox(Matrix(array->weights()), 1e-4F));
}

}  // namespace memtrain
