#pragma once
#include <span>
#include <stop_token>

#include "sim/record/run_record.h"
#include "sim/scenario/scenario.h"

namespace memtrain {

/// Hears how the training of one arm and seed goes.
class ArmObserver {
 public:
  virtual ~ArmObserver() = default;
  /// After every mini-batch: samples seen in this epoch and how many of them were right (NaN: the
  /// rule cannot tell, or values are predicted).
  virtual void batch(Index epoch, Index samples, double correct) = 0;
  /// After every epoch; epoch 0 is the state before training.
  virtual void epoch(const EpochRecord& record) = 0;
  /// Asked after every mini-batch and every epoch: whether to save the state of the training now.
  [[nodiscard]] virtual bool wants_state() { return false; }
  /// The state, when it was wanted, and when training stops early.
  virtual void state(std::vector<char> /*state*/) {}  // NOLINT: who overrides it keeps the state
};

/// How the training of one arm and seed ended.
enum class ArmEnd { finished, stopped, diverged };

struct ArmOutcome {
  ArmEnd end = ArmEnd::finished;
  Eigen::MatrixXi
      confusion;  ///< [true × predicted], of the test samples; only when finished, for classes
  std::vector<Matrix> weights;   ///< only when finished, and asked for
  std::vector<WearRecord> wear;  ///< a layer each; only when finished, and if pulses are counted
  /// Of every layer, for each device of its cells; only when finished, and if devices have any.
  std::vector<std::vector<ConductanceHistogram>> conductances;
};

/// Trains one arm with one seed. The numbers depend on nothing but the arguments. The run stops
/// between two mini-batches when asked to; a loss that is not finite ends it as diverged. `from`: a
/// state that a training of the same arm, seed and data has told its observer, to go on from; its
/// numbers are then those of a training that was never stopped. Throws ArchiveMismatch if it is of
/// another training.
[[nodiscard]] ArmOutcome train_arm(const Arm& arm, std::uint64_t seed, const Dataset& data,
                                   const RecordSettings& record, ArmObserver& observer,
                                   const std::stop_token& stop, std::span<const char> from = {});

/// What the arrays of an arm's network are made of. Where no errors are carried back, a second
/// array for them that all arms share in the scenario would only cost.
[[nodiscard]] ArraySettings network_arrays(const Arm& arm);
/// What a sample's features mean.
[[nodiscard]] Shape sample_shape(const Dataset& data);

/// Refuses a network that does not say what the data set asks. Errors: Failure::usage.
void check_output(const Network& network, const Arm& arm, const Dataset& data);
/// How many samples there are.
struct SampleCounts {
  Index train = 0, validation = 0;
};
/// Refuses training that asks for more samples than there are, or for features to write a label
/// over. Errors: Failure::usage.
void check_sizes(const Arm& arm, const Dataset& data, const SampleCounts& samples);
/// The network of an arm. Errors: Failure::usage where its layers do not fit, naming the arm.
[[nodiscard]] Network arm_network(const Arm& arm, const ArraySettings& array, const Dataset& data,
                                  std::uint64_t seed);

/// What an arm consists of.
struct ArmShape {
  std::vector<LayerShape> layers;  ///< weight matrices, as the result file names them
  std::vector<std::string> parts;  ///< what has costs of its own
};
/// The shape of an arm. Errors: Failure::usage when the network does
/// not fit the data set (its inputs, or its outputs and their number of steps), two layers have one
/// name, the data set has fewer training samples than a mini-batch or an epoch shall have, or
/// nothing is held out that training could be patient about.
[[nodiscard]] ArmShape arm_shape(const Arm& arm, const Dataset& data);

/// Samples that an epoch of the arm trains on.
[[nodiscard]] Index samples_per_epoch(const Arm& arm, const Dataset& data);

}  // namespace memtrain
