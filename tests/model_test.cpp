#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "devices/update/nonlinearity.h"
#include "devices/update/voltage_pulse.h"
#include "sim/scenario/device_file.h"
#include "tests/pulsed_devices.h"
#include "tests/scenario_fixture.h"
#include "tests/statistics.h"

using namespace memtrain;
using memtrain::test::distributed;
using memtrain::test::pulsed;

namespace {

/// A pulsed model without noise and spread but what is given.
ParameterValues plain(ParameterValues values) {
  values.merge(ParameterValues{{"dw_min_std", 0.0},
                               {"dw_min_dtod", 0.0},
                               {"up_down_dtod", 0.0},
                               {"w_max_dtod", 0.0},
                               {"w_min_dtod", 0.0}});
  return values;
}

}  // namespace

TEST_CASE("a log-normal spread of steps is one", "[devices][statistics]") {
  const auto steps =
      pulsed("constant_step", plain({{"dw_min_dtod", 0.5}, {"dw_min_dtod_log_normal", true}}), 0.0F,
             1, 40000);
  CHECK(distributed((steps.back() / 0.001).log(), 0.0, 0.5));
}

TEST_CASE("a reference shifts soft bounds, and at the symmetry point both steps are equal",
          "[devices][statistics]") {
  // steps of 0.01 up and 0.005 down at u = 0, bounds of 0.6
  const ParameterValues values = plain({{"dw_min", 0.01}, {"up_down", 0.5}});
  const auto moved = [&](ParameterValues more, int pulses, Index count = 1) {
    more.merge(ParameterValues(values));
    return Eigen::ArrayXd(
        pulsed("soft_bounds_reference", std::move(more), 0.0F, pulses, count).back());
  };
  // SP = 0.005 / (0.01/0.6 + 0.005/0.6) = 0.2
  CHECK(moved({{"subtract_symmetry_point", true}}, 1)[0] == Approx(0.01 * (1 - 0.2 / 0.6)));
  CHECK(moved({{"subtract_symmetry_point", true}}, -1)[0] == Approx(-0.005 * (1 + 0.2 / 0.6)));
  CHECK(moved({{"reference_mean", 0.1}}, 1)[0] == Approx(0.01 * (1 - 0.1 / 0.6)));
  CHECK(moved({{"reference_mean", 0.1}}, -1)[0] == Approx(-0.005 * (1 + 0.1 / 0.6)));
  // the step at u = r = 0.3 is half of that at 0, with a slope of its own 0.5 (1 + 0.2 zeta)
  CHECK(distributed(moved({{"reference_mean", 0.3}, {"slope_up_dtod", 0.2}}, 1, 40000), 0.005,
                    0.001));
  // r = 0.3 + 0.03 zeta
  CHECK(distributed(moved({{"reference_mean", 0.3}, {"reference_std", 0.03}}, 1, 40000), 0.005,
                    0.0005));
}

TEST_CASE("a fraction of a pulse makes that part of the step with that part of its variance",
          "[devices][statistics]") {
  CrosspointSettings settings;
  settings.device = plain({{"dw_min_std", 0.3}});
  const float pulses = GENERATE(0.25F, -0.25F, 2.25F);
  const auto cell = make_cell(*find_device_model("constant_step"), 1, 40000, settings, 1, 0);
  cell->program(Matrix::Zero(1, 40000));
  cell->apply(Matrix::Constant(1, 40000, pulses), {.seed = 2}, 0);
  CHECK(distributed(cell->weights().row(0).cast<double>().transpose().array() / 0.001, pulses,
                    0.3 * std::sqrt(std::abs(pulses))));
}

TEST_CASE("a small part of a noisy pulse has its part of mean and variance, also near a bound",
          "[devices][statistics]") {
  // AlOx/HfO2: a pulse's noise is twice its step
  CrosspointSettings settings;
  settings.device = {{"levels_up", 40.0},
                     {"levels_down", 40.0},
                     {"nonlinearity_up", 1.94},
                     {"nonlinearity_down", -0.61},
                     {"sigma_c2c", 0.05}};
  // at 1, the bound, pulls are checked instead
  const float start = GENERATE(0.5F, 0.9F, 1.0F), direction = GENERATE(1.0F, -1.0F);
  constexpr Index devices = 200000;
  const auto moves = [&](float pulses, std::uint32_t batch) {
    const auto cell =
        make_cell(*find_device_model("nonlinear_ltp_ltd"), 1, devices, settings, 1, 0);
    cell->program(Matrix::Constant(1, devices, start));
    cell->apply(Matrix::Constant(1, devices, direction * pulses), {.seed = 2, .batch = batch}, 0);
    CHECK(cell->weights().maxCoeff() <= 1.0F);
    return moments(cell->weights().array() - start);
  };
  const Moments whole = moves(1.0F, 0), part = moves(0.01F, 1);
  if (start == 1.0F) {
    CHECK(part.mean < 0);
    CHECK(part.mean > -std::sqrt(0.005) * whole.std);
    return;
  }
  // six standard errors of both
  const double errors = 6 / std::sqrt(1.0 * devices);
  CHECK(std::abs(part.mean - 0.01 * whole.mean) < errors * std::hypot(part.std, 0.01 * whole.std));
  CHECK(std::abs(part.std - 0.1 * whole.std) <
        errors * std::hypot(part.std_error, 0.1 * whole.std_error));
}

TEST_CASE("noise of exp_step grows with the weight as its settings say", "[devices][statistics]") {
  // with A = 0 every step is dw_min; 0.5 (0.001 + 0.01 + 0.1 * 0.3)
  const auto moved = pulsed("exp_step",
                            plain({{"A_up", 0.0},
                                   {"dw_min_std", 0.5},
                                   {"dw_min_std_add", 0.01},
                                   {"dw_min_std_slope", 0.1},
                                   {"w_max", 10.0},
                                   {"w_min", -10.0}}),
                            -0.3F, 1, 40000);
  CHECK(distributed(moved.back() + 0.3, 0.001, 0.0205));
}

TEST_CASE("an asymmetry of exponents bends one direction of pow_step only", "[devices]") {
  // at w = 0 the distance to a bound is half the range: steps of 0.001 / 2^gamma
  const auto step = [](double asymmetry, int pulses) {
    return pulsed("pow_step",
                  plain({{"pow_gamma", 2.0}, {"pow_gamma_dtod", 0.0}, {"pow_up_down", asymmetry}}),
                  0.0F, pulses)
        .back()[0];
  };
  // gamma of 2 (1 - 0.5) on the side that shrinks
  CHECK(step(0.5, 1) == Approx(0.001 / 4));
  CHECK(step(0.5, -1) == Approx(-0.001 / 2));
  CHECK(step(-0.5, 1) == Approx(0.001 / 2));
  CHECK(step(-0.5, -1) == Approx(-0.001 / 4));
}

TEST_CASE("steps that a wide spread has turned round are kept only where consistency is not asked",
          "[devices][statistics]") {
  const auto turned = [](bool consistent) {
    const auto moved =
        pulsed("constant_step", plain({{"dw_min_dtod", 2.0}, {"enforce_consistency", consistent}}),
               0.0F, 1, 40000);
    return (moved.back() < 0).cast<double>().mean();
  };
  CHECK(turned(true) == 0);
  // P(1 + 2 zeta < 0), to six standard errors
  CHECK(turned(false) == Approx(0.308538).margin(6 * 0.0023));
}

TEST_CASE("a curvature has the nonlinearity label that it was solved from", "[devices]") {
  for (const double label : {0.04, 0.5, 1.94, 2.4, 4.88, 6.76, 8.5}) {
    const double a = curvature(static_cast<float>(label));
    CHECK(curvature(static_cast<float>(-label)) == Approx(-a));
    // the largest distance from the straight line, looked for on a fine grid
    double largest = 0;
    for (int i = 0; i <= 100000; ++i) {
      const double x = i / 100000.0;
      largest = std::max(largest, std::expm1(-x / a) / std::expm1(-1 / a) - x);
    }
    CHECK(10.101525 * largest == Approx(label).epsilon(1e-4));
  }
}

TEST_CASE("nonlinear_ltp_ltd follows the published curves from end to end", "[devices]") {
  // Ag:a-Si: both labels, up with 97 and down with 100 pulses
  const ParameterValues values{{"levels_up", 97.0},
                               {"levels_down", 100.0},
                               {"nonlinearity_up", 2.4},
                               {"nonlinearity_down", -4.88}};
  const auto up = pulsed("nonlinear_ltp_ltd", values, -1.0F, 97);
  const auto down = pulsed("nonlinear_ltp_ltd", values, 1.0F, -100);
  const double a_up = 97.0 * curvature(2.4F);
  const double a_down = 100.0 * curvature(4.88F);
  for (int p = 0; p <= 97; ++p) {
    const double b = 2.0 / -std::expm1(-97.0 / a_up);
    CHECK(up[static_cast<std::size_t>(p)][0] ==
          Approx(-b * std::expm1(-p / a_up) - 1.0).margin(1e-5));
  }
  for (int p = 0; p <= 100; ++p) {
    // G_LTD at the pulse number 100 − p
    const double b = 2.0 / -std::expm1(-100.0 / a_down);
    CHECK(down[static_cast<std::size_t>(p)][0] ==
          Approx(b * std::expm1(-p / a_down) + 1.0).margin(1e-5));
  }
}

TEST_CASE("without a window a vteam pulse moves the state by rate times width", "[devices]") {
  // k (v / v_th − 1)^alpha · t = 10 · 2³ · 1.25e-4 = 0.01 of the conductance range: 0.02 of [−1, 1]
  const auto up = pulsed("vteam", {}, 0.0F, 10);
  const auto down = pulsed("vteam", {}, 0.0F, -10);
  CHECK(up.back()[0] == Approx(0.2).epsilon(1e-4));
  CHECK(down.back()[0] == Approx(-0.2).epsilon(1e-4));
  // below the threshold nothing moves: half the voltage of a pulse, with a higher threshold
  VoltagePulse pulse;
  pulse.v_on = -0.4F;
  pulse.v_off = 0.4F;
  const PulseTable half = tabulate(pulse, 0.5F);
  CHECK(*std::max_element(half.up.begin(), half.up.end()) == 0.0F);
  CHECK(*std::min_element(half.down.begin(), half.down.end()) == 0.0F);
  // dx/dt = −r (1 − (1 − x)²) with Biolek's window and p = 1: u = 1 − x grows as tanh
  pulse = {.window = "biolek", .window_p = 1.0F, .t_up = 1.25e-2F};
  const PulseTable table = tabulate(pulse, 1.0F);
  const double u = 0.3;
  const double after = std::tanh(std::atanh(u) + 80.0 * 1.25e-2);
  const auto node = static_cast<std::size_t>(std::lround(u * 1024));
  const double exact_u = static_cast<double>(node) / 1024;
  const double expected = std::tanh(std::atanh(exact_u) + 80.0 * 1.25e-2) - exact_u;
  CHECK(std::abs(after - u - expected) < 1e-3);
  CHECK(table.up[node] == Approx(expected).epsilon(1e-5));
}

TEST_CASE("windows and conductances of vteam are their equations", "[devices]") {
  const auto logistic = [](double u, double by) {
    return 1 / (1 + std::exp(-std::log(u / (1 - u)) - by));
  };
  const std::size_t node = 300;
  const double u = 300.0 / 1024;  // 1 - x; 80 a second without a window
  VoltagePulse pulse{.window = "joglekar", .window_p = 1.0F, .t_up = 1.25e-3F, .t_down = 1.25e-3F};
  // 1 - (2x - 1)^2 = 4 x (1 - x)
  CHECK(tabulate(pulse, 1.0F).up[node] == Approx(logistic(u, 0.4) - u).epsilon(1e-4));
  CHECK(tabulate(pulse, 1.0F).down[node] == Approx(logistic(u, -0.4) - u).epsilon(1e-4));
  // 1 - ((x - 1/2)^2 + 3/4) = x (1 - x)
  pulse.window = "prodromakis";
  CHECK(tabulate(pulse, 1.0F).up[node] == Approx(logistic(u, 0.1) - u).epsilon(1e-4));
  // towards off 1 - x^2: x grows as tanh
  pulse.window = "biolek";
  CHECK(tabulate(pulse, 1.0F).down[node] ==
        Approx(1 - std::tanh(std::atanh(1 - u) + 0.1) - u).epsilon(1e-4));
  // a pulse moves x by 0.01, the conductance exponentially from 1/r_on to 1/r_off, a hundredth
  const VoltagePulse exponential{.conductance = "exponential"};
  const double x = std::log(u * 0.99 + 0.01) / std::log(0.01);
  CHECK(tabulate(exponential, 1.0F).up[node] ==
        Approx((std::pow(0.01, x - 0.01) - 0.01) / 0.99 - u).epsilon(1e-4));
}

TEST_CASE("a vteam pulse varies from device to device and from pulse to pulse",
          "[devices][statistics]") {
  // steps of 0.02
  const auto devices = pulsed("vteam", {{"k_dtod", 0.2}}, 0.0F, 2, 40000);
  CHECK(distributed(devices[1], 0.02, 0.004));
  CHECK((devices[2] - 2 * devices[1]).abs().maxCoeff() < 1e-5);
  const auto pulses = pulsed("vteam", {{"k_std", 0.1}}, 0.0F, 2, 40000);
  CHECK(distributed(pulses[1], 0.02, 0.002));
  CHECK(distributed(pulses[2] - pulses[1], 0.02, 0.002));
}

TEST_CASE("labels differ from device to device by their spread", "[devices][statistics]") {
  const auto up = pulsed("nonlinear_ltp_ltd",
                         {{"nonlinearity_up", 2.0}, {"nonlinearity_dtod", 0.5}}, -1.0F, 1, 40000);
  // the first step rises with the label: as many are below that of a label as labels are
  for (const double score : {-1.0, 1.0}) {
    const double a = curvature(static_cast<float>(2.0 + 0.5 * score));
    const double step = 2.0 * std::expm1(-0.01 / a) / std::expm1(-1 / a);
    const auto below = static_cast<double>((up.back() + 1.0 < step).count()) / 40000;
    const double expected = 0.5 * std::erfc(-score / std::sqrt(2.0));
    CHECK(std::abs(below - expected) < 6 * std::sqrt(expected * (1 - expected) / 40000));
  }
}

TEST_CASE("half-select disturb moves devices on pulsed lines that do not coincide", "[devices]") {
  for (const bool disturb : {false, true}) {
    CrosspointSettings settings;
    settings.device = {{"half_select", disturb}};
    const auto devices = make_crosspoints(*find_device_model("vteam"), 2, 2, settings, 1, 0);
    Batch x = Batch::Zero(8, 2), d = Batch::Zero(8, 2);
    x.col(0).setOnes();
    d.col(0).setConstant(-1.0F);
    devices->update(x, d, 1.0F, {.seed = 1});
    CHECK(devices->weights()(0, 0) > 0.1F);
    CHECK(devices->weights()(1, 1) == 0.0F);
    // on the row and on the column of the pulses
    CHECK((devices->weights()(0, 1) > 0.0F) == disturb);
    CHECK((devices->weights()(1, 0) > 0.0F) == disturb);
  }
}

TEST_CASE("half-select disturb is refused where pulses are counted out", "[devices][scenario]") {
  const auto said = [](const std::string& kind) {
    return test::refusal(test::plain, {"device.model=vteam", "device.half_select=true", kind});
  };
  CHECK(said("array.kind=crossbar") == "accepted");
  for (const std::string kind : {"mixed_precision", "buffered_transfer"}) {
    CHECK(said("array.kind=" + kind) ==
          "--set device.half_select=true: device.half_select: half-select disturb comes with "
          "coincidences only, and array.kind '" +
              kind + "' of arm 'a' counts out pulses");
  }
}

TEST_CASE("every preset is a device that pulses move both ways", "[devices]") {
  for (const char* name : {"reram-es", "reram-sb", "capacitor", "ecram", "ecram-mo", "idealized",
                           "gokmen-vlasov", "pcm", "reram-array-om", "reram-array-hfo2", "ag-asi",
                           "taox-hfox", "pcmo", "alox-hfo2", "gst-pcm", "epiram", "hzo-fefet"}) {
    INFO(name);
    const DeviceSettings device = read_device(name, {});
    CHECK(!device.source.empty());
    const auto cell = make_cell(*device.model, 60, 60, device.crosspoints, 1, 0);
    const double start = cell->weights().cast<double>().mean();
    cell->apply(Matrix::Constant(60, 60, 30.0F), {.batch = 0}, 0);
    const double high = cell->weights().cast<double>().mean();
    cell->apply(Matrix::Constant(60, 60, -60.0F), {.batch = 1}, 0);
    const double low = cell->weights().cast<double>().mean();
    CHECK(high > start);
    CHECK(low < high);
    CHECK(cell->weights().allFinite());
  }
}
