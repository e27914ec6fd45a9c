#include "devices/array/conductance_histogram.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace memtrain {
namespace {

ConductanceHistogram histogram_of(const DevicePlane& plane) {
  using Histogram = ConductanceHistogram;
  Histogram histogram{
      .bin_width = static_cast<double>(plane.range.g_max) / Histogram::bins_to_maximum,
      .devices = std::vector<double>(Histogram::bins, 0.0)};
  Eigen::Array<float, 1, Eigen::Dynamic> row;
  for (Index i = 0; i < plane.weights.rows(); ++i) {
    row = plane.range.of(plane.weights.row(i));
    for (const float conductance : row) {
      if (!std::isfinite(conductance)) continue;
      const double bin = static_cast<double>(conductance) / histogram.bin_width;
      histogram.devices[static_cast<std::size_t>(std::clamp(bin, 0.0, Histogram::bins - 1.0))] += 1;
    }
  }
  return histogram;
}

}  // namespace

std::vector<ConductanceHistogram> conductances_of(const std::vector<DevicePlane>& planes) {
  std::vector<ConductanceHistogram> all;
  for (const DevicePlane& plane : planes) {
    if (!(plane.range.g_max > plane.range.g_min)) return {};
    all.push_back(histogram_of(plane));
  }
  return all;
}

void add(const std::vector<ConductanceHistogram>& part, std::vector<ConductanceHistogram>& sum) {
  if (sum.empty()) sum.resize(part.size());
  assert(sum.size() == part.size());
  for (std::size_t d = 0; d < part.size(); ++d) {
    sum[d].bin_width = part[d].bin_width;
    sum[d].devices.resize(part[d].devices.size(), 0.0);
    std::transform(part[d].devices.begin(), part[d].devices.end(), sum[d].devices.begin(),
                   sum[d].devices.begin(), std::plus<>());
  }
}

}  // namespace memtrain
