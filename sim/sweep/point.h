#pragma once
#include <optional>
#include <stop_token>

#include "sim/run/claim.h"
#include "sim/run/side_by_side.h"
#include "sim/sweep/folder.h"
#include "sim/sweep/plan.h"

namespace memtrain {

/// How the work on a point ended.
enum class PointEnd : std::uint8_t {
  complete,
  diverged,     ///< an arm met NaN or infinity: a result like others
  interrupted,  ///< it goes on from its checkpoint
  failed,       ///< the reason is kept beside the points
  held,         ///< another process is working on it
};

/// Runs the points of a plan, each as `memtrain run` would, in files of its own. Results do not
/// depend on the order or on the process they are run in.
class PointRunner {
 public:
  /// `blank`: version, commit, command and host of the records. `threads`: of each point.
  PointRunner(const Plan& plan, const SweepFolder& folder, RunRecord blank, std::size_t threads)
      : plan_(plan), folder_(folder), blank_(std::move(blank)), threads_(threads) {}

  /// Loads the data of the first point, so that processes forked from this one share them. A data
  /// set that cannot be loaded is a failure of the points, later.
  void share_data();

  /// Runs a point, from its checkpoint if there is one that fits. What goes wrong with
  /// the point is kept as its failure. Errors: Failure::output when nothing can be written, which
  /// is not the point's fault.
  [[nodiscard]] PointEnd run(std::size_t point, RunObserver& observer, const std::stop_token& stop);

  [[nodiscard]] const Plan& plan() const { return plan_; }
  [[nodiscard]] const SweepFolder& folder() const { return folder_; }

 private:
  [[nodiscard]] PointEnd run_scenario(std::size_t point, const Scenario& scenario,
                                      RunObserver& observer, const std::stop_token& stop);
  [[nodiscard]] PointEnd run_claimed(std::size_t point, const Scenario& scenario, Existing existing,
                                     RunObserver& observer, const std::stop_token& stop);
  [[nodiscard]] const Dataset& data_of(const Scenario& scenario);

  const Plan& plan_;
  const SweepFolder& folder_;
  RunRecord blank_;
  std::size_t threads_;
  std::string loaded_;  // settings of the data in data_
  std::optional<Dataset> data_;
};

}  // namespace memtrain
