#include <hwy/targets.h>
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "devices/array/device_model.h"

using namespace memtrain;

namespace {

Batch uniform(Index rows, Index columns, std::uint32_t which) {
  Batch values(rows, columns);
  for (Index i = 0; i < rows; ++i) {
    fill_uniform({.seed = 3, .batch = which}, static_cast<std::uint32_t>(i),
                 {values.row(i).data(), static_cast<std::size_t>(columns)});
  }
  return values;
}

/// Lets only one instruction set be used while it lives.
class OnlyTarget {
 public:
  explicit OnlyTarget(std::int64_t target) {
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(target);
  }
  ~OnlyTarget() {
    hwy::SetSupportedTargetsForTest(0);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  }
};

/// What a few mini-batches leave of a model, in coincidences and in counted pulses.
Matrix after_training(const DeviceModel& model, const std::string& mode) {
  CrosspointSettings settings;
  settings.pulse.mode = mode;
  settings.count_pulses = true;
  for (const ParameterDescription& row : model.parameters()) {
    if (row.info.name == "write_noise_std") settings.device["write_noise_std"] = 0.5;
    if (row.info.name == "k_std") settings.device["k_std"] = 0.3;
    if (row.info.name == "sigma_c2c") settings.device["sigma_c2c"] = 0.02;
    if (row.info.name == "piecewise_up") {
      settings.device["piecewise_up"] = std::vector<double>{1.5, 1.0, 0.2};
    }
  }
  // 87 columns: a block of 64, one of 16 and a part of one
  const auto devices = make_crosspoints(model, 21, 87, settings, 5, 2);
  const float step = model.recipe(settings.device).step;
  for (std::uint32_t b = 0; b < 6; ++b) {
    // from a few slots a sample to many, and up to the bounds
    const float rate = step * 12.0F * std::pow(4.0F, static_cast<float>(b));
    devices->update(uniform(12, 87, 2 * b), uniform(12, 21, 2 * b + 1), rate,
                    {.seed = 5, .batch = b});
  }
  return devices->weights();
}

struct OnePulse {
  double mean = 0, variance = 0;
  std::vector<double> standard;  ///< (change − mean step) / (σ · step), sorted
};

/// One pulse on very many devices without spread.
OnePulse one_pulse(const std::string& model, double up_down, bool up, std::uint32_t batch = 0) {
  constexpr Index side = 1000;
  CrosspointSettings settings;
  settings.device = {{"dw_min_dtod", 0.0},
                     {"up_down_dtod", 0.0},
                     {"w_max_dtod", 0.0},
                     {"w_min_dtod", 0.0},
                     {"up_down", up_down}};
  const auto cell = make_cell(*find_device_model(model), side, side, settings, 1, 0);
  cell->apply(Matrix::Constant(side, side, up ? 1.0F : -1.0F), {.seed = 8, .batch = batch}, 0);
  const Eigen::ArrayXXd change = cell->weights().cast<double>().array();
  OnePulse result{change.mean(), (change - change.mean()).square().mean(), {}};
  for (Index i = 0; i < side * side; ++i) {
    result.standard.push_back((change(i / side, i % side) / 0.001 - (up ? 1.0 : -1.0)) / 0.3);
  }
  std::sort(result.standard.begin(), result.standard.end());
  return result;
}

}  // namespace

#if HWY_ARCH_X86  // on others there is one path
TEST_CASE("the SSE4, AVX2 and AVX-512 paths give the same bits for every model", "[devices]") {
  const std::int64_t here = hwy::SupportedTargets();
  int compared = 0;
  for (const DeviceModel* model : device_models()) {
    if (!model->pulsed() || !model->problem({}).empty()) continue;
    for (const char* mode : {"stochastic", "deterministic", "mean"}) {
      INFO(model->info().name << ' ' << mode);
      std::vector<Matrix> results;
      for (const std::int64_t target : {HWY_SSE4, HWY_AVX2, HWY_AVX3, HWY_AVX3_DL}) {
        if ((here & target) == 0) continue;
        const OnlyTarget only(target);
        results.push_back(after_training(*model, mode));
      }
      REQUIRE(!results.empty());
      CHECK(results.front().allFinite());
      for (const Matrix& result : results) CHECK(result == results.front());
      compared += static_cast<int>(results.size()) - 1;
    }
  }
  // a machine with one instruction set only has nothing to compare
  if ((here & HWY_AVX2) != 0) CHECK(compared >= 3 * 9);
}
#endif

TEST_CASE("cycle-to-cycle noise is Gaussian: moments, distribution and tails",
          "[devices][statistics]") {
  const OnePulse pulse = one_pulse("constant_step", 0.0, true);
  const auto n = static_cast<double>(pulse.standard.size());
  double second = 0, third = 0, fourth = 0, tail = 0;
  for (const double x : pulse.standard) {
    second += x * x / n;
    third += x * x * x / n;
    fourth += x * x * x * x / n;
    tail += std::abs(x) > 3.0 ? 1.0 / n : 0.0;
  }
  // six standard errors each
  const double error = 6 / std::sqrt(n);
  CHECK(std::abs(pulse.mean / 0.001 - 1) < error * 0.3);
  CHECK(std::abs(second - 1) < error * std::sqrt(2.0));
  CHECK(std::abs(third) < error * std::sqrt(15.0));
  CHECK(std::abs(fourth - 3) < error * std::sqrt(96.0));
  CHECK(std::abs(tail - 0.0026998) < error * std::sqrt(0.0027));
  double worst = 0;
  for (std::size_t i = 0; i < pulse.standard.size(); ++i) {
    const double expected = 0.5 * std::erfc(-pulse.standard[i] / std::sqrt(2.0));
    worst = std::max(worst, std::abs(expected - static_cast<double>(i) / n));
  }
  // Kolmogorov-Smirnov at 1e-6, and the generator's own 1.6e-4
  CHECK(worst < 2.69 / std::sqrt(n) + 1.6e-4 + 1e-6);
}

TEST_CASE("a step that is 5 % off or an asymmetry of the wrong sign would be seen",
          "[devices][statistics]") {
  for (const char* model : {"constant_step", "soft_bounds", "linear_step", "pow_step"}) {
    INFO(model);
    // pow_step's distance is half the range at w = 0; linear_step has a spread of slopes
    const double step = std::string(model) == "pow_step" ? 0.0005 : 0.001;
    const OnePulse up = one_pulse(model, 0.2, true);
    const OnePulse down = one_pulse(model, 0.2, false, 1);
    const double error = 6 * 0.3 * step / 1000;  // six standard errors of a million devices
    REQUIRE(error < 0.05 * step / 10);
    // pow_gamma_dtod bends the mean of (1/2)^gamma by half its variance times ln(1/2) squared
    const double bend = std::string(model) == "pow_step" ? 1 + 0.5 * 0.01 * 0.4805 : 1.0;
    CHECK(std::abs(up.mean - step * bend) < error + 1e-4 * step);
    CHECK(std::abs(down.mean + 0.8 * step * bend) < error + 1e-4 * step);
  }
}

TEST_CASE("devices do not share noise", "[devices][statistics]") {
  // the mean over n devices of one pulse has variance σ²·step²/n if their noises are independent
  constexpr Index side = 64;
  constexpr int pulses = 400;
  CrosspointSettings settings;
  settings.device = {
      {"dw_min_dtod", 0.0}, {"up_down_dtod", 0.0}, {"w_max", 100.0}, {"w_min", -100.0}};
  const auto cell = make_cell(*find_device_model("constant_step"), side, side, settings, 1, 0);
  std::vector<double> means;
  double before = 0;
  for (std::uint32_t b = 0; b < pulses; ++b) {
    cell->apply(Matrix::Ones(side, side), {.seed = 2, .batch = b}, 0);
    const double now = cell->weights().cast<double>().mean();
    means.push_back((now - before) / 0.001 - 1);
    before = now;
  }
  double square = 0;
  for (const double m : means) square += m * m;
  const double expected = 0.3 * 0.3 / (side * side) * pulses;
  // chi-square with 400 degrees of freedom: six standard deviations are 42 %
  CHECK(square / expected < 1 + 6 * std::sqrt(2.0 / pulses));
  CHECK(square / expected > 1 - 6 * std::sqrt(2.0 / pulses));
}

TEST_CASE("pulses at once and one by one move a constant step alike", "[devices][statistics]") {
  // many slots in one mini-batch are added up, the same slots one by one are played
  CrosspointSettings settings;
  settings.device = {
      {"dw_min_dtod", 0.0}, {"up_down_dtod", 0.0}, {"w_max", 100.0}, {"w_min", -100.0}};
  settings.pulse = {.update_management = false, .train_length_management = false};
  constexpr Index side = 200;
  const auto at_once =
      make_crosspoints(*find_device_model("constant_step"), side, side, settings, 1, 0);
  const auto one_by_one =
      make_cell(*find_device_model("constant_step"), side, side, settings, 1, 0);
  at_once->update(Batch::Ones(3, side), Batch::Constant(3, side, -1.0F), 1e6F, {.seed = 4});
  one_by_one->apply(Matrix::Constant(side, side, 93.0F), {.seed = 4}, 0);
  const auto moments = [](const ConstMatrix& weights) {
    const Eigen::ArrayXXd w = weights.cast<double>().array();
    return std::pair{w.mean(), (w - w.mean()).square().mean()};
  };
  const auto [mean, variance] = moments(at_once->weights());
  const auto [played_mean, played_variance] = moments(one_by_one->weights());
  const double expected = 93 * 0.3 * 0.3 * 1e-6;
  CHECK(std::abs(mean - 0.093) < 6 * std::sqrt(expected) / side);
  CHECK(std::abs(played_mean - 0.093) < 6 * std::sqrt(expected) / side);
  CHECK(std::abs(variance / expected - 1) < 6 * std::sqrt(2.0) / side);
  CHECK(std::abs(played_variance / expected - 1) < 6 * std::sqrt(2.0) / side);
  CHECK(at_once->pulses() == 93.0 * side * side);
}

TEST_CASE("steps that are turned round end at the other bound, however many at once", "[devices]") {
  const bool up = GENERATE(true, false);
  CrosspointSettings settings;
  // steps of 0.001 (1 - 2) one way
  settings.device = {{"dw_min_std", 0.0},         {"dw_min_dtod", 0.0},
                     {"up_down_dtod", 0.0},       {"w_max_dtod", 0.0},
                     {"w_min_dtod", 0.0},         {"enforce_consistency", false},
                     {"up_down", up ? -2.0 : 2.0}};
  settings.pulse = {.update_management = false, .train_length_management = false};
  const auto devices = make_crosspoints(*find_device_model("constant_step"), 2, 20, settings, 1, 0);
  const auto after = [&](float start) {
    devices->program(Matrix::Constant(2, 20, start));
    // all slots of four samples fire: 124 pulses
    devices->update(Batch::Ones(4, 20), Batch::Constant(4, 2, up ? -1.0F : 1.0F), 1e6F, {});
    return Matrix(devices->weights());
  };
  const float turned = up ? -1.0F : 1.0F;
  CHECK(after(0.55F * turned) == Matrix::Constant(2, 20, 0.6F * turned));
  CHECK(after(0.0F).isApprox(Matrix::Constant(2, 20, 0.124F * turned), 1e-5F));
}

TEST_CASE("pulses are counted device by device, and all together, on request", "[devices]") {
  CrosspointSettings settings;
  settings.count_pulses = true;
  const auto devices = make_crosspoints(*find_device_model("soft_bounds"), 10, 20, settings, 1, 0);
  devices->update(uniform(9, 20, 0), uniform(9, 10, 1), 0.05F, {.seed = 4});
  CHECK(devices->pulses() > 0);
  CHECK(devices->wear().most * 200 >= devices->pulses());
  CHECK(devices->wear().most <= 9 * 31);
  settings.count_pulses = false;
  const auto uncounted =
      make_crosspoints(*find_device_model("soft_bounds"), 10, 20, settings, 1, 0);
  uncounted->update(uniform(9, 20, 0), uniform(9, 10, 1), 0.05F, {.seed = 4});
  CHECK(uncounted->pulses() == devices->pulses());
  CHECK(uncounted->wear().devices == 0);
}

TEST_CASE("parts of pulses are counted as parts, device by device", "[devices]") {
  CrosspointSettings settings;
  settings.pulse.mode = "mean";
  settings.count_pulses = true;
  const auto devices = make_crosspoints(*find_device_model("constant_step"), 3, 20, settings, 1, 0);
  for (std::uint32_t b = 0; b < 7; ++b) {  // 0.3 of a pulse each
    devices->update(Batch::Ones(1, 20), Batch::Constant(1, 3, -1.0F), 0.0003F, {.batch = b});
  }
  const Wear wear = devices->wear();
  CHECK(wear.most == Approx(2.1));
  CHECK(wear.pulses == Approx(60 * 2.1));
  CHECK(wear.pulses == Approx(devices->pulses()));
  CHECK(wear.histogram == std::vector<double>{0, 0, 60});
}

TEST_CASE("every pulse mode moves weights down the gradient by the wanted amount",
          "[devices][statistics]") {
  const std::string mode = GENERATE("stochastic", "deterministic", "mean", "write_verify", "float");
  CrosspointSettings settings;
  settings.pulse.mode = mode;
  settings.pulse.verify_pulses = 200;
  settings.device = {
      {"dw_min_dtod", 0.0}, {"up_down_dtod", 0.0}, {"w_max_dtod", 0.0}, {"w_min_dtod", 0.0}};
  const auto devices =
      make_crosspoints(*find_device_model("constant_step"), 40, 60, settings, 1, 0);
  const Batch x = uniform(4, 60, 0), d = uniform(4, 40, 1);
  // 25 pulses for the largest product: less than a train has slots
  const float rate = 0.1F;
  devices->update(x, d, rate, {.seed = 3});
  const Matrix wanted = -(rate / 4.0F) * d.transpose() * x;
  INFO(mode);
  // the slope of what was done over what was wanted
  const double slope = devices->weights().cwiseProduct(wanted).sum() / wanted.squaredNorm();
  CHECK(slope == Approx(1.0).epsilon(mode == "float" ? 1e-5 : 0.05));
  const double off = (devices->weights() - wanted).cwiseAbs().maxCoeff();
  if (mode == "float") CHECK(off < 1e-6);
  // at most the tolerance of a step, and the noise of the pulse that came within it
  if (mode == "write_verify") CHECK(off < 0.003);
}

TEST_CASE("decay, diffusion and drift follow their formulas", "[devices][statistics]") {
  const auto run = [](ParameterValues values, int batches) {
    CrosspointSettings settings;
    settings.device = {
        {"w_max", 100.0}, {"w_min", -100.0}, {"w_max_dtod", 0.0}, {"w_min_dtod", 0.0}};
    settings.device.merge(values);
    const auto cell = make_cell(*find_device_model("constant_step"), 100, 100, settings, 1, 0);
    cell->program(Matrix::Constant(100, 100, 0.5F));
    for (int b = 0; b < batches; ++b) {
      cell->rest({.seed = 1, .batch = static_cast<std::uint32_t>(b)}, nullptr);
    }
    return Eigen::ArrayXXd(cell->weights().cast<double>().array());
  };
  // (0.5 − 0.1)(1 − 1/50)^20 + 0.1
  const auto decayed = run({{"lifetime", 50.0}, {"reset", 0.1}}, 20);
  CHECK(decayed(3, 4) == Approx(0.4 * std::pow(0.98, 20) + 0.1).epsilon(1e-5));
  const auto diffused = run({{"diffusion", 0.01}}, 30);
  const double variance = (diffused - 0.5).square().mean();
  CHECK(std::abs(variance / (30 * 1e-4) - 1) < 6 * std::sqrt(2.0) / 100);
  // t0 = 4: constant until then, and (30/4)^(−0.05) at 30
  const auto drifted = run({{"drift", 0.05}, {"drift_t0", 4.0}}, 30);
  CHECK(drifted(7, 7) == Approx(0.5 * std::pow(30.0 / 4.0, -0.05)).epsilon(1e-5));
}

TEST_CASE("every device ages by constants of its own", "[devices][statistics]") {
  constexpr Index side = 200;
  const auto aged = [](ParameterValues values, int batches) {
    CrosspointSettings settings;
    settings.device = {
        {"w_max", 100.0}, {"w_min", -100.0}, {"w_max_dtod", 0.0}, {"w_min_dtod", 0.0}};
    settings.device.merge(values);
    const auto cell = make_cell(*find_device_model("constant_step"), side, side, settings, 1, 0);
    cell->program(Matrix::Constant(side, side, 0.5F));
    for (int b = 0; b < batches; ++b) {
      cell->rest({.seed = 1, .batch = static_cast<std::uint32_t>(b)}, nullptr);
    }
    return Eigen::ArrayXXd(cell->weights().cast<double>().array());
  };
  const auto check = [](const Eigen::ArrayXXd& found, double mean, double deviation) {
    CHECK(std::abs(found.mean() - mean) < 6 * deviation / side);
    CHECK(std::abs(std::sqrt((found - found.mean()).square().mean()) / deviation - 1) <
          6 / std::sqrt(2.0) / side);
  };
  // w/0.5 = 1 - 1/tau; a lifetime of one mini-batch leaves nothing but what weights decay to
  check((1 - 2 * aged({{"lifetime", 50.0}, {"lifetime_dtod", 0.1}}, 1)).inverse(), 50.0, 5.0);
  check(aged({{"lifetime", 1.0}, {"reset", 0.1}, {"reset_dtod", 0.02}}, 1), 0.1, 0.02);
  // t0 = 4 and t = 30: (30/4)^(-nu)
  const auto drifted = aged({{"drift", 0.05}, {"drift_dtod", 0.2}, {"drift_t0", 4.0}}, 30);
  check(-(2 * drifted).log() / std::log(7.5), 0.05, 0.01);
  // the square of (1 + 0.3 zeta) xi is 1.09 on average, with a variance of 3 * 1.5643 - 1.09^2
  const auto diffused = aged({{"diffusion", 0.01}, {"diffusion_dtod", 0.3}}, 1);
  const double square = ((diffused - 0.5) / 0.01).square().mean();
  CHECK(std::abs(square - 1.09) < 6 * std::sqrt(3 * 1.5643 - 1.09 * 1.09) / side);
}

TEST_CASE("a closed loop leaves alone what is within its tolerance", "[devices]") {
  CrosspointSettings settings;
  settings.pulse.mode = "write_verify";
  settings.pulse.verify_tolerance = 5.0F;
  settings.device = {{"dw_min_std", 0.0}, {"dw_min_dtod", 0.0}, {"up_down_dtod", 0.0}};
  const auto devices = make_crosspoints(*find_device_model("constant_step"), 1, 2, settings, 1, 0);
  Batch x(1, 2);
  x << 4.0F, 7.0F;  // steps of 0.001
  devices->update(x, Batch::Constant(1, 1, -1.0F), 0.001F, {});
  CHECK(devices->weights()(0, 0) == 0.0F);
  CHECK(devices->weights()(0, 1) == Approx(0.007));
  CHECK(devices->pulses() == 7);
}

TEST_CASE("stuck devices keep one value for good, the stated part of them",
          "[devices][statistics]") {
  CrosspointSettings settings;
  settings.device = {{"stuck_fraction", 0.1}, {"stuck_range", 0.2}};
  const std::string model = GENERATE("constant_step", "soft_bounds", "exp_step", "pow_step");
  INFO(model);
  constexpr Index side = 200;
  const auto cell = make_cell(*find_device_model(model), side, side, settings, 1, 0);
  cell->program(Matrix::Constant(side, side, 0.3F));
  const Matrix before = cell->weights();
  cell->apply(Matrix::Constant(side, side, -20.0F), {.seed = 1}, 0);
  const auto stuck = (cell->weights().array() == before.array()).eval();
  const double part = static_cast<double>(stuck.count()) / (side * side);
  // devices whose whole range is beyond 0.3 stay as well, but there are very few
  CHECK(std::abs(part - 0.1) < 6 * std::sqrt(0.09) / side + 0.002);
  CHECK(stuck.select(before.array().abs(), 0.0F).maxCoeff() <= 0.3F);
  CHECK(cell->weights().allFinite());
}

TEST_CASE("write noise shows a reader another weight and leaves the device's own alone",
          "[devices][statistics]") {
  CrosspointSettings settings;
  settings.device = {
      {"write_noise_std", 10.0}, {"dw_min_std", 0.0}, {"dw_min_dtod", 0.0}, {"up_down_dtod", 0.0}};
  constexpr Index side = 300;
  const auto cell = make_cell(*find_device_model("constant_step"), side, side, settings, 1, 0);
  for (std::uint32_t b = 0; b < 50; ++b) {
    cell->apply(Matrix::Ones(side, side), {.seed = 6, .batch = b}, 0);
  }
  const Eigen::ArrayXXd seen = cell->weights().cast<double>().array();
  // 50 steps of 0.001, and noise of 10 steps that did not add up
  CHECK(std::abs(seen.mean() - 0.05) < 6 * 0.01 / side + 1e-5);
  CHECK(std::abs(std::sqrt((seen - seen.mean()).square().mean()) / 0.01 - 1) <
        6 / std::sqrt(2.0) / side + 1e-3);
}
