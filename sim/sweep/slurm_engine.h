#pragma once
#include "sim/sweep/folder.h"
#include "sim/sweep/plan.h"

namespace memtrain {

/// What the jobs of a sweep are told. Empty texts and zeros leave it to the cluster.
struct SlurmSettings {
  std::string partition, account, time, memory;
  std::size_t array_limit = 0;       ///< jobs at a time
  std::size_t points_per_task = 0;   ///< 0: one, or as many as the longest array makes necessary
  std::size_t threads = 1;           ///< of each point
  std::vector<std::string> options;  ///< more for sbatch; what is said last counts: they come last
};

/// What was submitted.
struct SlurmJobs {
  std::string array, merge;  ///< job numbers; empty: there was nothing to do
  std::string message;       ///< for the user
};

/// Writes slurm/array.sh and slurm/merge.sh into the folder of a sweep and submits them: a job
/// array whose tasks work on the points that are given, `memtrain sweep DIR --points FIRST-LAST`
/// each, and a job that makes the table when all have ended. Tasks may be killed, requeued and run
/// twice without harm: they go on from checkpoints and leave alone what is done. A minute before
/// its time limit a task writes checkpoints and queues again. Nothing stays behind: the files and
/// Slurm's own queue are all there is. Errors: Failure::usage when there is no Slurm, it refuses,
/// or jobs of this sweep are still in its queue; Failure::output.
[[nodiscard]] SlurmJobs submit_to_slurm(const SweepFolder& folder, const Plan& plan,
                                        const std::vector<std::size_t>& points,
                                        const SlurmSettings& settings);

/// Refuses options for sbatch that would take the jobs of a sweep apart: --array and --dependency,
/// however they are shortened. Errors: Failure::usage.
void check_sbatch_options(const std::vector<std::string>& options);

/// What sbatch is told of the array of these tasks.
[[nodiscard]] std::vector<std::string> array_options(const SweepFolder& folder,
                                                     const SlurmSettings& settings,
                                                     const std::vector<std::size_t>& tasks);
/// What sbatch is told of the job that makes the table when the array has ended; `array`: its
/// number.
[[nodiscard]] std::vector<std::string> merge_options(const SweepFolder& folder,
                                                     const SlurmSettings& settings,
                                                     const std::string& array);

/// What Slurm's queue says of the last jobs of a sweep, a line each; nothing if there were none.
[[nodiscard]] std::vector<std::string> slurm_status(const SweepFolder& folder);

/// Numbers in order as sbatch --array has them: "0-3,7,9-12".
[[nodiscard]] std::string array_text(const std::vector<std::size_t>& numbers);

}  // namespace memtrain
