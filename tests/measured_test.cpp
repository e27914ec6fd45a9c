#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "devices/update/measured_table.h"
#include "tests/pulsed_devices.h"

using namespace memtrain;
using namespace memtrain::test;

namespace {

std::filesystem::path temporary(const std::string& text) {
  const auto path = std::filesystem::temp_directory_path() /
                    ("memtrain_measured_test_" + std::to_string(getpid()));
  std::ofstream(path) << text;
  return path;
}

}  // namespace

TEST_CASE("a measured device steps as its table says: mean, noise, between the nodes",
          "[devices][statistics]") {
  const auto path = temporary(
      "direction,conductance,mean,std\nup,0,0.4,0.1\nup,10,0.2,0.05\ndown,0,-0.1,0\n"
      "down,10,-0.3,0\n");
  const ParameterValues values{{"file", path.string()}};
  // in the middle: 0.3 of a range of 10 is 0.06 of [−1, 1], its noise 0.075 of 10 is 0.015
  const auto up = pulsed("measured", values, 0.0F, 1, 40000);
  const double mean = up.back().mean();
  const double deviation = std::sqrt((up.back() - mean).square().mean());
  CHECK(std::abs(mean - 0.06) < 6 * 0.015 / 200);
  CHECK(std::abs(deviation / 0.015 - 1) < 6 / std::sqrt(2.0) / 200);
  CHECK(pulsed("measured", values, 0.5F, -1).back()[0] == Approx(0.5 - 0.05).epsilon(1e-5));
  std::filesystem::remove(path);
}

TEST_CASE("a measured distribution is sampled as it is, and devices are drawn from the file",
          "[devices][statistics]") {
  // device a: a change is uniform on [0, 0.2]; device b does not move upwards
  std::string text = "device,direction,conductance,change,probability\n";
  for (const char* at : {"0", "1"}) {
    text += std::string("a,up,") + at + ",0,0\na,up," + at + ",0.2,1\n";
    text += std::string("a,down,") + at + ",-0.1,0\na,down," + at + ",-0.1,1\n";
    text += std::string("b,up,") + at + ",0,0\nb,up," + at + ",0,1\n";
    text += std::string("b,down,") + at + ",-0.1,0\nb,down," + at + ",-0.1,1\n";
  }
  const auto path = temporary(text);
  CHECK(read_measured(path.string()).mean_step() == Approx((0.1 + 0.05) / 2).epsilon(1e-4));
  const auto up = pulsed("measured", {{"file", path.string()}}, 0.0F, 1, 40000).back();
  std::filesystem::remove(path);
  const auto still = (up == 0.0).count();
  CHECK(std::abs(static_cast<double>(still) / 40000 - 0.5) < 6 * 0.5 / 200);
  // the others: uniform on [0, 0.4] of [−1, 1]; quantiles are linear between normal scores
  std::vector<double> moved;
  for (const double w : up) {
    if (w != 0.0) moved.push_back(w / 0.4);
  }
  std::sort(moved.begin(), moved.end());
  double worst = 0;
  for (std::size_t i = 0; i < moved.size(); ++i) {
    worst = std::max(
        worst, std::abs(moved[i] - static_cast<double>(i) / static_cast<double>(moved.size())));
  }
  CHECK(worst < 2.69 / std::sqrt(20000.0) + 0.005);
}

TEST_CASE("the last of thousands of measured devices steps as its table says as well",
          "[devices][statistics]") {
  // their tables lie beyond entry 2^24, up to which floats are whole numbers; the first do not move
  constexpr int still = 3911, moving = 600;
  std::string text = "device,direction,conductance,mean,std\n";
  for (int d = 0; d < still + moving; ++d) {
    const bool moves = d >= still;
    const std::string name = (moves ? "b" : "a") + std::to_string(d);
    for (const char* at : {"0", "1"}) {
      text += name + ",up," + at + (moves ? ",0.1,0.05\n" : ",0,0\n");
      text += name + ",down," + at + ",-0.1,0\n";
    }
  }
  const auto path = temporary(text);
  constexpr Index devices = 400000;
  const auto up = pulsed("measured", {{"file", path.string()}}, 0.0F, 1, devices).back();
  std::filesystem::remove(path);
  std::vector<double> moved;
  std::copy_if(up.begin(), up.end(), std::back_inserter(moved), [](double w) { return w != 0.0; });
  const double expected = 1.0 * moving / (still + moving);
  CHECK(std::abs(static_cast<double>(moved.size()) / devices - expected) <
        6 * std::sqrt(expected / devices));
  CHECK(distributed(
      Eigen::Map<const Eigen::ArrayXd>(moved.data(), static_cast<Index>(moved.size())), 0.2, 0.1));
}
