#pragma once
#include "sim/record/run_record.h"
#include "sim/record/table.h"
#include "sim/sweep/folder.h"
#include "sim/sweep/plan.h"

namespace memtrain {

/// One row of the table of a sweep: a point, an arm, a seed.
struct SweepRow {
  std::size_t point = 0;
  std::string arm;         ///< empty: the point has no result
  std::int64_t seed = -1;  ///< the same
  std::string commit;      ///< that its program was built from
  std::string data;        ///< fingerprint of what it was made with; empty: not known
  std::string status;      ///< complete, diverged, failed, started, waiting, damaged or
                       ///< unreadable (another version's, another sweep's, or the disk's trouble)
  std::string reason;  ///< why it failed, or what is wrong with its file
  EpochRecord last;    ///< after the last epoch
  EpochRecord best;    ///< the best value of each metric over all epochs; NaN: none is best
};

/// All rows of a sweep, from its files: points in order, arms and seeds in that of the results. A
/// result that is damaged, cannot be read or has other settings than its point is a row that says
/// so. Files that the plan names are those of the folder where the sweep was begun, to which the
/// process goes for that moment: the caller has no threads. Read by so many processes, where there
/// is much to read.
[[nodiscard]] std::vector<SweepRow> sweep_rows(const Plan& plan, const SweepFolder& folder,
                                               std::size_t processes);

/// Says of a result that it does not belong to its sweep, why, and what can be done.
[[nodiscard]] std::string not_of_sweep(const std::string& file, const std::string& problem);

/// The rows as a table, with a column for each axis.
[[nodiscard]] Table sweep_table(const Plan& plan, const std::vector<SweepRow>& rows);

/// Writes this table to the sweep's file, sweep.h5. Errors: Failure::output.
void write_sweep_table(const Plan& plan, const SweepFolder& folder,
                       const std::vector<SweepRow>& rows);

/// Removes the results of points that are damaged, so that they are run again; returns these
/// points.
[[nodiscard]] std::vector<std::size_t> drop_damaged(const SweepFolder& folder,
                                                    const std::vector<SweepRow>& rows);

}  // namespace memtrain
