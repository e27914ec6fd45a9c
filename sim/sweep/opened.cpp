#include "sim/sweep/opened.h"

#include <algorithm>

#include "sim/base/error.h"

namespace memtrain {

OpenedSweep open_sweep(const std::string& root, std::size_t processes) {
  const SweepFolder folder(root);
  if (folder.lacks_plan()) {
    throw Error(Failure::usage, root + ": is no sweep (there is no plan.toml)");
  }
  OpenedSweep sweep{.plan = read_plan(folder.plan())};
  sweep.rows = sweep_rows(sweep.plan, folder, processes);
  return sweep;
}

RunRecord first_result(const std::string& root, const std::vector<SweepRow>& rows) {
  const auto row = std::find_if(rows.begin(), rows.end(),
                                [](const SweepRow& each) { return !each.arm.empty(); });
  if (row == rows.end()) return {};
  return read_outcome(SweepFolder(root).result(row->point).string());
}

}  // namespace memtrain
