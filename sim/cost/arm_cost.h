#pragma once
#include <string>
#include <utility>
#include <vector>

#include "sim/cost/price.h"

namespace memtrain {

/// What an arm costs for each training sample.
struct ArmCost {
  std::string arm, rule, device;
  std::vector<std::string> parts;  ///< what has costs of its own: layers, and the rule
  // of all costs, NaN: depends on data that nobody has looked at, or follows from a parameter that
  // is not known
  PhaseCost total;                  ///< its latency is that of the hardware as a whole
  std::vector<PhaseCost> costs;     ///< [part × phase]
  std::vector<PhaseCost> by_part;   ///< all phases together
  std::vector<PhaseCost> by_phase;  ///< all parts together
  EnergyParts energy;               ///< of arrays and circuits, in J
  double digital_energy = 0;        ///< J
  double digital_macs = 0;          ///< of the multiply-accumulates
  double programmed_weights = 0;    ///< written into second arrays
  /// What the sheet of the FTP paper has for this network: rules, and their multiply-accumulates,
  /// whether or not the program trains it by them. Empty: it has no such networks.
  std::vector<std::pair<std::string, double>> sheet_macs;
  Index parameters = 0;       ///< weights and biases of the network
  Index rule_parameters = 0;  ///< entries of the rule's own matrices
  Index held_values = 0;      ///< values of a sample that have to be held at a time
  Index samples_per_epoch = 0;
  Index batches = 0;                 ///< mini-batches that it was measured in; 0: from shapes
  std::vector<std::string> missed;   ///< what happens less often than that, and so is not in it
  std::vector<std::string> unknown;  ///< what would have to be known for all of energy and latency
};

}  // namespace memtrain
