#include "sim/report/sweep_summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "sim/report/summary.h"
#include "sim/report/text_table.h"

namespace memtrain {
namespace {

constexpr std::string_view seeds_key = "train.seeds";
constexpr std::size_t most_places = 24;

/// A place on all axes but that of the seeds: which value of each.
using Spot = std::vector<std::uint32_t>;

std::string mean_text(const Spread& spread, bool percent) {
  const auto text = [&](double value) {
    return percent ? fmt::format("{:.2f}", 100 * value) : fmt::format("{:.4g}", value);
  };
  if (spread.values.empty()) return std::string(unknown_text);
  return std::isnan(spread.std) ? text(spread.mean) : text(spread.mean) + " ± " + text(spread.std);
}

}  // namespace

std::string sweep_summary(const Plan& plan, const std::vector<SweepRow>& rows) {
  std::vector<std::size_t> shown;
  for (std::size_t a = 0; a < plan.axes.size(); ++a) {
    if (plan.axes[a].key != seeds_key) shown.push_back(a);
  }
  const bool accuracy = std::any_of(rows.begin(), rows.end(), [](const SweepRow& row) {
    return !std::isnan(row.last.test_accuracy);
  });
  const auto member = accuracy ? &EpochRecord::test_accuracy : &EpochRecord::test_mse;
  std::vector<std::string> arms;
  std::map<Spot, std::map<std::string, std::vector<double>>> places;
  std::set<std::size_t> with_result;
  for (const SweepRow& row : rows) {
    if (row.arm.empty()) continue;
    with_result.insert(row.point);
    if (std::find(arms.begin(), arms.end(), row.arm) == arms.end()) arms.push_back(row.arm);
    Spot place;
    for (const std::size_t a : shown) place.push_back(plan.point(row.point)[a]);
    places[place][row.arm].push_back(row.last.*member);
  }
  std::vector<TextColumn> columns;
  for (const std::size_t a : shown) {
    const bool numbers = plan.axes[a].numbers().has_value();
    columns.push_back({.heading = plan.axes[a].key, .right = numbers, .cells = {}});
  }
  const std::string unit = accuracy ? ", %" : ", MSE";
  for (const std::string& arm : arms) {
    columns.push_back({.heading = arm + unit, .right = true, .cells = {}});
  }
  std::size_t lines = 0;
  for (const auto& [place, by_arm] : places) {
    if (lines++ == most_places) break;
    for (std::size_t i = 0; i < shown.size(); ++i) {
      columns[i].cells.push_back(plan.axes[shown[i]].values[place[i]]);
    }
    for (std::size_t i = 0; i < arms.size(); ++i) {
      const auto at = by_arm.find(arms[i]);
      columns[shown.size() + i].cells.push_back(at == by_arm.end()
                                                    ? std::string(unknown_text)
                                                    : mean_text(spread_of(at->second), accuracy));
    }
  }
  std::string out;
  if (!arms.empty()) {
    for (const std::string& line : table_lines(columns)) out += line + '\n';
  }
  if (places.size() > most_places) {
    out += fmt::format("... and {} more; all are in the table\n", places.size() - most_places);
  }
  return out + fmt::format("\n{} of {} points have a result\n", with_result.size(), plan.points());
}

}  // namespace memtrain
