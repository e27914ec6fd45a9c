#pragma once
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
};

/// How the training of one arm and seed ended.
enum class ArmEnd { finished, stopped, diverged };

struct ArmOutcome {
  ArmEnd end = ArmEnd::finished;
  Eigen::MatrixXi
      confusion;  ///< [true × predicted], of the test samples; only when finished, for classes
  std::vector<Matrix> weights;  ///< only when finished, and asked for
};

/// Trains one arm with one seed. The numbers depend on nothing but the arguments. The run stops
/// between two mini-batches when asked to; a loss that is not finite ends it as diverged.
[[nodiscard]] ArmOutcome train_arm(const Arm& arm, std::uint64_t seed, const Dataset& data,
                                   const RecordSettings& record, ArmObserver& observer,
                                   const std::stop_token& stop);

/// The layers of an arm as the result file names them. Errors: Failure::usage when the network does
/// not fit the data set (its inputs, or its outputs and their number of steps), two layers have one
/// name, the data set has fewer training samples than a mini-batch or an epoch shall have, or
/// nothing is held out that training could be patient about.
[[nodiscard]] std::vector<LayerShape> layer_shapes(const Arm& arm, const Dataset& data);

/// Samples that an epoch of the arm trains on.
[[nodiscard]] Index samples_per_epoch(const Arm& arm, const Dataset& data);

}  // namespace memtrain
