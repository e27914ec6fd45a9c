#pragma once
#include <cmath>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "devices/array/device_model.h"

namespace memtrain::test {

/// The weights of `count` devices without spread after each of some pulses, one direction.
inline std::vector<Eigen::ArrayXd> pulsed(const std::string& model, ParameterValues values,
                                          float start, int pulses, Index count = 1) {
  CrosspointSettings settings;
  settings.device = std::move(values);
  const auto cell = make_cell(*find_device_model(model), 1, count, settings, 1, 0);
  cell->program(Matrix::Constant(1, count, start));
  std::vector<Eigen::ArrayXd> weights;
  const Matrix one = Matrix::Constant(1, count, pulses > 0 ? 1.0F : -1.0F);
  for (int pulse = 0;; ++pulse) {
    weights.emplace_back(cell->weights().row(0).cast<double>().transpose().array());
    if (pulse == std::abs(pulses)) return weights;
    cell->apply(one, {.seed = 2, .batch = static_cast<std::uint32_t>(pulse)}, 0);
  }
}

/// Whether the numbers have this mean and deviation, to six standard errors of normal ones.
inline bool distributed(const Eigen::ArrayXd& numbers, double mean, double deviation) {
  const auto n = static_cast<double>(numbers.size());
  const double found = std::sqrt((numbers - numbers.mean()).square().mean());
  return std::abs(numbers.mean() - mean) < 6 * deviation / std::sqrt(n) &&
         std::abs(found / deviation - 1) < 6 / std::sqrt(2 * n);
}

}  // namespace memtrain::test
