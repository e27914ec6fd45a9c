#include <fmt/format.h>

#include "sim/base/error.h"
#include "sim/report/summary.h"
#include "sim/report/summary_columns.h"

namespace memtrain {
namespace {

constexpr auto bold = "\033[1m";
constexpr auto plain = "\033[0m";

/// A table below another; nothing without columns.
std::string further(const std::vector<TextColumn>& columns, std::size_t width) {
  return columns.empty() ? "" : "\n" + table_text(columns, width);
}

std::string lines_of_arms(const RunSummary& summary, const TableStyle& style) {
  std::vector<TextColumn> columns = arm_columns(summary);
  const std::size_t best = best_arm(summary);
  if (style.colour && best < summary.arms.size()) {
    for (TextColumn& column : columns) {
      if (!column.cells[best].empty()) column.cells[best] = bold + column.cells[best] + plain;
    }
  }
  return table_text(columns, style.width);
}

std::string lines_of_differences(const RunSummary& summary, std::size_t width) {
  if (summary.seeds == 1) return "\none seed gives no interval; list more in train.seeds\n";
  if (summary.differences.empty() || !has_quality(summary)) return "";
  const std::vector<Difference> shown = shown_differences(summary);
  std::string lines = further(difference_columns(summary, shown), width);
  if (shown.size() < summary.differences.size()) {
    lines += fmt::format("{} more pairs of arms: memtrain summary FILE --format csv\n",
                         summary.differences.size() - shown.size());
  }
  return lines;
}

std::string title_line(const RunSummary& summary) {
  const std::string state =
      summary.status + ", " + counted(static_cast<std::size_t>(summary.seeds), "seed");
  return summary.title.empty() ? state : one_line(summary.title) + " (" + state + ")";
}

}  // namespace

std::string summary_table(const RunSummary& summary, const TableStyle& style) {
  return title_line(summary) + "\n\n" + lines_of_arms(summary, style) +
         further(baseline_columns(summary), style.width) +
         further(cost_columns(summary), style.width) + lines_of_differences(summary, style.width);
}

}  // namespace memtrain
