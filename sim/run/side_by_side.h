#pragma once
#include <filesystem>
#include <optional>

#include "sim/run/checkpoint.h"
#include "sim/run/train_arm.h"

namespace memtrain {

/// Where one arm and seed stands.
struct TaskProgress {
  std::string arm;
  std::int64_t seed = 0;
  enum class State { waiting, training, finished, stopped, diverged } state = State::waiting;
  Index epoch = 0, epochs = 0;         ///< the epoch it is in, of how many
  Index samples = 0, of_samples = 0;   ///< in this epoch
  double correct = 0;                  ///< of these samples; NaN: the rule cannot tell, or values
  double test_accuracy = not_reached;  ///< after the last whole epoch; NaN for a regression
  double test_mse = not_reached;       ///< the same; NaN for classes
  double before = 0;                   ///< part of its training that an earlier run did, in [0, 1]
  double samples_per_second = 0;       ///< over its whole training so far
  double seconds_left = not_reached;
};

/// How much of its training a task has behind it, in [0, 1].
[[nodiscard]] double part_done(const TaskProgress& task);

/// Hears how a run goes; called from several threads, one call at a time.
class RunObserver {
 public:
  virtual ~RunObserver() = default;
  /// Mini-batches of task `changed` were learned: after its first one, then every 50 ms at most,
  /// and after the last of an epoch.
  virtual void progress(const std::vector<TaskProgress>& tasks, std::size_t changed) = 0;
  /// Task `changed` finished an epoch, or ended.
  virtual void milestone(const std::vector<TaskProgress>& tasks, std::size_t changed) = 0;
};

/// Trains every arm with every seed, at most `jobs` at a time, on the same data in the same order
/// from the same initial weights and devices. `record` is filled with what happened and written to
/// `file` after every epoch; its status tells how the run ended. Results do not depend on `jobs`.
/// While it is not over, a checkpoint lies beside the file; `from`: one to go on from, of the same
/// scenario. Errors: Failure::usage when a network does not fit the data, or when the checkpoint
/// was made with other data; Failure::data when the checkpoint is damaged; Failure::output.
void run_side_by_side(const Scenario& scenario, const Dataset& data, std::size_t jobs,
                      const std::filesystem::path& file, RunRecord& record, RunObserver& observer,
                      const std::stop_token& stop, std::optional<Checkpoint> from = {});

/// Now, as the result file writes it: ISO 8601, UTC.
[[nodiscard]] std::string time_stamp();

}  // namespace memtrain
