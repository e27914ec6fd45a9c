#pragma once
#include <cmath>

#include "sim/base/batch.h"

namespace memtrain {

struct Moments {
  double mean = 0, std = 0;
  double std_error = 0;  ///< of std, for one device: divide by the root of their number
};

inline Moments moments(const Matrix& values) {
  const Eigen::ArrayXXd v = values.cast<double>().array();
  const Eigen::ArrayXXd off = v - v.mean();
  const double variance = off.square().mean();
  const double fourth = off.square().square().mean();
  const double error =
      variance > 0 ? std::sqrt((fourth - variance * variance) / (4 * variance)) : 0;
  return {v.mean(), std::sqrt(variance), error};
}

}  // namespace memtrain
