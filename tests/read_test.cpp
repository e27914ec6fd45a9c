#include <catch2/catch.hpp>

#include <cmath>

#include "devices/array/array.h"
#include "tests/statistics.h"

// The circuits around an array: every effect against its closed form.
namespace memtrain {
namespace {

/// One vector of exact weights in a crossbar with these circuits.
std::unique_ptr<Array> crossbar_with(const CircuitSettings& circuits, const Batch& weights) {
  ArraySettings settings{.kind = "crossbar", .device = find_device_model("ideal")};
  settings.circuits = circuits;
  auto array = make_array(settings, weights.rows(), weights.cols(), 1, 0);
  array->program(weights);
  return array;
}

/// Values uniform on (-1, 1).
Batch uniform_batch(Index rows, Index columns, std::uint32_t which) {
  Batch values(rows, columns);
  for (Index i = 0; i < rows; ++i) {
    fill_uniform({.seed = 9, .batch = which}, static_cast<std::uint32_t>(i),
                 {values.row(i).data(), static_cast<std::size_t>(columns)});
  }
  return values;
}

Batch forward(Array& array, const Batch& x, const Pass& pass = {}) {
  Batch y;
  array.forward(x, y, pass);
  return y;
}

Batch transposed(Array& array, const Batch& d, const Pass& pass = {}) {
  Batch g;
  array.transposed(d, g, pass);
  return g;
}

}  // namespace

TEST_CASE("a crossbar with every effect off reads bit for bit as the exact array", "[array]") {
  ArraySettings settings{.kind = "crossbar", .device = find_device_model("ideal")};
  const auto crossbar = make_array(settings, 13, 21, 1, 0);
  settings.kind = "exact";
  const auto exact = make_array(settings, 13, 21, 1, 0);
  const Batch w = Batch::Random(13, 21), x = Batch::Random(7, 21), d = Batch::Random(7, 13);
  crossbar->program(w);
  exact->program(w);
  Batch a, b;
  crossbar->forward(x, a, {}), exact->forward(x, b, {});
  CHECK(a == b);
  crossbar->transposed(d, a, {}), exact->transposed(d, b, {});
  CHECK(a == b);
  crossbar->update(x, d, 0.1F, {}), exact->update(x, d, 0.1F, {});
  CHECK(crossbar->weights() == exact->weights());
}

TEST_CASE("read noise has the stated deviation, scaled by noise management, fresh for every read",
          "[array][statistics]") {
  const std::string management = GENERATE("none", "max");
  ArraySettings settings{.kind = "crossbar", .device = find_device_model("ideal")};
  settings.circuits.forward.read_noise = 0.3F;
  settings.circuits.transposed.read_noise = 0.5F;
  settings.circuits.forward.noise_management = management;
  settings.circuits.transposed.noise_management = management;
  const auto array = make_array(settings, 100, 80, 1, 0);
  const Batch x = Batch::Constant(400, 80, 2.0F), d = Batch::Constant(400, 100, 2.0F);
  const double scale = management == "max" ? 2.0 : 1.0;
  const Pass pass{.seed = 4};
  Batch y, again, g;
  array->forward(x, y, pass);
  array->transposed(d, g, pass);
  CHECK(moments(y).std == Approx(0.3 * scale).epsilon(6 / std::sqrt(2.0 * 40000)));
  CHECK(moments(g).std == Approx(0.5 * scale).epsilon(6 / std::sqrt(2.0 * 32000)));
  CHECK(std::abs(moments(y).mean) < 6 * 0.3 * scale / 200);
  array->forward(x, again, pass);
  CHECK(again == y);
  array->forward(x, again, pass.next_read());
  CHECK(again != y);
}

TEST_CASE("a vector of zeros reads as zeros through noise management", "[array]") {
  ArraySettings settings{.kind = "crossbar", .device = find_device_model("ideal")};
  settings.circuits.forward.dac.bits = 7;
  settings.circuits.forward.adc.bits = 9;
  settings.circuits.forward.read_noise = 0.1F;
  const auto array = make_array(settings, 4, 4, 1, 0);
  Batch y;
  array->forward(Batch::Zero(3, 4), y, {});
  CHECK(y == Batch::Zero(3, 4));
}

TEST_CASE("weight noise of each kind is what noise on every single weight adds up to",
          "[array][statistics]") {
  const std::string kind = GENERATE("additive", "proportional", "pcm");
  CircuitSettings circuits;
  for (ReadSettings* way : {&circuits.forward, &circuits.transposed}) {
    way->weight_noise = 0.1F;
    way->weight_noise_kind = kind;
    way->read_noise = 0.05F;
    way->noise_management = "none";
  }
  Batch w(2, 3), x(1, 3), d(1, 2);
  w << 0.5F, -1.0F, 0.25F, 2.0F, 0.0F, -0.5F;
  x << 1.0F, -2.0F, 0.5F;
  d << 0.5F, 3.0F;
  const auto array = crossbar_with(circuits, w);
  constexpr int reads = 40000;
  const auto shape = [&](float weight) {
    if (kind == "additive") return 1.0F;
    return kind == "proportional" ? weight * weight : std::abs(weight);
  };
  const Batch y = forward(*array, x.replicate(reads, 1));
  const Batch g = transposed(*array, d.replicate(reads, 1));
  for (Index j = 0; j < 2; ++j) {
    float variance = 0.05F * 0.05F;
    for (Index i = 0; i < 3; ++i) variance += 0.01F * x(0, i) * x(0, i) * shape(w(j, i));
    CHECK(moments(y.col(j)).std == Approx(std::sqrt(variance)).epsilon(6 / std::sqrt(2.0 * reads)));
    CHECK(std::abs(moments(y.col(j)).mean - w.row(j).dot(x.row(0))) <
          6 * std::sqrt(variance / reads));
  }
  for (Index i = 0; i < 3; ++i) {
    float variance = 0.05F * 0.05F;
    for (Index j = 0; j < 2; ++j) variance += 0.01F * d(0, j) * d(0, j) * shape(w(j, i));
    CHECK(moments(g.col(i)).std == Approx(std::sqrt(variance)).epsilon(6 / std::sqrt(2.0 * reads)));
  }
}

TEST_CASE("weight noise follows the weights when they change", "[array]") {
  CircuitSettings circuits;
  circuits.forward.weight_noise = 0.5F;
  circuits.forward.weight_noise_kind = "proportional";
  const auto array = crossbar_with(circuits, Batch::Zero(3, 4));
  const Batch x = Batch::Ones(5, 4);
  CHECK(forward(*array, x) == Batch::Zero(5, 3));
  array->program(Batch::Ones(3, 4));
  CHECK((forward(*array, x).array() != 4.0F).all());
  array->update(x, Batch::Ones(5, 3), 1.0F, {});
  CHECK(forward(*array, x) == Batch::Zero(5, 3));
}

TEST_CASE("every output's converter has a gain and an offset of its own, for good",
          "[array][statistics]") {
  CircuitSettings circuits;
  circuits.forward.noise_management = "none";
  circuits.forward.adc_gain_spread = 0.1F;
  circuits.forward.adc_offset_spread = 0.2F;
  const auto array = crossbar_with(circuits, Batch::Ones(4000, 1));
  const Batch offset = forward(*array, Batch::Zero(1, 1));
  const Batch gain = forward(*array, Batch::Ones(1, 1)) - offset;
  CHECK(moments(offset).std == Approx(0.2).epsilon(6 / std::sqrt(8000.0)));
  CHECK(moments(gain).mean == Approx(1.0).margin(6 * 0.1 / std::sqrt(4000.0)));
  CHECK(moments(gain).std == Approx(0.1).epsilon(6 / std::sqrt(8000.0)));
  CHECK(forward(*array, Batch::Zero(1, 1), {.epoch = 3}) == offset);
  const double both = (offset.array() * (gain.array() - 1.0F)).mean();
  CHECK(std::abs(both) < 6 * 0.1 * 0.2 / std::sqrt(4000.0));
}

TEST_CASE("noise management sets the scale at which converters act", "[array]") {
  CircuitSettings circuits;
  circuits.forward.dac = {.bits = 2, .bound = 1.0F};  // levels -1, 0, 1 times the scale
  Batch x(2, 2), expected(2, 2);
  x << 4.0F, 1.0F, 1.6F, 0.2F;
  const Batch identity = Batch::Identity(2, 2);
  const auto read = [&] { return forward(*crossbar_with(circuits, identity), x); };
  circuits.forward.noise_management = "none";
  expected << 1.0F, 1.0F, 1.0F, 0.0F;
  CHECK(read() == expected);
  circuits.forward.noise_management = "max";
  expected << 4.0F, 0.0F, 1.6F, 0.0F;
  CHECK(read() == expected);
  circuits.forward.noise_management = "constant";
  circuits.forward.noise_management_scale = 3.0F;
  expected << 3.0F, 0.0F, 3.0F, 0.0F;
  CHECK(read() == expected);
  circuits.forward.noise_management = "running";  // the mean of 4 and 1.6
  expected << 2.8F, 0.0F, 2.8F, 0.0F;
  CHECK(read() == expected);
}

TEST_CASE("a running scale follows the mean of all vectors of a mini-batch, read by read",
          "[array]") {
  CircuitSettings circuits;
  circuits.forward.dac = {.bits = 2, .bound = 1.0F};  // levels -1, 0, 1 times the scale
  circuits.forward.noise_management = "running";
  circuits.forward.calibration.running_rate = 0.5F;
  const auto array = crossbar_with(circuits, Batch::Ones(1, 1));
  const Pass first{.epoch = 1, .batch = 1}, second{.epoch = 1, .batch = 2};
  CHECK(forward(*array, Batch::Constant(1, 1, 4.0F), first)(0, 0) == Approx(4.0));
  // (4 + 2.5 + 2.5)/3
  CHECK(forward(*array, Batch::Constant(2, 1, 2.5F), first.next_read())(1, 0) == Approx(3.0));
  CHECK(forward(*array, Batch::Constant(1, 1, 5.0F), second)(0, 0) == Approx(4.0));
  CHECK(forward(*array, Batch::Constant(1, 1, 9.0F), second.at_step(1))(0, 0) == Approx(5.0));
}

TEST_CASE("bound management reads again at half the input until nothing saturates, counting all",
          "[array]") {
  CircuitSettings circuits;
  circuits.forward.noise_management = "none";
  circuits.forward.adc = {.bits = 3, .bound = 1.5F};
  Batch x(3, 1), expected(3, 1);
  x << 1.0F, 5.0F, 100.0F;
  const auto count = [](const Array& array) { return array.account().total().converters; };
  auto array = crossbar_with(circuits, Batch::Ones(1, 1));
  expected << 1.0F, 1.5F, 1.5F;
  CHECK(forward(*array, x) == expected);
  CHECK(count(*array).adc_conversions == 3);
  CHECK(count(*array).adc_saturations == 2);
  circuits.forward.bound_management = "iterative";
  circuits.forward.bound_management_rounds = 3;
  array = crossbar_with(circuits, Batch::Ones(1, 1));
  expected << 1.0F, 4.0F, 12.0F;  // 5 / 4 rounds to 1 at scale 4; 100 saturates even at scale 8
  CHECK(forward(*array, x) == expected);
  CHECK(count(*array).adc_conversions == 3 + 2 + 2 + 1);
  CHECK(count(*array).adc_saturations == 1);
}

TEST_CASE("inputs beyond the range are counted, in training only", "[array]") {
  CircuitSettings circuits;
  circuits.forward.noise_management = "none";
  circuits.forward.dac = {.bits = 7, .bound = 1.0F};
  circuits.transposed = circuits.forward;
  const auto array = crossbar_with(circuits, Batch::Ones(2, 3));
  Batch x(1, 3), d(1, 2);
  x << 2.0F, 0.5F, -3.0F;
  d << 1.0F, 1.5F;
  forward(*array, x);
  transposed(*array, d);
  forward(*array, x, {.phase = Phase::evaluation});
  CHECK(array->account().total().converters.dac_conversions == 5);
  CHECK(array->account().total().converters.dac_saturations == 3);
  CHECK(array->account().total().converters.adc_conversions == 0);
}

TEST_CASE("the forward read, the transposed read and the write have circuits of their own",
          "[array]") {
  CircuitSettings circuits;
  circuits.transposed.dac = {.bits = 2};
  circuits.write.dac = {.bits = 2};
  const auto array = crossbar_with(circuits, Batch::Zero(1, 2));
  Batch x(1, 2), d(1, 1), expected(1, 2);
  x << 1.0F, 0.3F;
  d << 2.0F;
  array->update(x, d, 1.0F, {});
  expected << -2.0F, 0.0F;  // 0.3 of the largest input is nothing to two bits
  CHECK(Batch(array->weights()) == expected);
  array->program(Batch::Ones(1, 2));
  CHECK(forward(*array, x)(0, 0) == Approx(1.3));
  CHECK(array->account().total().converters.dac_conversions == 3);
  d << 0.3F;
  CHECK(transposed(*array, d)(0, 0) == Approx(0.3));  // alone it is full scale
}

TEST_CASE("noise on the lines of a write is no conversion", "[array]") {
  CircuitSettings circuits;
  circuits.write.input_noise = 0.1F;
  const auto array = crossbar_with(circuits, Batch::Zero(1, 2));
  array->update(Batch::Ones(1, 2), Batch::Ones(1, 1), 1.0F, {});
  CHECK(array->account().total().converters.dac_conversions == 0);
}

TEST_CASE("a split array adds up the converted partial sums of its tiles", "[array]") {
  CircuitSettings circuits;
  circuits.tile = {.rows = 2, .columns = 1};
  circuits.forward.noise_management = "none";
  circuits.forward.adc = {.bits = 4, .bound = 7.0F};  // whole numbers up to 7
  circuits.transposed = circuits.forward;
  Batch w(2, 4), x(1, 4), d(1, 2), y(1, 2), g(1, 4);
  w << 1.4F, 0.0F, 0.0F, 1.4F, 5.0F, 5.0F, 1.0F, 0.4F;
  x << 1.0F, 1.0F, 1.0F, 1.0F;
  d << 1.0F, 0.5F;
  const auto array = crossbar_with(circuits, w);
  y << 1.0F + 1.0F, 7.0F + 1.0F;  // 1.4 each rounds to 1, 10 saturates
  CHECK(forward(*array, x) == y);
  // by columns: 1.4 and 2.5, 0 and 2.5, 0 and 0.5, 1.4 and 0.2, halves to even
  g << 1.0F + 2.0F, 2.0F, 0.0F, 1.0F;
  CHECK(transposed(*array, d) == g);
  CHECK(array->account().total().converters.adc_conversions == 4 + 8);
  CHECK(array->account().total().converters.adc_saturations == 1);
}

TEST_CASE("devices of a cell are read together, or each through converters of its own", "[array]") {
  ArraySettings settings{.kind = "crossbar", .device = find_device_model("constant_step")};
  settings.crosspoints.device = {
      {"w_max", 1.0}, {"w_min", -1.0}, {"w_max_dtod", 0.0}, {"w_min_dtod", 0.0}};
  settings.crosspoints.cell.kind = "differential";
  settings.circuits.forward.noise_management = "none";
  settings.circuits.transposed = settings.circuits.forward;
  settings.circuits.transposed.adc = {.bits = 3, .bound = 1.5F};  // steps of 0.5
  Matrix w(1, 2);
  w << 0.6F, -1.6F;  // pairs of 0.3 and -0.3, -0.8 and 0.8
  const Batch one = Batch::Ones(1, 1);
  const auto read = [&](const std::string& devices) {
    settings.circuits.mapping.devices = devices;
    const auto array = make_array(settings, 1, 2, 1, 0);
    array->program(w);
    CHECK(forward(*array, Batch::Identity(2, 2)).isApprox(w.transpose(), 1e-6F));
    const Batch g = transposed(*array, one);
    CHECK(array->account().total().converters.adc_conversions == (devices == "joint" ? 2 : 4));
    return g;
  };
  Batch expected(1, 2);
  expected << 0.5F, -1.5F;
  CHECK(read("joint") == expected);
  expected << 1.0F, -2.0F;  // 0.3 rounds to 0.5, twice; 0.8 to 1
  CHECK(read("separate") == expected);
}

TEST_CASE("all effects together compose with every kind of array and repeat bit for bit",
          "[array]") {
  const std::string kind = GENERATE("crossbar", "transfer", "buffered_transfer", "mixed_precision");
  const std::string cell = GENERATE("single", "differential");
  ArraySettings settings{.kind = kind, .device = find_device_model("soft_bounds")};
  settings.crosspoints.device = {{"g_max", 1e-5},   {"g_min", 1e-7},     {"drift", 0.01},
                                 {"lifetime", 1e3}, {"diffusion", 1e-4}, {"write_noise_std", 1.0}};
  settings.crosspoints.cell.kind = cell;
  if (kind == "mixed_precision") settings.crosspoints.pulse.mode = "deterministic";
  settings.crosspoints.faults = {.stuck_low = 0.01F, .stuck_random = 0.01F, .dead_rows = 0.05F};
  settings.crosspoints.endurance = {.writes = 20.0F, .spread = 0.5F};
  CircuitSettings& circuits = settings.circuits;
  circuits.faults = settings.crosspoints.faults;
  circuits.tile = {.rows = 12, .columns = 7};
  circuits.mapping.scaling = "column";
  circuits.mapping.devices = cell == "single" ? "joint" : "separate";
  circuits.wires = {.row_segment = 20, .column_segment = 10, .row_terminal = 50};
  circuits.telegraph = {.fraction = 0.1F, .amplitude = 0.05F};
  circuits.programming.error = 0.02F;
  circuits.write.dac = {.bits = 6};
  for (ReadSettings* way : {&circuits.forward, &circuits.transposed}) {
    way->dac = {.bits = 7, .rounding = "stochastic"};
    way->adc = {.bits = 9, .range = "percentile", .rounding = "stochastic"};
    way->adc_gain_spread = way->adc_offset_spread = way->input_noise = way->read_noise = 0.01F;
    way->weight_noise = 0.02F;
    way->weight_noise_kind = "pcm";
    way->bound_management = "iterative";
  }
  settings.backward = {.array = "second", .refresh_every = 2};
  const auto train = [&] {
    const auto array = make_array(settings, 10, 20, 1, 0);
    array->program(0.3F * uniform_batch(10, 20, 0), {.seed = 1});
    Batch all(0, 20), y, g;
    for (std::uint32_t batch = 0; batch < 5; ++batch) {
      const Pass pass{.seed = 1, .epoch = 1, .batch = batch};
      const Batch x = uniform_batch(8, 20, 2 * batch + 1), d = uniform_batch(8, 10, 2 * batch + 2);
      array->forward(x, y, pass);
      array->transposed(d, g, pass);
      array->update(x, d, 0.1F, pass);
      all.conservativeResize(all.rows() + 8, Eigen::NoChange);
      all.bottomRows(8) = g;
      all.bottomRows(8).leftCols(10) += y;
    }
    return all;
  };
  const Batch once = train();
  CHECK(once.allFinite());
  CHECK((once.array() != 0.0F).any());
  CHECK(train() == once);
}

TEST_CASE("tiles are as equal as can be and cover the matrix once", "[array]") {
  const auto [rows, columns] = GENERATE(std::pair{512, 512}, std::pair{100, 7}, std::pair{1, 1});
  Batch covered = Batch::Zero(23, 784);
  for (const Tile& tile : split({rows, columns}, 23, 784)) {
    CHECK(tile.inputs <= rows);
    CHECK(tile.outputs <= columns);
    covered.block(tile.first_output, tile.first_input, tile.outputs, tile.inputs).array() += 1.0F;
  }
  CHECK((covered.array() == 1.0F).all());
}

}  // namespace memtrain
