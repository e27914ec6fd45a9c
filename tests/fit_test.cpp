#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "sim/base/error.h"
#include "sim/characterise/fit.h"
#include "sim/characterise/response.h"

using namespace memtrain;

namespace {

/// A file that is gone with the test.
struct TemporaryFile {
  std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("memtrain_fit_test_" + std::to_string(getpid()));
  explicit TemporaryFile(const std::string& text) { std::ofstream(path) << text; }
  ~TemporaryFile() { std::filesystem::remove(path); }
};

struct Truth {
  std::string model;
  std::vector<std::string> settings;
  std::map<std::string, double> expected;
  int pulses = 200;
};

/// The response of one device or of an ensemble, as `memtrain response --csv` writes it.
std::string response_csv(const Truth& truth, int count) {
  std::vector<std::string> settings = truth.settings;
  for (const ParameterDescription& row : find_device_model(truth.model)->parameters()) {
    const std::string name(row.info.name);
    if (name.ends_with("_dtod")) settings.push_back(name + "=0");
  }
  const DeviceSettings device = read_device(truth.model, settings);
  const auto points = pulse_response(
      device, {.up = truth.pulses, .down = truth.pulses, .cycles = 20, .count = count, .seed = 3});
  std::string text = "pulse,mean,std,min,max\n";
  for (std::size_t i = 0; i < points.size(); ++i) {
    char line[160];
    std::snprintf(line, sizeof line, "%zu,%.9g,%.9g,%.9g,%.9g\n", i, points[i].mean, points[i].std,
                  points[i].min, points[i].max);
    text += line;
  }
  return text;
}

std::string fit_refusal(const std::string& csv) {
  const TemporaryFile file(csv);
  try {
    static_cast<void>(fit_best(read_measured_curves(file.path.string())));
  } catch (const Error& error) {
    CHECK(error.kind == Failure::data);
    const std::string text = error.what();
    const auto name = text.find(file.path.string());
    return name == std::string::npos ? text : text.substr(name + file.path.string().size());
  }
  return "no error";
}

}  // namespace

TEST_CASE("a fit recovers the parameters of every model with a formula within 5 %",
          "[fit][statistics]") {
  const std::vector<Truth> truths{
      {"constant_step",
       {"dw_min=0.01", "up_down=0.2"},
       {{"dw_min", 0.01}, {"up_down", 0.2}, {"dw_min_std", 0.3}, {"w_max", 0.6}, {"w_min", -0.6}}},
      {"soft_bounds",
       {"dw_min=0.01", "up_down=-0.2"},
       {{"dw_min", 0.01}, {"up_down", -0.2}, {"dw_min_std", 0.3}, {"w_max", 0.6}, {"w_min", -0.6}}},
      {"soft_bounds_reference",
       {"dw_min=0.01"},
       {{"dw_min", 0.01}, {"dw_min_std", 0.3}, {"w_max", 0.6}, {"w_min", -0.6}}},
      {"linear_step",
       {"dw_min=0.01", "gamma_up=0.4", "gamma_down=0.7"},
       {{"dw_min", 0.01}, {"gamma_up", 0.4}, {"gamma_down", 0.7}, {"dw_min_std", 0.3}}},
      {"pow_step",
       {"dw_min=0.02", "pow_gamma=1.5", "pow_up_down=0.3"},
       {{"dw_min", 0.02},
        {"pow_gamma", 1.5},
        {"pow_up_down", 0.3},
        {"dw_min_std", 0.3},
        {"w_max", 0.6},
        {"w_min", -0.6}}},
      {"exp_step",
       {"dw_min=0.005"},
       {{"dw_min", 0.005},
        {"gamma_up", 12.44625},
        {"gamma_down", 12.78785},
        {"A_down", 0.36833},
        {"A_up", 0.00081},
        {"dw_min_std", 0.3}},
       400},
      {"nonlinear_ltp_ltd",
       {"nonlinearity_up=2.4", "nonlinearity_down=-4.88", "sigma_c2c=0.01"},
       {{"levels_up", 100.0},
        {"levels_down", 100.0},
        {"nonlinearity_up", 2.4},
        {"nonlinearity_down", -4.88},
        {"sigma_c2c", 0.01}}},
  };
  for (const Truth& truth : truths) {
    INFO(truth.model);
    const TemporaryFile file(response_csv(truth, 1000));
    const auto fits = fit_best(read_measured_curves(file.path.string()));
    CHECK(fits.front().model->info().name == truth.model);
    const ParameterValues values = fits.front().values();
    for (const auto& [name, value] : truth.expected) {
      INFO(name);
      CHECK(std::get<double>(values.at(name)) == Approx(value).epsilon(0.05));
    }
    CHECK(fits.front().model->problem(values).empty());
  }
}

TEST_CASE("a model that nobody wrote a formula for is fitted by its steps, bounds and numbers",
          "[fit]") {
  // 8 and dw_min are one number: what the data cannot tell apart stays as it is
  const Truth truth{"cubic_step", {"dw_min=0.02", "w_max=0.8", "w_min=-0.7"}, {}};
  const TemporaryFile file(response_csv(truth, 1000));
  const MeasuredCurves curves = read_measured_curves(file.path.string());
  const ParameterValues values = fit_device(curves, "cubic_step").values();
  const std::map<std::string, double> expected{
      {"dw_min", 0.02}, {"w_max", 0.8}, {"w_min", -0.7}, {"dw_min_std", 0.3}};
  for (const auto& [name, value] : expected) {
    INFO(name);
    CHECK(std::get<double>(values.at(name)) == Approx(value).epsilon(0.05));
  }
  CHECK(!values.contains("sharpness"));
  CHECK(fit_best(curves).front().model->info().name == "cubic_step");
}

TEST_CASE("numbers whose defaults are as small as they may be are fitted as well", "[fit]") {
  const Truth truth{
      "blunt_step", {"dw_min=0.02", "w_max=0.8", "w_min=-0.7", "bluntness=0.3", "order=2.5"}, {}};
  const TemporaryFile file(response_csv(truth, 1000));
  const ParameterValues values =
      fit_device(read_measured_curves(file.path.string()), "blunt_step").values();
  const std::map<std::string, double> expected{
      {"dw_min", 0.02}, {"w_max", 0.8}, {"w_min", -0.7}, {"bluntness", 0.3}, {"order", 2.5}};
  for (const auto& [name, value] : expected) {
    INFO(name);
    REQUIRE(values.contains(name));
    CHECK(std::get<double>(values.at(name)) == Approx(value).epsilon(0.05));
  }
}

TEST_CASE("a single noisy device tells its model and its step", "[fit][statistics]") {
  const Truth truth{"soft_bounds", {"dw_min=0.01"}, {}};
  const TemporaryFile file(response_csv(truth, 1));
  const auto fits = fit_best(read_measured_curves(file.path.string()));
  CHECK(fits.front().model->info().name == "soft_bounds");
  for (const FittedParameter& p : fits.front().parameters) {
    INFO(p.name);
    if (p.name == "dw_min") {
      CHECK(std::abs(p.value - 0.01) < 0.0005);
      // the interval is honest: the truth lies within three times its half width
      CHECK(std::abs(p.value - 0.01) < 3 * p.error);
    }
  }
}

namespace {

/// The pulses of devices that go ten steps up and ten down, each with a step of its own.
std::string devices_with_steps(const std::vector<double>& steps) {
  std::string text = "device,pulse,direction,weight\n";
  for (const double step : steps) {
    double w = 0;
    for (int i = 0; i <= 60; ++i) {
      const bool up = i % 20 < 10;
      if (i > 0) w += up ? step : -step;
      text += std::to_string(step) + "," + std::to_string(i) + (up ? ",up," : ",down,") +
              std::to_string(w) + "\n";
    }
  }
  return text;
}

}  // namespace

TEST_CASE("several devices give the spread between them", "[fit]") {
  const TemporaryFile file(devices_with_steps({0.01, 0.02}));
  const DeviceFit fit = fit_device(read_measured_curves(file.path.string()), "constant_step");
  const ParameterValues values = fit.values();
  CHECK(std::get<double>(values.at("dw_min")) == Approx(0.015).epsilon(1e-3));
  CHECK(std::get<double>(values.at("dw_min_dtod")) == Approx(0.00707 / 0.015).epsilon(1e-2));
}

TEST_CASE("the interval of a mean over few devices is Student's t: three have 4.303, not 1.96",
          "[fit]") {
  const TemporaryFile file(devices_with_steps({0.01, 0.02, 0.03}));
  const DeviceFit fit = fit_device(read_measured_curves(file.path.string()), "constant_step");
  const auto step =
      std::find_if(fit.parameters.begin(), fit.parameters.end(),
                   [](const FittedParameter& parameter) { return parameter.name == "dw_min"; });
  REQUIRE(step != fit.parameters.end());
  CHECK(step->value == Approx(0.02).epsilon(1e-3));
  // their standard deviation is 0.01
  CHECK(step->error == Approx(4.303 * 0.01 / std::sqrt(3.0)).epsilon(1e-2));
}

TEST_CASE("measured files that cannot be fitted are refused with file, line and reason", "[fit]") {
  std::string good = "pulse,conductance\n";
  for (int i = 0; i < 30; ++i) good += std::to_string(i) + "," + std::to_string(i % 15) + "\n";
  CHECK(fit_refusal("pulse,current\n1,2\n") ==
        ": has no column 'conductance' (or 'weight', or 'mean')");
  CHECK(fit_refusal("number,conductance\n1,2\n") ==
        ": has no column 'pulse' (it has: number, conductance)");
  CHECK(fit_refusal("pulse,conductance\n1,abc\n") == ":2: conductance: 'abc' is not a number");
  CHECK(fit_refusal("pulse,conductance\n1,2,3\n") == ":2: has 3 fields, but the header has 2");
  CHECK(fit_refusal("pulse,conductance\n1,2\n") == ": has 1 readings, but a fit needs 11 at least");
  CHECK(fit_refusal(good + "7,3\n") ==
        ":32: pulse: the number does not rise (it starts again only where cycle or device change)");
  CHECK(fit_refusal("pulse,conductance\n") == ": has a header but no rows");
  CHECK(fit_refusal("") == ": is empty (the first line must name the columns)");
  CHECK(fit_refusal(good) != "no error");  // it only goes up
}
