#pragma once
#include <string>

namespace memtrain {

/// What can be had without learning: a number that results are compared with.
struct Baseline {
  std::string name;    ///< what does so well: "last value"
  std::string metric;  ///< of which number, as the result file names it: "test_mse"
  double value = 0;    ///< over the test samples
  friend bool operator==(const Baseline&, const Baseline&) = default;
};

}  // namespace memtrain
