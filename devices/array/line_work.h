#pragma once
#include <Eigen/Core>

#include "sim/base/batch.h"

namespace memtrain {

/// Σ over pulses of the conductance of the device that had it, midway between before and after, S;
/// of what it is in weights where devices alone are concerned.
struct PulsedConductance {
  double up = 0, down = 0;

  PulsedConductance& operator+=(const PulsedConductance& other) {
    up += other.up;
    down += other.down;
    return *this;
  }
};

/// What cells were given to move them.
struct Given {
  double pulses = 0;         ///< of cells; their devices may share them or each get all of them
  double verify_rounds = 0;  ///< reads of all of them in closed loops

  Given& operator+=(const Given& other) {
    pulses += other.pulses;
    verify_rounds += other.verify_rounds;
    return *this;
  }
};

/// What one update asked of the lines of an array [outputs × inputs].
struct LineWork {
  /// Pulses on each line; of outputs that are written one after another, while it is their turn.
  Eigen::ArrayXd outputs, inputs;
  /// Slots of pulses up, and of pulses down, that every output's line has had for itself.
  Eigen::ArrayXd turns_up, turns_down;
  double slots = 0;  ///< of trains that all lines have had at once

  void clear(Index output_lines, Index input_lines) {
    for (Eigen::ArrayXd* each : {&outputs, &turns_up, &turns_down}) each->setZero(output_lines);
    inputs.setZero(input_lines);
    slots = 0;
  }
  /// Whole or part pulses are counted out to the devices, output by output.
  void add_counted(const BatchIn& counts) {
    const Eigen::ArrayXd up = counts.rowwise().maxCoeff().cwiseMax(0.0F).cast<double>();
    const Eigen::ArrayXd down = (-counts).rowwise().maxCoeff().cwiseMax(0.0F).cast<double>();
    turns_up += up.ceil();
    turns_down += down.ceil();
    outputs += up + down;
    inputs += counts.cwiseAbs().colwise().sum().cast<double>().transpose().array();
  }
};

}  // namespace memtrain
