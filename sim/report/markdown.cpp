#include "sim/report/markdown.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/report/metric_text.h"
#include "sim/report/summary.h"
#include "sim/report/summary_columns.h"

namespace memtrain {
namespace {

bool is_empty(const TextColumn& column) {
  return column.heading.empty() && std::all_of(column.cells.begin(), column.cells.end(),
                                               [](const auto& cell) { return cell.empty(); });
}

/// A bar would end the cell.
std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) out += c == '|' ? "\\|" : std::string(1, c);
  return out;
}

std::string line_of(const std::vector<std::string>& cells) {
  return fmt::format("| {} |\n", fmt::join(cells, " | "));
}

/// "55°, 41°": each layer's last angle but the output layer's, whose update is backprop's by most
/// rules; means over the seeds that count. Empty where none was measured.
std::string angles_text(const ArmRecord& arm) {
  std::vector<std::string> texts;
  for (std::size_t layer = 0; layer + 1 < arm.layers.size(); ++layer) {
    std::vector<double> angles;
    for (const SeedRecord& seed : arm.seeds) {
      if (seed_counts(arm, seed) && layer < seed.epochs.back().layers.size()) {
        angles.push_back(seed.epochs.back().layers[layer].alignment_angle);
      }
    }
    const double mean = spread_of(angles).mean;
    if (!std::isnan(mean)) texts.push_back(fmt::format("{:.0f}°", mean));
  }
  return fmt::format("{}", fmt::join(texts, ", "));
}

/// "−1.36 [−2.10, −0.62]" of an arm minus the first.
std::string against_first(const RunSummary& summary, std::size_t arm) {
  for (const Difference& difference : summary.differences) {
    if (difference.first != summary.arms.front().name ||
        difference.second != summary.arms[arm].name || !difference.comparable) {
      continue;
    }
    const bool percent = is_percentage(difference.metric);
    const PairedTest turned{.mean = -difference.mean,
                            .low = -difference.high,
                            .high = -difference.low,
                            .pairs = difference.pairs};
    if (turned.pairs == 0) return std::string(unknown_text);
    return change_text(turned.mean, percent) + " " + interval_text(turned, percent);
  }
  return "";
}

std::vector<TextColumn> columns_of(const RunRecord& run, const RunSummary& summary) {
  std::vector<TextColumn> columns;
  for (TextColumn& column : arm_columns(summary)) {
    const bool kept = column.dispensable == 0 && column.heading != "time";
    if (kept) columns.push_back(std::move(column));
  }
  std::vector<std::size_t> arms(summary.arms.size());
  for (std::size_t arm = 0; arm < arms.size(); ++arm) arms[arm] = arm;
  if (arms.size() > 1 && has_quality(summary)) {
    columns.push_back(column_of(("minus " + summary.arms.front().name).c_str(), true, arms,
                                [&](std::size_t arm) { return against_first(summary, arm); }));
  }
  columns.push_back(column_of("angles", true, run.arms, angles_text));
  if (is_empty({"", true, columns.back().cells})) columns.pop_back();
  std::vector<TextColumn> costs = cost_columns(summary);
  for (std::size_t i = 1; i < costs.size(); ++i) columns.push_back(std::move(costs[i]));
  return columns;
}

}  // namespace

std::string markdown_table(const std::vector<TextColumn>& columns) {
  std::vector<std::string> headings, rules;
  std::vector<std::vector<std::string>> rows;
  for (const TextColumn& column : columns) {
    if (is_empty(column)) continue;
    headings.push_back(escaped(column.heading));
    rules.emplace_back(column.right ? "---:" : "---");
    rows.resize(column.cells.size());
    for (std::size_t row = 0; row < rows.size(); ++row) {
      rows[row].push_back(escaped(column.cells[row]));
    }
  }
  if (headings.empty()) return "";
  std::string out = line_of(headings) + line_of(rules);
  for (const auto& row : rows) out += line_of(row);
  return out;
}

std::string origin_line(const RunRecord& run, const std::string& commits) {
  std::vector<std::string> parts = {
      fmt::format("commit {}", commits),
      fmt::format("seed{} {}", run.seeds.size() == 1 ? "" : "s", fmt::join(run.seeds, ", "))};
  if (!run.processor.empty()) parts.push_back(run.processor);
  parts.push_back(run.started.substr(0, run.started.find('T')));
  return fmt::format("{}\n", fmt::join(parts, " · "));
}

std::string run_markdown(const RunRecord& run) {
  const RunSummary summary = summarise(run);
  std::string out = markdown_table(columns_of(run, summary)) + '\n';
  if (!summary.baselines.empty()) out += markdown_table(baseline_columns(summary)) + '\n';
  if (run.status != RunStatus::complete) out += fmt::format("Status: {}. ", summary.status);
  return out + origin_line(run, run.git_commit);
}

}  // namespace memtrain
