#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <map>
#include <sstream>

#include "devices/array/array.h"

using namespace memtrain;

namespace {

struct Moments {
  double mean = 0, std = 0;
};

Moments moments(const Matrix& values) {
  const Eigen::ArrayXXd v = values.cast<double>().array();
  return {v.mean(), std::sqrt((v - v.mean()).square().mean())};
}

/// Sends one pulse to every device: a train of one slot in which every line fires.
class Pulser {
 public:
  Pulser(Index rows, Index columns) : x_(Batch::Ones(1, columns)), d_(Batch::Ones(1, rows)) {
    settings.pulse = {
        .train_length = 1, .update_management = false, .train_length_management = false};
  }
  void pulse(Crosspoints& devices, bool up) {
    // probability 1 on both sides: rate/(dw_min·1) far above 1
    devices.update(x_, up ? Batch(-d_) : d_, 1e6F, pass_);
    ++pass_.batch;
  }
  CrosspointSettings settings;

 private:
  Batch x_, d_;
  Pass pass_{.seed = 5};
};

CrosspointSettings with(CrosspointSettings settings, const std::string& condition) {
  if (condition == "d2d_only" || condition == "off") settings.device["dw_min_std"] = 0.0;
  if (condition == "c2c_only" || condition == "off") {
    for (const char* name : {"dw_min_dtod", "up_down_dtod", "w_max_dtod", "w_min_dtod"})
      settings.device[name] = 0.0;
  }
  return settings;
}

/// The reference's rows: condition, devices, pulse → mean, s.d.
struct ReferenceRow {
  std::string condition;
  int devices, pulse;
  double mean, std;
};

std::vector<ReferenceRow> reference(const std::string& model) {
  std::ifstream file(std::string(MEMTRAIN_TEST_DATA) + "/response_" + model + ".csv");
  REQUIRE(file);
  std::vector<ReferenceRow> rows;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#' || line.starts_with("condition")) continue;
    std::istringstream fields(line);
    std::string condition, devices, pulse, mean, std;
    std::getline(fields, condition, ','), std::getline(fields, devices, ',');
    std::getline(fields, pulse, ','), std::getline(fields, mean, ','),
        std::getline(fields, std, ',');
    rows.push_back(
        {condition, std::stoi(devices), std::stoi(pulse), std::stod(mean), std::stod(std)});
  }
  return rows;
}

}  // namespace

TEST_CASE("the ensemble response of constant_step and soft_bounds matches the published curves",
          "[devices][statistics]") {
  const std::string model = GENERATE("constant_step", "soft_bounds");
  const auto rows = reference(model);
  REQUIRE(rows.size() > 100);
  for (const std::string condition : {"full", "d2d_only", "c2c_only", "off"}) {
    constexpr Index side = 400;  // 160000 devices
    Pulser pulser(side, side);
    const auto devices = make_crosspoints(*find_device_model(model), side, side,
                                          with(pulser.settings, condition), 17, 0);
    std::map<int, Moments> measured{{0, moments(devices->weights())}};
    for (int pulse = 1; pulse <= 400; ++pulse) {
      pulser.pulse(*devices, pulse <= 200);
      if (pulse % 10 == 0) measured[pulse] = moments(devices->weights());
    }
    int compared = 0;
    for (const ReferenceRow& row : rows) {
      if (row.condition != condition || (condition != "off" && row.devices < 100000)) continue;
      ++compared;
      INFO(model << ' ' << condition << " pulse " << row.pulse);
      const Moments ours = measured.at(row.pulse);
      if (condition == "off") {
        CHECK(std::abs(ours.mean - row.mean) < 1e-6);
        CHECK(ours.std < 1e-6);
        continue;
      }
      // six standard errors of the two ensembles' means, and the common error the source says its
      // shared noise tables bring: one table a tile, 100 tiles
      const double sampling = row.std * std::sqrt(1.0 / 160000 + 1.0 / row.devices);
      const double tables = condition == "d2d_only" ? 0.0 : 0.3 * 0.001 * row.pulse / 181 / 10;
      CHECK(std::abs(ours.mean - row.mean) < 6 * std::hypot(sampling, tables) + 1e-6);
      CHECK(std::abs(ours.std - row.std) < (condition == "full" ? 0.05 : 0.015) * row.std + 1e-6);
    }
    CHECK(compared >= 41);
  }
}

TEST_CASE("one pulse of soft_bounds moves a device as its equation says", "[devices]") {
  Pulser pulser(16, 16);
  const auto devices = make_crosspoints(*find_device_model("soft_bounds"), 16, 16,
                                        with(pulser.settings, "off"), 1, 0);
  devices->program(Matrix::Constant(16, 16, 0.3F));
  pulser.pulse(*devices, true);
  // 0.001 · (1 − 0.3/0.6)
  CHECK(devices->weights()(3, 5) == Approx(0.3005).epsilon(1e-6));
  devices->program(Matrix::Constant(16, 16, 0.3F));
  pulser.pulse(*devices, false);
  // 0.001 · (1 + 0.3/0.6)
  CHECK(devices->weights()(15, 0) == Approx(0.2985).epsilon(1e-6));
}

TEST_CASE("every pulsed model stays within its own bounds, wherever the pulses drive it",
          "[devices][contract]") {
  for (const DeviceModel* model : device_models()) {
    if (!model->pulsed()) continue;
    INFO(model->info().name);
    Pulser pulser(24, 40);
    pulser.settings.device["dw_min"] = 0.05;
    const auto devices = make_crosspoints(*model, 24, 40, pulser.settings, 3, 0);
    devices->program(Matrix::Constant(24, 40, 1e3F));
    const Matrix highest = devices->weights();
    devices->program(Matrix::Constant(24, 40, -1e3F));
    const Matrix lowest = devices->weights();
    for (int i = 0; i < 200; ++i) pulser.pulse(*devices, i < 100);
    CHECK((devices->weights().array() <= highest.array()).all());
    CHECK((devices->weights().array() >= lowest.array()).all());
    CHECK(devices->saturated_fraction() > 0.2);
  }
}

TEST_CASE("errors or inputs of zero change nothing", "[devices][contract]") {
  for (const DeviceModel* model : device_models()) {
    INFO(model->info().name);
    const auto devices = make_crosspoints(*model, 8, 8, {}, 1, 0);
    const Matrix before = devices->weights();
    devices->update(Batch::Ones(4, 8), Batch::Zero(4, 8), 1.0F, {.seed = 1});
    devices->update(Batch::Zero(4, 8), Batch::Ones(4, 8), 1.0F, {.seed = 1});
    CHECK(devices->weights() == before);
  }
}

TEST_CASE("the pulsed update has the expectation of the outer product", "[devices][statistics]") {
  const bool managed = GENERATE(true, false);
  CrosspointSettings settings = with({}, "off");
  settings.device["w_max"] = 100.0;
  settings.device["w_min"] = -100.0;
  settings.pulse.update_management = managed;
  settings.pulse.train_length_management = managed;
  const auto devices =
      make_crosspoints(*find_device_model("constant_step"), 33, 50, settings, 1, 0);
  Batch x(8, 50), d(8, 33);
  for (Index b = 0; b < 8; ++b) {
    fill_uniform({.seed = 1}, static_cast<std::uint32_t>(b), {x.row(b).data(), 50});
    fill_uniform({.seed = 2}, static_cast<std::uint32_t>(b), {d.row(b).data(), 33});
  }
  constexpr int repeats = 4000;
  constexpr float rate = 0.01F;
  for (std::uint32_t i = 0; i < repeats; ++i) devices->update(x, d, rate, {.seed = 9, .batch = i});
  const Matrix wanted = -(rate / 8.0F) * d.transpose() * x * repeats;
  const Matrix off = devices->weights() - wanted;
  // variance of the number of pulses is at most its mean: Σ|x d| rate/8/dw_min a repeat
  const Matrix deviation =
      ((d.cwiseAbs().transpose() * x.cwiseAbs()).array() * (rate / 8 / 0.001F * repeats)).sqrt() *
      0.001F;
  CHECK((off.array().abs() / deviation.array()).maxCoeff() < 6.0F);
  CHECK(off.norm() / wanted.norm() < 0.05F);
}

TEST_CASE("a sample that wants more pulses than a train has slots is limited by the train",
          "[devices]") {
  CrosspointSettings settings = with({}, "off");
  settings.device["w_max"] = 100.0;
  settings.device["w_min"] = -100.0;
  const auto devices = make_crosspoints(*find_device_model("constant_step"), 1, 1, settings, 1, 0);
  devices->update(Batch::Ones(40, 1), Batch::Constant(40, 1, -1.0F), 40.0F, {.seed = 1});
  // 40 samples with 31 pulses of 0.001 each: also more than a queue of directions holds
  CHECK(devices->weights()(0, 0) == Approx(40 * 31 * 0.001).epsilon(1e-4));
}

TEST_CASE("two arms of a run have the same devices, two layers and two seeds have not",
          "[devices]") {
  const DeviceModel& model = *find_device_model("soft_bounds");
  const auto bounds = [&](std::uint64_t seed, std::uint16_t layer) {
    const auto devices = make_crosspoints(model, 20, 20, {}, seed, layer);
    devices->program(Matrix::Constant(20, 20, 1e3F));
    return Matrix(devices->weights());
  };
  CHECK(bounds(1, 0) == bounds(1, 0));
  CHECK(bounds(1, 0) != bounds(1, 1));
  CHECK(bounds(1, 0) != bounds(2, 0));
}

TEST_CASE("a converter keeps zero, saturates at its bound and has 2^bits - 1 levels",
          "[periphery]") {
  Batch values(1, 5);
  values << -3.0F, -0.4F, 0.0F, 0.3F, 9.0F;
  convert(values, 2, 1.0F);  // levels −1, 0, 1
  Batch expected(1, 5);
  expected << -1.0F, 0.0F, 0.0F, 0.0F, 1.0F;
  CHECK(values == expected);
  values << -3.0F, -0.4F, 0.0F, 0.3F, 9.0F;
  convert(values, 3, 1.5F);  // steps of 0.5
  expected << -1.5F, -0.5F, 0.0F, 0.5F, 1.5F;
  CHECK(values == expected);
  values << -3.0F, -0.4F, 0.0F, 0.3F, 9.0F;
  convert(values, 1, 2.0F);
  expected << -2.0F, -2.0F, 2.0F, 2.0F, 2.0F;
  CHECK(values == expected);
}

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
  settings.forward = {.read_noise = 0.3F, .noise_management = management};
  settings.transposed = {.read_noise = 0.5F, .noise_management = management};
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
  settings.forward = {.dac_bits = 7, .adc_bits = 9, .read_noise = 0.1F};
  const auto array = make_array(settings, 4, 4, 1, 0);
  Batch y;
  array->forward(Batch::Zero(3, 4), y, {});
  CHECK(y == Batch::Zero(3, 4));
}

TEST_CASE("momentum and weight decay move a digital weight as their equations say", "[array]") {
  ArraySettings settings{.kind = "exact"};
  settings.crosspoints.optimiser = {.momentum = 0.5F, .weight_decay = 0.1F};
  const auto array = make_array(settings, 1, 1, 1, 0);
  array->program(Matrix::Constant(1, 1, 1.0F));
  const Batch one = Batch::Ones(2, 1);
  array->update(one, one, 0.1F, {});  // v = 1 + 0.1·1 = 1.1, w = 1 − 0.11 = 0.89
  CHECK(array->weights()(0, 0) == Approx(0.89));
  array->update(one, one, 0.1F, {});  // v = 0.55 + 1 + 0.089 = 1.639, w = 0.89 − 0.1639
  CHECK(array->weights()(0, 0) == Approx(0.7261));
}
