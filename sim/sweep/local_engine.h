#pragma once
#include <functional>
#include <span>

#include "sim/sweep/point.h"

namespace memtrain {

/// How much of its training a point has behind it, in [0, 1], as the process that runs it hears.
struct PointPart {
  double before = 0;  ///< what there was when the process began: what its checkpoint holds
  double now = 0;

  /// Hears where all arms and seeds stand, from the beginning on.
  void hear(const std::vector<TaskProgress>& tasks);
  /// Whether the process itself has trained: then its memory has its full size.
  [[nodiscard]] bool has_trained() const { return now > before; }
};

/// How a sweep goes.
struct SweepProgress {
  std::size_t points = 0;  ///< to be done by this call
  std::size_t done = 0;    ///< of these; complete or diverged
  std::size_t failed = 0;
  double trained = 0;  ///< parts of those that are done or failed which this call has trained
  struct Running {
    std::size_t point = 0;
    double part = 0;    ///< of its training, in [0, 1]
    double before = 0;  ///< of that, what an earlier call trained
  };
  std::vector<Running> running;
  double seconds_left = not_reached;
};

/// What is left takes so long at the pace that this call has had in so many seconds; not_reached
/// before there is one. What earlier calls have trained took none of these seconds.
[[nodiscard]] double seconds_left(const SweepProgress& progress, double seconds);

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
