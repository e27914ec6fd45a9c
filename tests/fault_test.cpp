#include "devices/periphery/faults.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "devices/array/array.h"
#include "devices/array/grouped.h"
#include "tests/statistics.h"

// What is broken from the beginning, what wears out, and what time does to devices.
namespace memtrain {
namespace {

ArraySettings soft_bounds() {
  ArraySettings settings{.kind = "crossbar", .device = find_device_model("soft_bounds")};
  settings.crosspoints.device = {{"w_max_dtod", 0.0}, {"w_min_dtod", 0.0}, {"dw_min", 0.01}};
  return settings;
}

void break_devices(ArraySettings& settings, const FaultSettings& faults) {
  settings.circuits.faults = settings.crosspoints.faults = faults;
}

Batch read(Array& array, const Pass& pass = {}) {
  Batch y;
  array.forward(Batch::Identity(array.weights().cols(), array.weights().cols()), y, pass);
  return y.transpose();
}

bool within(Index found, double rate, Index of) {
  const double expected = rate * static_cast<double>(of);
  return std::abs(static_cast<double>(found) - expected) < 6 * std::sqrt(expected * (1 - rate));
}

}  // namespace

TEST_CASE("devices are stuck low, high and anywhere at the given rates, whatever is written",
          "[faults][statistics]") {
  const std::string device = GENERATE("soft_bounds", "ideal", "quantised");
  ArraySettings settings = soft_bounds();
  if (device != "soft_bounds") {
    settings.device = find_device_model(device);
    settings.crosspoints.device = {{"w_max", 0.6}, {"w_min", -0.6}};
    if (device == "quantised") settings.crosspoints.device.emplace("bits", std::int64_t{8});
  }
  break_devices(settings, {.stuck_low = 0.1F, .stuck_high = 0.05F, .stuck_random = 0.2F});
  const auto array = make_array(settings, 150, 100, 1, 0);
  constexpr Index devices = 150 * 100;
  array->program(Matrix::Constant(150, 100, 0.2F));
  for (int i = 0; i < 3; ++i) {
    array->update(Batch::Ones(1, 100), Batch::Constant(1, 150, -1.0F), 0.02F, {});
  }
  const auto w = array->weights().array();
  CHECK(within((w == -0.6F).count(), 0.1, devices));
  CHECK(within((w == 0.6F).count(), 0.05, devices));
  CHECK(array->stuck_fraction() == Approx(0.35).margin(6 * std::sqrt(0.35 * 0.65 / devices)));
  // those that still move have gone up from 0.2; of the random ones 2/3 lie below that
  CHECK(within((w < 0.19F && w > -0.6F).count(), 0.2 * 0.79 / 1.2, devices));
  CHECK(within((w > 0.21F && w < 0.4F).count(), 0.65 + 0.2 * 0.19 / 1.2, devices));
}

TEST_CASE("faults of a seed of their own are the same in every run, and in every arm", "[faults]") {
  const auto weights = [](std::uint64_t run, int seed, const std::string& device) {
    ArraySettings settings = soft_bounds();
    settings.device = find_device_model(device);
    settings.crosspoints.device = {{"w_max", 0.6}, {"w_min", -0.6}};
    if (device != "ideal") {
      settings.crosspoints.device.emplace("w_max_dtod", 0.0);
      settings.crosspoints.device.emplace("w_min_dtod", 0.0);
    }
    break_devices(settings, {.stuck_high = 0.3F, .seed = seed});
    return Matrix(make_array(settings, 20, 30, run, 0)->weights());
  };
  CHECK(weights(1, 7, "soft_bounds") == weights(2, 7, "soft_bounds"));
  CHECK(weights(1, 7, "soft_bounds") == weights(1, 7, "ideal"));
  CHECK(weights(1, 7, "soft_bounds") != weights(1, 8, "soft_bounds"));
  CHECK(weights(1, -1, "soft_bounds") != weights(2, -1, "soft_bounds"));
}

TEST_CASE("faults of a seed of their own differ from group to group of a convolution", "[faults]") {
  ArraySettings settings = soft_bounds();
  break_devices(settings, {.stuck_high = 0.3F, .seed = 7});
  const auto weights = [&](std::uint64_t run) {
    return Matrix(make_grouped_array(settings, 2, 40, 30, run, 0)->weights());
  };
  const Matrix first = weights(1).topRows(20), second = weights(1).bottomRows(20);
  CHECK(first != second);
  CHECK(first == Matrix(make_array(settings, 20, 30, 1, 0)->weights()));
  CHECK(Matrix(weights(2).bottomRows(20)) == second);
}

TEST_CASE("what lies on a dead line of a tile reads as nothing, in both directions", "[faults]") {
  ArraySettings settings{.kind = "crossbar", .device = find_device_model("ideal")};
  settings.circuits.tile = {.rows = 50, .columns = 40};
  const bool columns = GENERATE(false, true);
  break_devices(settings,
                {.dead_rows = columns ? 0.0F : 0.2F, .dead_columns = columns ? 0.2F : 0.0F});
  const auto array = make_array(settings, 80, 100, 1, 0);
  array->program(Matrix::Ones(80, 100));
  const Matrix seen = read(*array);
  Index dead = 0;
  for (const Tile& tile : split(settings.circuits.tile, 80, 100)) {
    const Matrix part = seen.block(tile.first_output, tile.first_input, tile.outputs, tile.inputs);
    const Matrix lines = columns ? Matrix(part.transpose()) : part;
    for (Index i = 0; i < lines.cols(); ++i) {
      const float sum = lines.col(i).sum();
      CHECK((sum == 0.0F || sum == static_cast<float>(lines.rows())));
      dead += sum == 0.0F ? 1 : 0;
    }
  }
  CHECK(within(dead, 0.2, columns ? 160 : 200));
  CHECK(Matrix(array->weights()) == seen);
  Batch back;
  array->transposed(Batch::Identity(80, 80), back, {});
  CHECK(back == seen);
  array->update(Batch::Ones(1, 100), Batch::Ones(1, 80), 0.5F, {});
  CHECK((read(*array).array() == 0.0F).count() == (seen.array() == 0.0F).count());
}

TEST_CASE("a dead line carries no current through the wires either", "[faults][wires]") {
  ArraySettings settings{.kind = "crossbar", .device = find_device_model("ideal")};
  settings.crosspoints.device = {{"w_max", 1.0}, {"w_min", -1.0}, {"g_max", 1e-3}, {"g_min", 1e-5}};
  settings.circuits.wires = {.row_segment = 50, .column_segment = 50, .solver = "exact"};
  break_devices(settings, {.dead_rows = 0.3F});
  const auto broken = make_array(settings, 10, 20, 1, 0);
  Matrix w = Matrix::Constant(10, 20, 0.5F);
  broken->program(w);
  const Matrix dead = (Matrix(broken->weights()).array() == 0.0F).cast<float>();
  REQUIRE(dead.sum() > 0.0F);
  REQUIRE(dead.sum() < 200.0F);
  // the neighbours gain what the dead lines no longer take
  break_devices(settings, {});
  const auto whole = make_array(settings, 10, 20, 1, 0);
  whole->program(w);
  const Matrix seen = read(*broken), before = read(*whole);
  CHECK((seen.array() * dead.array() == 0.0F).all());
  CHECK(((seen - before).array() * (1.0F - dead.array())).maxCoeff() > 0.0F);
}

TEST_CASE("a device sticks after as many pulses as it survives", "[faults]") {
  ArraySettings settings = soft_bounds();
  settings.crosspoints.endurance = {.writes = 5.0F};
  const std::string cell = GENERATE("single", "differential");
  settings.crosspoints.cell.kind = cell;
  settings.crosspoints.pulse.mode = "deterministic";
  const auto array = make_array(settings, 3, 4, 1, 0);
  const float rate = cell == "single" ? 0.01F : 0.02F;  // one pulse
  for (int pulse = 1; pulse <= 8; ++pulse) {
    const Matrix before = array->weights();
    array->update(Batch::Ones(1, 4), Batch::Constant(1, 3, -1.0F), rate, {});
    INFO(pulse);
    CHECK((array->weights().array() != before.array()).all() == (pulse <= 5));
    CHECK(array->stuck_fraction() == (pulse >= 5 ? 1.0 : 0.0));
  }
}

TEST_CASE("a part of a pulse uses up that part of a device's endurance", "[faults]") {
  ArraySettings settings = soft_bounds();
  settings.crosspoints.endurance = {.writes = 2.0F};
  settings.crosspoints.pulse.mode = "mean";
  const auto array = make_array(settings, 3, 4, 1, 0);
  for (int update = 1; update <= 8; ++update) {  // 0.3 of a pulse each
    array->update(Batch::Ones(1, 4), Batch::Constant(1, 3, -1.0F), 0.003F, {});
    INFO(update);
    CHECK(array->stuck_fraction() == (update >= 7 ? 1.0 : 0.0));
  }
}

TEST_CASE("endurance is log-normal from device to device", "[faults][statistics]") {
  ArraySettings settings = soft_bounds();
  settings.crosspoints.endurance = {.writes = 6.5F, .spread = 0.5F};
  settings.crosspoints.pulse.mode = "deterministic";
  const auto array = make_array(settings, 100, 100, 1, 0);
  for (int pulse = 1; pulse <= 12; ++pulse) {
    array->update(Batch::Ones(1, 100), Batch::Constant(1, 100, -1.0F), 0.01F, {});
    const double expected = 0.5 * std::erfc(-std::log(pulse / 6.5) / 0.5 / std::sqrt(2.0));
    INFO(pulse);
    CHECK(std::abs(array->stuck_fraction() - expected) <
          6 * std::sqrt(expected * (1 - expected) / 1e4) + 1e-4);
  }
}

TEST_CASE("time may be in seconds: half the time in twice as many mini-batches is the same",
          "[faults]") {
  const auto after = [](double batch_time, int batches, const ParameterValues& effect) {
    ArraySettings settings = soft_bounds();
    settings.crosspoints.device.insert(effect.begin(), effect.end());
    settings.crosspoints.device.emplace("batch_time", batch_time);
    const auto array = make_array(settings, 2, 2, 1, 0);
    array->program(Matrix::Constant(2, 2, 0.4F));
    for (int i = 0; i < batches; ++i) array->update(Batch::Zero(1, 2), Batch::Zero(1, 2), 1.0F, {});
    return array->weights()(0, 0);
  };
  const ParameterValues decay{{"lifetime", 100.0}}, drift{{"drift", 0.1}, {"drift_t0", 3.0}};
  CHECK(after(1.0, 10, decay) == Approx(0.4 * std::pow(0.99, 10)).epsilon(1e-5));
  CHECK(after(0.5, 20, decay) == Approx(0.4 * std::pow(0.995, 20)).epsilon(1e-5));
  CHECK(after(1.0, 30, drift) == Approx(0.4 * std::pow(10.0, -0.1)).epsilon(1e-5));
  CHECK(after(0.25, 120, drift) == Approx(0.4 * std::pow(10.0, -0.1)).epsilon(1e-5));
}

TEST_CASE("traps put devices at one of two values, frozen for a mini-batch",
          "[faults][statistics]") {
  ArraySettings settings{.kind = "crossbar", .device = find_device_model("ideal")};
  settings.circuits.telegraph = {.fraction = 0.4F, .amplitude = 0.2F, .dwell = 5.0F};
  const auto array = make_array(settings, 100, 100, 1, 0);
  array->program(Matrix::Zero(100, 100));
  const auto wait = [&](std::uint32_t batch) {
    array->update(Batch::Zero(1, 100), Batch::Zero(1, 100), 1.0F, {.epoch = 1, .batch = batch});
  };
  const Matrix first = read(*array);
  const auto count = [](const Matrix& w, float value) { return (w.array() == value).count(); };
  CHECK(within(count(first, 0.1F), 0.2, 10000));
  CHECK(within(count(first, -0.1F), 0.2, 10000));
  CHECK(count(first, 0.0F) + count(first, 0.1F) + count(first, -0.1F) == 10000);
  CHECK(read(*array, Pass{}.next_read()) == first);
  Batch back;
  array->transposed(Batch::Identity(100, 100), back, {});
  CHECK(back == first);
  CHECK((array->weights().array() == 0.0F).all());
  // the correlation of a symmetric two-state process falls as exp(-2 t / dwell)
  const auto traps = static_cast<double>((first.array() != 0.0F).count());
  for (std::uint32_t batch = 0; batch < 4; ++batch) {
    wait(batch);
    const double correlation = (read(*array).array() * first.array()).sum() / (0.01 * traps);
    INFO(batch);
    CHECK(std::abs(correlation - std::exp(-2.0 * (batch + 1) / 5)) < 6 / std::sqrt(traps));
  }
}

}  // namespace memtrain
