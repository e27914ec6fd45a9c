#include "tools/memtrain/damage.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "sim/sweep/same_data.h"

namespace memtrain {

std::string remedy_of_damage(const std::string& sweep) {
  return fmt::format("`memtrain sweep {} --resume` runs it again", sweep);
}

void warn_of_damage(const std::string& sweep, const Plan& plan, const std::vector<SweepRow>& rows) {
  constexpr std::size_t most_shown = 10;
  std::size_t found = 0;
  for (const SweepRow& row : rows) {
    const bool damaged = row.status == "damaged";
    if (!damaged && row.status != "unreadable") continue;
    if (++found > most_shown) continue;
    spdlog::warn("{}{}", row.reason, damaged ? "; " + remedy_of_damage(sweep) : "");
  }
  if (found > most_shown) {
    spdlog::warn("{}: {} more results cannot be read (`memtrain sweep {} --resume`)", sweep,
                 found - most_shown, sweep);
  }
  const std::string mixed = mixed_data(plan, SweepFolder(sweep), rows);
  if (!mixed.empty()) spdlog::warn("{}", mixed);
}

}  // namespace memtrain
