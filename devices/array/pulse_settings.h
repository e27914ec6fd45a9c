#pragma once
#include <span>
#include <string>

#include "sim/base/parameter.h"

namespace memtrain {

/// How an update becomes pulses (Gokmen & Vlasov 2016, doi:10.3389/fnins.2016.00333).
struct PulseSettings {
  /// stochastic: coincidences of random pulse trains; deterministic: the wanted number of pulses,
  /// rounded, sample by sample; mean: the expected number of coincidences, not rounded (an
  /// approximation: a fraction of a pulse makes that fraction of a step); write_verify: the
  /// gradient of a mini-batch is added up digitally, then every device is driven to its new weight
  /// in a closed loop; float: the weights take the gradient as they are, held between the devices'
  /// bounds.
  std::string mode = "stochastic";
  int train_length = 31;                ///< slots in a train, at most 31
  bool update_management = true;        ///< balance the firing probabilities of rows and columns
  bool train_length_management = true;  ///< shorten a sample's trains to what its update needs
  /// stochastic: how the trains are played; the same pulses, at other costs. parallel: on all lines
  /// at once; row_by_row: on the line of one output after another, as counted pulses always are.
  std::string write = "parallel";
  float verify_tolerance = 1.0F;  ///< write_verify: accepted error, in steps
  int verify_pulses = 20;         ///< write_verify: at most so many pulses a device and write
};
[[nodiscard]] std::span<const Parameter<PulseSettings>> pulse_parameters();

/// The firing probabilities of one sample, p = min(1, column · |x|) and min(1, row · |d|), and the
/// number of its slots; length 0: nothing to update.
struct PulseDrive {
  float column = 0.0F, row = 0.0F;
  int length = 0;
};

/// Balances the lines and chooses the length for a sample with the largest |x| and |d| given;
/// `step` is the mean change that a pulse makes.
[[nodiscard]] PulseDrive pulse_drive(float max_x, float max_d, float rate, float step,
                                     const PulseSettings& settings);

}  // namespace memtrain
