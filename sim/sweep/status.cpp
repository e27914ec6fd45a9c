#include "sim/sweep/status.h"

#include <optional>

#include "sim/base/file_lock.h"

namespace memtrain {
namespace {

constexpr std::size_t troubles_shown = 10;

bool is_held(const std::filesystem::path& result) {
  return FileLock::is_held(result.string() + ".lock");
}

/// The number that a point belongs to, by one of its rows.
std::size_t& count_of(const SweepRow& row, const SweepFolder& folder, SweepCounts& counts) {
  if (!row.arm.empty()) return counts.done;
  if (row.status == "damaged" || row.status == "unreadable") return counts.unreadable;
  if (row.status == "waiting") return counts.waiting;
  if (is_held(folder.work(row.point))) return counts.running;  // one that failed is tried again
  return row.status == "failed" ? counts.failed : counts.interrupted;
}

}  // namespace

SweepCounts count_points(const SweepFolder& folder, const std::vector<SweepRow>& rows) {
  SweepCounts counts;
  std::optional<std::size_t> last;
  for (const SweepRow& row : rows) {
    if (row.point == last) continue;
    last = row.point;
    std::size_t& count = count_of(row, folder, counts);
    ++count;
    const bool trouble = &count == &counts.failed || &count == &counts.unreadable;
    if (trouble && counts.troubles.size() < troubles_shown) counts.troubles.push_back(row);
  }
  return counts;
}

}  // namespace memtrain
