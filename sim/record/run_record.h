#pragma once
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "devices/array/conductance_histogram.h"
#include "sim/base/batch.h"
#include "sim/record/baseline.h"

namespace memtrain {

/// The value of everything that was not measured, or not yet.
inline constexpr double not_reached = std::numeric_limits<double>::quiet_NaN();

/// What was measured of one layer after one epoch. Units and meaning: layer_metrics() in metrics.h.
struct LayerRecord {
  double alignment_angle = not_reached;  ///< degrees, between the rule's update and backprop's
  double norm_ratio = not_reached;       ///< the rule's update's norm over backprop's
  double update_sign_agreement = not_reached;  ///< of the weights backprop moves, in [0, 1]
  double local_loss = not_reached;          ///< what the layer learns from; NaN: nothing of its own
  double weight_mean = not_reached;         ///< 1
  double weight_std = not_reached;          ///< 1
  double saturated_fraction = not_reached;  ///< of devices at a bound, in [0, 1]
  double backward_mismatch = not_reached;   ///< of the second array, relative; NaN without one
  double stuck_fraction = not_reached;      ///< of devices that cannot be written, in [0, 1]
};

/// What one part of an arm (a layer, or its rule) has cost in one phase of training, cumulative.
/// Units and meaning: phase_cost_metrics() in metrics.h.
struct PhaseCost {
  double macs = not_reached;
  double operations = not_reached;
  double forward_reads = not_reached;
  double transposed_reads = not_reached;
  double dac_conversions = not_reached;
  double adc_conversions = not_reached;
  double write_pulses = not_reached;
  double energy = not_reached;   ///< J; NaN if not known
  double latency = not_reached;  ///< s, of the part by itself; NaN if not known
};

/// How often the devices of one layer have been written in a whole training.
struct WearRecord {
  double devices = 0, most = 0, mean = 0;
  /// Devices by pulses: none, one, up to 3 … up to 2^k − 1.
  std::vector<double> histogram;
};

/// What was measured of one arm and seed after one epoch; epoch 0 is the state before training.
struct EpochRecord {
  double train_loss = not_reached;
  double train_accuracy =
      not_reached;  ///< fraction in [0, 1]; NaN for a regression, as all of them
  double test_loss = not_reached;
  double test_accuracy = not_reached;          ///< fraction in [0, 1], of all steps of all samples
  double test_mse = not_reached;               ///< NaN for classes, as the next three
  double test_mae = not_reached;               ///< mean distance
  double test_rse = not_reached;               ///< root relative squared error
  double test_corr = not_reached;              ///< correlation, in [−1, 1]
  double validation_loss = not_reached;        ///< NaN without data.validation
  double validation_accuracy = not_reached;    ///< fraction in [0, 1]; NaN without data.validation
  double wall_seconds = not_reached;           ///< since the training of this arm and seed began
  double macs = not_reached;                   ///< multiply-accumulates: cumulative, training only
  double forward_reads = not_reached;          ///< cumulative, vectors through an array
  double transposed_reads = not_reached;       ///< cumulative, vectors backwards through an array
  double dac_conversions = not_reached;        ///< cumulative, training only
  double dac_saturations = not_reached;        ///< of them, how many were beyond the range
  double adc_conversions = not_reached;        ///< cumulative, training only
  double adc_saturations = not_reached;        ///< of them, how many were beyond the range
  double programmed_weights = not_reached;     ///< cumulative, weights written into second arrays
  double write_pulses = not_reached;           ///< cumulative, pulses given to devices
  double max_writes_per_device = not_reached;  ///< NaN unless record.pulse_counts
  double trainings_survived = not_reached;     ///< endurance by these writes; NaN if not known
  double digital_macs = not_reached;           ///< of macs, those that digital logic does
  double operations = not_reached;             ///< other operations of digital logic
  double energy = not_reached;                 ///< J, cumulative; NaN if not known, as the next
  double energy_device_reads = not_reached;    ///< J, in devices that are read
  double energy_device_writes = not_reached;   ///< J, in devices that get pulses
  double energy_half_select = not_reached;     ///< J, in devices on the lines of those
  double energy_wires = not_reached;           ///< J, charging lines
  double energy_converters = not_reached;      ///< J, digital to analogue and back
  double energy_digital = not_reached;         ///< J, in digital logic
  double latency = not_reached;                ///< s, cumulative; NaN if not known
  std::vector<LayerRecord> layers;             ///< in the order of ArmRecord::layers
  /// What all of that is made of: for each of ArmRecord::cost_parts, the phases of training in the
  /// order of ArmRecord::cost_phases.
  std::vector<PhaseCost> costs;
};

/// A layer as the result file names it.
struct LayerShape {
  std::string name;  ///< unique in its arm; not empty, no '/'
  Index outputs = 0, inputs = 0;
};

/// One arm with one seed.
struct SeedRecord {
  std::vector<EpochRecord> epochs;  ///< as far as it got; empty: not begun
  Eigen::MatrixXi confusion;        ///< [true class × predicted class]; empty until the end, or
                                    ///< where there are no classes
  std::vector<Matrix> weights;      ///< final weights, a layer each; empty until the end
  std::vector<WearRecord> wear;     ///< a layer each; empty until the end, or if not counted
  /// Of every layer, for each device of its cells; empty until the end, or without conductances.
  std::vector<std::vector<ConductanceHistogram>> conductances;
  bool diverged = false;  ///< training met NaN or infinity
  bool finished = false;  ///< training went to its end, be it by patience
};

/// One arm: what it was, and what happened for each seed, in the order of RunRecord::seeds.
struct ArmRecord {
  std::string name;  ///< unique in its run; not empty, no '/'
  std::string rule, device;
  std::string settings;  ///< the arm's complete TOML
  Index classes = 0;     ///< 0: not a classification
  std::vector<LayerShape> layers;
  std::vector<std::string> cost_parts;   ///< what has costs of its own: layers, and the rule
  std::vector<std::string> cost_phases;  ///< phases of training
  std::vector<SeedRecord> seeds;         ///< missing ones at the end count as not begun
};

/// How far a run is, or how it ended; `diverged` if any arm did.
enum class RunStatus { running, complete, interrupted, diverged };

/// The word for a status, as the result file and the summary spell it.
[[nodiscard]] std::string_view status_word(RunStatus status);

/// Everything a result file holds: schema memtrain/1.
struct RunRecord {
  std::string version, git_commit, command, scenario, title, host, processor;
  std::string comment;            ///< what the scenario says of itself before its first line
  std::string data;               ///< data_fingerprint(); empty: not known
  std::string started, finished;  ///< ISO 8601, UTC; finished is empty while running
  int threads = 1;
  RunStatus status = RunStatus::running;
  std::vector<Baseline> baselines;  ///< what can be had on the test samples without learning
  std::vector<std::int64_t> seeds;
  Index epochs = 0;  ///< the largest number of epochs of any arm; E = epochs + 1
  std::vector<ArmRecord> arms;
};

/// Writes the record to `path`, replacing the file atomically: when this fails, the old file is
/// intact. The same record gives the same bytes. The whole file is put together in memory first.
/// May be called from several threads; they take turns. Errors: Failure::output, with the path and
/// the reason.
void write_result(const RunRecord& record, const std::string& path);

/// Reads a result file back: arms, layers and seeds in the order they were written. What a file
/// lacks (a metric from a later version) is not_reached. Errors: Failure::data when the file is
/// missing, damaged or of another schema.
[[nodiscard]] RunRecord read_result(const std::string& path);

/// The same without what is known of layers, parts and devices, confusion matrices and weights:
/// much less to read.
[[nodiscard]] RunRecord read_outcome(const std::string& path);

}  // namespace memtrain
