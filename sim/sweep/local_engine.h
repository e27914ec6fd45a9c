#pragma once
#include <functional>
#include <span>

#include "sim/sweep/point.h"

namespace memtrain {

/// How a sweep goes.
struct SweepProgress {
  std::size_t points = 0;  ///< to be done by this call
  std::size_t done = 0;    ///< of these; complete or diverged
  std::size_t failed = 0;
  struct Running {
    std::size_t point = 0;
    double part = 0;  ///< of its training, in [0, 1]
  };
  std::vector<Running> running;
  double seconds_left = not_reached;
};

/// Hears how a sweep goes; called by the process that leads it.
class SweepObserver {
 public:
  virtual ~SweepObserver() = default;
  /// Some time has passed: a tenth of a second at most.
  virtual void passed(const SweepProgress& progress) = 0;
  /// The work on a point has ended, or has to wait (held); `reason`: of a failure.
  virtual void ended(std::size_t point, PointEnd end, const std::string& reason,
                     const SweepProgress& progress) = 0;
};

/// How a sweep ended.
struct SweepOutcome {
  bool interrupted = false;
  std::size_t failed = 0;  ///< points, with their reasons kept
};

/// Runs points, at most `workers` at a time, each in a process of its own: one that crashes or is
/// killed costs its point only. One that is killed is tried a second time, after all others. One
/// that another process is working on is waited for. No more are begun than memory allows: as much
/// must be left as the largest has taken so far. SIGINT and SIGTERM make the processes write their
/// checkpoints and end; a second SIGINT ends them at once. If this process dies, they stop as well.
/// The caller has no threads. Errors: Failure::output.
[[nodiscard]] SweepOutcome run_locally(PointRunner& runner, std::span<const std::size_t> points,
                                       std::size_t workers, SweepObserver& observer);

}  // namespace memtrain
