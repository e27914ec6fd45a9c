#pragma once
#include <string>
#include <vector>

namespace memtrain {

/// The weight of a device over pulses, as measured or simulated.
struct MeasuredCurve {
  std::string device;          ///< name in the file; empty: it has one device
  std::vector<double> weight;  ///< after each reading
  /// Of an ensemble, at each reading: s.d., smallest and largest weight; empty: one device.
  std::vector<double> spread, smallest, largest;
  std::vector<int> pulses;  ///< from the reading before to this one, below 0: down; 0: a gap
};

/// All curves of a file, and how weights were made of its values.
struct MeasuredCurves {
  std::vector<MeasuredCurve> devices;
  bool conductance = false;     ///< weights were mapped from conductances; if not they are as given
  double g_max = 0, g_min = 0;  ///< conductance of weight 1 and −1
};

/// Reads a CSV file with the columns
///   pulse                 number of pulses so far: rises; starts again where cycle or device
///   change conductance or weight or mean    after that pulse; conductances are mapped to [−1, 1]
///   direction             up or down, of the pulses since the row before; if it is missing, the
///                         turning points are found from the values
///   cycle, device         optional; std, min, max with mean: of an ensemble that was read
/// as `memtrain response --csv` writes it. Errors: Failure::data, naming file and line.
[[nodiscard]] MeasuredCurves read_measured_curves(const std::string& file);

}  // namespace memtrain
