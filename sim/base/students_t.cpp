#include "sim/base/students_t.h"

#include <boost/math/distributions/students_t.hpp>
#include <cmath>

namespace memtrain {
namespace {

boost::math::students_t distribution(std::size_t values) {
  return boost::math::students_t(static_cast<double>(values - 1));
}

}  // namespace

double half_width(double std, std::size_t values) {
  const double quantile =
      boost::math::quantile(boost::math::complement(distribution(values), (1 - confidence) / 2));
  return quantile * std / std::sqrt(static_cast<double>(values));
}

double probability_beyond(double t, std::size_t values) {
  return 2 * boost::math::cdf(boost::math::complement(distribution(values), std::abs(t)));
}

}  // namespace memtrain
