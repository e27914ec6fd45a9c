#pragma once
#include <algorithm>
#include <cmath>
#include <limits>

namespace memtrain {

/// A number that is not known. Sums and products with it are not known either; a maximum, which
/// would pass over it, is taken by this.
inline constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
[[nodiscard]] inline double larger_known(double a, double b) {
  return std::isnan(a) || std::isnan(b) ? unknown : std::max(a, b);
}

}  // namespace memtrain
