#include <catch2/catch.hpp>
#include <cmath>

#include "devices/array/array.h"
#include "tests/statistics.h"

using namespace memtrain;

namespace {

/// Devices without variation, wide enough for what a test writes.
ArraySettings plain(const std::string& kind, const std::string& cell = "single") {
  ArraySettings settings{.kind = kind, .device = find_device_model("constant_step")};
  settings.crosspoints.device = {{"dw_min_dtod", 0.0}, {"up_down_dtod", 0.0}, {"w_max_dtod", 0.0},
                                 {"w_min_dtod", 0.0},  {"dw_min_std", 0.0},   {"w_max", 1.0},
                                 {"w_min", -1.0}};
  settings.crosspoints.cell.kind = cell;
  settings.crosspoints.cell.carry_every = 1;  // or the last slice runs out of room
  settings.crosspoints.pulse.verify_pulses = 2000;
  return settings;
}

Batch uniform(Index rows, Index columns, std::uint32_t which) {
  Batch values(rows, columns);
  for (Index i = 0; i < rows; ++i) {
    fill_uniform({.seed = 3, .batch = which}, static_cast<std::uint32_t>(i),
                 {values.row(i).data(), static_cast<std::size_t>(columns)});
  }
  return values;
}

}  // namespace

TEST_CASE("every kind of cell holds the weights it is given and moves them by its step",
          "[cells][contract]") {
  for (const CellKind* kind : cell_kinds()) {
    INFO(kind->name);
    const ArraySettings settings = plain("crossbar", std::string(kind->name));
    const auto cell = make_cell(*settings.device, 5, 7, settings.crosspoints, 1, 0);
    const Matrix target = 0.5F * uniform(5, 7, 0);
    cell->program(target);
    CHECK((cell->weights() - target).cwiseAbs().maxCoeff() < 1e-6);
    const float step = cell->step({});
    for (const float pulses : {3.0F, -5.0F}) {
      const Matrix before = cell->weights();
      cell->apply(Matrix::Constant(5, 7, pulses), {.seed = 1}, 0);
      CHECK(
          (cell->weights() - before - Matrix::Constant(5, 7, pulses * step)).cwiseAbs().maxCoeff() <
          1e-6);
    }
  }
}

TEST_CASE("every kind of cell learns the outer product from pulse trains",
          "[cells][statistics][contract]") {
  for (const CellKind* kind : cell_kinds()) {
    INFO(kind->name);
    const ArraySettings settings = plain("crossbar", std::string(kind->name));
    const auto devices = make_crosspoints(*settings.device, 30, 50, settings.crosspoints, 1, 0);
    const Batch x = uniform(8, 50, 0), d = uniform(8, 30, 1);
    Matrix wanted = Matrix::Zero(30, 50);
    for (std::uint32_t b = 0; b < 40; ++b) {
      devices->update(x, d, 0.05F, {.seed = 2, .batch = b});
      wanted -= (0.05F / 8.0F) * d.transpose() * x;
    }
    CHECK(devices->weights().cwiseProduct(wanted).sum() / wanted.squaredNorm() ==
          Approx(1.0).epsilon(0.05));
  }
}

TEST_CASE("slices hold the digits of a weight, each the middle of its part of the range",
          "[cells]") {
  ArraySettings settings = plain("crossbar", "sliced");
  settings.crosspoints.cell.devices = 3;
  settings.crosspoints.cell.slice_levels = 4;
  const auto cell = make_cell(*settings.device, 1, 3, settings.crosspoints, 1, 0);
  Matrix target(1, 3);
  target << 0.3F, -0.6F, 5.0F;
  cell->program(target);
  const std::vector<DevicePlane> planes = cell->planes();
  REQUIRE(planes.size() == 3);
  // factors 1, 1/4 and 1/16 of 21/16: in units of the first, 0.3 is 0.39375 = 0.25 + 0.575 / 4, and
  // 0.575 = 0.75 - 0.7 / 4
  CHECK(planes[0].factor == Approx(16.0 / 21));
  CHECK(planes[2].factor == Approx(1.0 / 21));
  CHECK(planes[0].weights(0, 0) == 0.25F);
  CHECK(planes[1].weights(0, 0) == 0.75F);
  CHECK(planes[2].weights(0, 0) == Approx(-0.7).epsilon(1e-4));
  CHECK(cell->weights()(0, 1) == Approx(-0.6));
  CHECK(cell->weights()(0, 2) ==
        Approx(16.0 / 21 * 0.75 + 4.0 / 21 * 0.75 + 1.0 / 21));  // the most
}

TEST_CASE("pulses fill the last slice until a carry gives it room again, and carries are counted",
          "[cells]") {
  ArraySettings settings = plain("crossbar", "sliced");
  settings.crosspoints.cell.carry_every = 10;
  settings.crosspoints.device["dw_min"] = 0.02;
  settings.crosspoints.pulse.mode = "deterministic";
  const auto devices = make_crosspoints(*settings.device, 2, 3, settings.crosspoints, 1, 0);
  devices->program(Matrix::Zero(2, 3));
  const auto push = [&](std::uint32_t batch) {
    devices->update(Batch::Ones(1, 3), Batch::Constant(1, 2, -1.0F), 0.06F, {.batch = batch});
  };
  for (std::uint32_t batch = 0; batch < 9; ++batch) push(batch);
  // 0 is 0.8 * 0.25 - 0.2: the last of two slices goes from its lower bound to its upper one
  const float full = devices->weights()(0, 0);
  CHECK(full == Approx(0.4).margin(0.003));
  const double before = devices->pulses();
  push(9);
  CHECK(devices->pulses() > before + 100);
  CHECK(std::abs(devices->weights()(0, 0) - full) < 0.01F);
  push(10);
  CHECK(devices->weights()(0, 0) > full + 0.04F);
}

TEST_CASE("a one-sided pair only ever goes up, and a refresh gives it room again", "[cells]") {
  ArraySettings settings = plain("crossbar", "one_sided");
  settings.crosspoints.device["w_min"] = 0.0;
  settings.crosspoints.cell.refresh_every = 1;
  settings.crosspoints.cell.refresh_at = 0.5F;
  settings.crosspoints.pulse.verify_pulses = 1000;
  const auto cell = make_cell(*settings.device, 3, 4, settings.crosspoints, 1, 0);
  // up and down in turn: both devices fill up while the weight stays
  for (std::uint32_t b = 0; b < 40; ++b) {
    cell->apply(Matrix::Constant(3, 4, b % 2 == 0 ? 100.0F : -90.0F), {.seed = 1, .batch = b}, 0);
    cell->rest({.seed = 1, .batch = b}, nullptr);
  }
  // 20 times 100 pulses up and 90 down, 0.001 each: without refreshes plus would stop at 1
  CHECK((cell->weights().array() - 0.2F).abs().maxCoeff() < 0.005F);
}

TEST_CASE("a refresh writes the pairs that are full, and the others go on ageing", "[cells]") {
  ArraySettings settings = plain("crossbar", "one_sided");
  settings.crosspoints.device["w_min"] = 0.0;
  settings.crosspoints.device["drift"] = 0.1;  // from one mini-batch after the last write on
  settings.crosspoints.cell.refresh_every = 5;
  settings.crosspoints.cell.refresh_at = 0.5F;
  const auto cell = make_cell(*settings.device, 1, 2, settings.crosspoints, 1, 0);
  Matrix target(1, 2);
  target << 0.8F, 0.3F;
  cell->program(target);
  for (std::uint32_t b = 0; b < 9; ++b) cell->rest({.seed = 1, .batch = b}, nullptr);
  // written again after the fifth, to a step of 0.001
  CHECK(cell->weights()(0, 0) == Approx(0.8 * std::pow(5.0 * 4.0, -0.1)).margin(0.0015));
  CHECK(cell->weights()(0, 1) == Approx(0.3 * std::pow(9.0, -0.1)).epsilon(1e-5));
}

TEST_CASE("a refresh leaves the persistent weights of pairs that are not full alone",
          "[cells][statistics]") {
  ArraySettings settings = plain("crossbar", "one_sided");
  settings.crosspoints.device["w_min"] = 0.0;
  settings.crosspoints.device["write_noise_std"] = 10.0;
  settings.crosspoints.cell.refresh_every = 1;
  settings.crosspoints.cell.refresh_at = 0.5F;
  constexpr Index others = 4000;
  const auto cell = make_cell(*settings.device, 1, 1 + others, settings.crosspoints, 1, 0);
  Matrix target = Matrix::Constant(1, 1 + others, 0.3F), pulses = Matrix::Ones(1, 1 + others);
  target(0, 0) = 0.8F;
  pulses(0, 0) = 0.0F;
  cell->program(target);
  cell->apply(pulses, {.seed = 1, .batch = 0}, 0);
  const Matrix seen = cell->weights().rightCols(others);
  CHECK(cell->rest({.seed = 1, .batch = 0}, nullptr).pulses > 0);
  CHECK(Matrix(cell->weights().rightCols(others)) == seen);
  cell->apply(pulses, {.seed = 1, .batch = 1}, 0);
  // two steps of 0.001, and noise of ten that did not add up
  const Moments after = moments(cell->weights().rightCols(others));
  CHECK(std::abs(after.mean - 0.302) < 6 * 0.01 / std::sqrt(1.0 * others));
  CHECK(after.std == Approx(0.01).epsilon(6 / std::sqrt(2.0 * others)));
}

TEST_CASE("a reference device is set once, with its spread, and never moves", "[cells]") {
  ArraySettings settings = plain("crossbar", "reference");
  settings.crosspoints.cell.reference = 0.2F;
  settings.crosspoints.cell.reference_std = 0.1F;
  const auto cell = make_cell(*settings.device, 50, 60, settings.crosspoints, 1, 0);
  // w = device − reference, and the device stops at 1
  cell->program(Matrix::Constant(50, 60, 10.0F));
  const Eigen::ArrayXXd highest = cell->weights().cast<double>().array();
  CHECK(highest.mean() == Approx(0.8).margin(6 * 0.1 / std::sqrt(3000.0)));
  CHECK(std::sqrt((highest - highest.mean()).square().mean()) == Approx(0.1).epsilon(0.1));
}

TEST_CASE("a unit cell writes one device at a time in turn, the significant ones more", "[cells]") {
  ArraySettings settings = plain("crossbar", "unit");
  settings.crosspoints.cell = {
      .kind = "unit", .devices = 2, .significance = 3, .policy = "in_turn"};
  const auto cell = make_cell(*settings.device, 2, 2, settings.crosspoints, 1, 0);
  // factors 3/4 and 1/4 of a step of 0.001
  cell->apply(Matrix::Ones(2, 2), {.batch = 0}, 0);
  CHECK(cell->weights()(0, 0) == Approx(0.00075).epsilon(1e-4));
  cell->rest({.batch = 0}, nullptr);
  cell->apply(Matrix::Ones(2, 2), {.batch = 1}, 0);
  CHECK(cell->weights()(1, 1) == Approx(0.001).epsilon(1e-4));
}

TEST_CASE("turns of a unit cell go on from epoch to epoch, so that every device has its own",
          "[cells]") {
  ArraySettings settings = plain("crossbar", "unit");
  settings.crosspoints.cell = {.kind = "unit", .devices = 16, .policy = "in_turn"};
  const auto cell = make_cell(*settings.device, 1, 1, settings.crosspoints, 1, 0);
  for (const std::uint32_t epoch : {1U, 2U}) {
    for (std::uint32_t b = 0; b < 10; ++b) {
      const Pass pass{.epoch = epoch, .batch = b};
      CHECK(cell->step(pass) == Approx(0.001 / 16));
      cell->apply(Matrix::Ones(1, 1), pass, 0);
      cell->rest(pass, nullptr);
    }
  }
  const std::vector<DevicePlane> planes = cell->planes();
  for (std::size_t k = 0; k < planes.size(); ++k) {
    INFO(k);
    CHECK(planes[k].weights(0, 0) == Approx(k < 4 ? 0.002 : 0.001));
  }
}

TEST_CASE("a turn of a unit cell is a mini-batch with pulses, however many updates it has",
          "[cells]") {
  ArraySettings settings = plain("crossbar", "unit");
  settings.crosspoints.cell = {
      .kind = "unit", .devices = 2, .significance = 3, .policy = "in_turn"};
  const auto cell = make_cell(*settings.device, 1, 1, settings.crosspoints, 1, 0);
  const auto weights = [&](std::size_t k) { return cell->planes()[k].weights(0, 0); };
  // two updates in each mini-batch, with a rest after each; every second has none, as while a
  // transfer waits
  for (std::uint32_t b = 0; b < 6; ++b) {
    const Pass pass{.epoch = 1, .batch = b};
    for (int update = 0; update < 2; ++update) {
      if (b % 2 == 0) {
        CHECK(cell->step(pass) == Approx(b == 2 ? 0.00025 : 0.00075));
        cell->apply(Matrix::Ones(1, 1), pass, 0);
      }
      cell->rest(pass, nullptr);
    }
  }
  CHECK(weights(0) == Approx(0.004).epsilon(1e-3));
  CHECK(weights(1) == Approx(0.002).epsilon(1e-3));
}

TEST_CASE("a unit cell at random writes each device in its share of the mini-batches",
          "[cells][statistics]") {
  ArraySettings settings = plain("crossbar", "unit");
  settings.crosspoints.cell = {.kind = "unit", .devices = 2, .significance = 3, .policy = "random"};
  const auto cell = make_cell(*settings.device, 1, 1, settings.crosspoints, 1, 0);
  int first = 0;
  for (std::uint32_t b = 0; b < 400; ++b) {
    const float before = cell->weights()(0, 0);
    cell->apply(Matrix::Constant(1, 1, b % 2 == 0 ? 1.0F : -1.0F), {.batch = b}, 0);
    const float moved = std::abs(cell->weights()(0, 0) - before);
    first += moved > 0.0005F ? 1 : 0;
    CHECK(moved == Approx(moved > 0.0005F ? 0.00075 : 0.00025).epsilon(1e-3));
    CHECK(cell->step({.batch = b}) == Approx(moved).epsilon(1e-3));
  }
  CHECK(std::abs(first - 200) < 6 * 10);
}

TEST_CASE("mixed precision pays whole pulses and owes the rest", "[array]") {
  const auto array = make_array(plain("mixed_precision"), 1, 1, 1, 0);
  // 0.4 of a step each time: a pulse with the third and the fifth
  const Batch one = Batch::Ones(1, 1);
  const double expected[] = {0, 0, 1, 1, 2, 2, 2, 3};
  for (std::uint32_t b = 0; b < 8; ++b) {
    array->update(one, -one, 0.0004001F, {.batch = b});
    CHECK(array->weights()(0, 0) == Approx(0.001 * expected[b]).margin(1e-7));
  }
  CHECK(array->account().total().write_pulses == 3);
}

TEST_CASE("a device takes a million pulses of a mini-batch at most and is owed the rest",
          "[array]") {
  ArraySettings settings = plain(GENERATE("mixed_precision", "buffered_transfer"));
  INFO(settings.kind);
  settings.crosspoints.pulse.mode = "deterministic";
  settings.transfer = {.every = 1, .rate = 1e6F, .gamma = 0.0F};
  const auto array = make_array(settings, 1, 1, 1, 0);
  const auto pulses = [&] { return array->account().total().write_pulses; };
  const bool transfers = settings.kind == "buffered_transfer";
  // 5e7 steps at once; of a fast array that holds 20 steps a million times, 2e7
  const Batch one = Batch::Ones(1, 1);
  array->update(one, -one, transfers ? 0.02F : 5e4F, {.batch = 0});
  CHECK(pulses() == 1e6 + (transfers ? 20 : 0));
  CHECK(array->weights()(0, 0) == 1.0F);
  array->update(one, Batch::Zero(1, 1), 1.0F, {.batch = 1});
  CHECK(pulses() == 2e6 + (transfers ? 20 : 0));
}

TEST_CASE("a transfer multiplies a column by the one input it is of, not by all", "[array]") {
  ArraySettings settings = plain("transfer");
  settings.transfer = {.every = 1, .rate = 0.5F, .gamma = 0.0F};
  settings.crosspoints.pulse.mode = GENERATE("deterministic", "mean");
  const auto array = make_array(settings, 2, 3, 1, 0);
  array->update(Batch::Ones(4, 3), Batch::Constant(4, 2, -1.0F), 0.02F, {});
  const Events update = array->account()[CostPhase::update];
  // outer products of four samples, and four columns of two
  CHECK(update.digital_macs == 4 * 3 * 2 + 4 * 2);
  // four reads of the fast array beside
  CHECK(update.macs == update.digital_macs + 4 * 3 * 2);
}

TEST_CASE("Tiki-Taka passes what the fast array learns on to the slow one", "[array]") {
  const std::string kind = GENERATE("transfer", "buffered_transfer");
  ArraySettings settings = plain(kind);
  settings.transfer = {.every = 1, .rate = 0.5F, .gamma = 0.0F};
  settings.crosspoints.pulse.mode = "deterministic";
  const auto array = make_array(settings, 2, 3, 1, 0);
  Batch x = Batch::Zero(1, 3), d = Batch::Zero(1, 2);
  x(0, 1) = 1.0F;
  d(0, 0) = -1.0F;
  INFO(kind);
  // the fast array's weight (0, 1) gets 0.02; its columns are read in turn, so (0, 1) goes first in
  // the second sample: by then it is 0.04, of which half is passed on
  array->update(x, d, 0.02F, {.batch = 0});
  CHECK(array->weights().isZero(0.0F));
  array->update(x, d, 0.02F, {.batch = 1});
  CHECK(array->weights()(0, 1) == Approx(0.02).margin(0.0011));
  Matrix others = array->weights();
  others(0, 1) = 0;
  CHECK(others.isZero(0.0F));
  // the transfers are reads, and their pulses count
  CHECK(array->account().total().forward_reads == 2);
  CHECK(array->account().total().write_pulses == Approx(60).margin(2));
}

TEST_CASE("the fast array counts in reads as much as gamma says", "[array]") {
  ArraySettings settings = plain("transfer");
  settings.transfer = {.every = 1000000, .rate = 1.0F, .gamma = 0.5F};
  settings.crosspoints.pulse.mode = "float";
  const auto array = make_array(settings, 2, 2, 1, 0);
  array->program(Matrix::Constant(2, 2, 0.1F));
  array->update(Batch::Ones(1, 2), Batch::Constant(1, 2, -1.0F), 0.2F, {});
  Batch y, g;
  array->forward(Batch::Ones(1, 2), y, {});
  CHECK(y(0, 0) == Approx(2 * (0.1 + 0.5 * 0.2)));
  array->transposed(Batch::Ones(1, 2), g, {});
  CHECK(g(0, 1) == Approx(2 * (0.1 + 0.5 * 0.2)));
  CHECK(array->weights()(1, 0) == Approx(0.2));
}

TEST_CASE("a quantised weight is on its levels, and stochastic rounding keeps the mean",
          "[array][statistics]") {
  ArraySettings settings{.kind = "crossbar", .device = find_device_model("quantised")};
  settings.crosspoints.device = {{"bits", std::int64_t{3}}};
  const auto array = make_array(settings, 100, 100, 1, 0);
  array->program(Matrix::Constant(100, 100, 0.1F));
  // 8 levels from −1 to 1, 2/7 apart: the nearest to 0.1 is 1/7
  CHECK(array->weights()(0, 0) == Approx(1.0 / 7.0));
  array->update(Batch::Ones(1, 100), Batch::Ones(1, 100), 0.1F, {.seed = 4});
  const Eigen::ArrayXXd w = array->weights().cast<double>().array();
  const auto level = (w + 1) * 3.5;
  CHECK((level - level.round()).abs().maxCoeff() < 1e-5);
  // a step down happens with probability 0.1 · 3.5
  CHECK(w.mean() == Approx(1.0 / 7.0 - 0.1).margin(6 * 2.0 / 7.0 * 0.48 / 100));
}
