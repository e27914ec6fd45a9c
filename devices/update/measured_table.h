#pragma once
#include <string>
#include <vector>

namespace memtrain {

/// Measured steps of one or several devices, from a CSV file with a header. Two forms, columns in
/// any order, lines that begin with # left out:
///   direction,conductance,mean,std[,device]            mean and s.d. of the change by one pulse
///   direction,conductance,change,probability[,device]  the cumulative distribution of the change
/// direction is up or down; conductance and changes are in one unit, whichever; down changes are
/// negative where the conductance falls; probability rises from 0 to 1 at each conductance. A
/// device needs two conductances at least in each direction.
struct MeasuredTable {
  static constexpr int nodes = 65;               ///< conductances, equally spaced
  static constexpr int scores = 33;              ///< quantiles, as normal scores, equally spaced
  static constexpr float largest_score = 6.25F;  ///< from −this to this
  static constexpr int size = 2 * nodes * scores;
  static constexpr std::size_t most_devices = 10000;  ///< of a file; each takes 17 kB

  int devices = 0;
  double lowest = 0, highest = 0;  ///< conductances of the whole file
  /// [devices × {up, down} × nodes × scores]: the change, as a part of the conductance range.
  std::vector<float> quantiles;

  /// The size of a step in the middle of the range, as a part of the range: the median of a device,
  /// its mean of up and down, the mean over devices.
  [[nodiscard]] float mean_step() const;
};

/// Reads such a file. Errors: Failure::data, naming file and line.
[[nodiscard]] MeasuredTable read_measured(const std::string& file);

}  // namespace memtrain
