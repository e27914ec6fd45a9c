#pragma once
#include <vector>

#include "devices/array/crosspoints.h"

namespace memtrain {

/// The devices at one place of an array's cells, counted by their conductance.
struct ConductanceHistogram {
  /// Bins from 0 S on; g_max of the device model is where bin `bins_to_maximum` begins. The last
  /// holds all above: devices differ, and some conduct more than their model's g_max.
  static constexpr std::size_t bins = 125, bins_to_maximum = 100;

  double bin_width = 0;         ///< S
  std::vector<double> devices;  ///< in each bin
};

/// Counts the devices of each plane; empty where not all planes have conductances (g_max > g_min).
[[nodiscard]] std::vector<ConductanceHistogram> conductances_of(
    const std::vector<DevicePlane>& planes);

/// Adds the counts of another part of the same array.
void add(const std::vector<ConductanceHistogram>& part, std::vector<ConductanceHistogram>& sum);

}  // namespace memtrain
