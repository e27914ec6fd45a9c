#include "sim/sweep/status.h"

#include "sim/base/file_lock.h"

namespace memtrain {
namespace {

constexpr std::size_t failures_shown = 10;

bool is_held(const std::filesystem::path& result) {
  return FileLock::is_held(result.string() + ".lock");
}

}  // namespace

SweepCounts count_points(const Plan& plan, const SweepFolder& folder) {
  SweepCounts counts;
  const std::vector<PointState> states = folder.states(plan.points());
  for (std::size_t point = 0; point < states.size(); ++point) {
    switch (states[point]) {
      case PointState::done:
        ++counts.done;
        break;
      case PointState::failed:
        if (is_held(folder.work(point))) {  // it is tried again
          ++counts.running;
          break;
        }
        ++counts.failed;
        if (counts.some_failures.size() < failures_shown) {
          counts.some_failures.emplace_back(point, folder.failure_reason(point));
        }
        break;
      case PointState::started:
        ++(is_held(folder.work(point)) ? counts.running : counts.interrupted);
        break;
      case PointState::waiting:
        ++counts.waiting;
        break;
    }
  }
  return counts;
}

}  // namespace memtrain
