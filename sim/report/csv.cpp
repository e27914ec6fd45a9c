#include "sim/report/csv.h"

#include <fmt/format.h>

#include <cmath>
#include <iterator>

#include "sim/report/summary.h"

namespace memtrain {

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == text.npos) return text;
  std::string field = "\"";
  for (const char character : text) field += character == '"' ? "\"\"" : std::string(1, character);
  return field + '"';
}

std::string csv_number(double value) { return std::isnan(value) ? "" : fmt::format("{}", value); }

namespace {

std::string csv_cell(const TableColumn& column, std::size_t row) {
  if (const auto* texts = std::get_if<std::vector<std::string>>(&column.cells)) {
    return csv_field((*texts)[row]);
  }
  if (const auto* whole = std::get_if<std::vector<std::int64_t>>(&column.cells)) {
    return fmt::format("{}", (*whole)[row]);
  }
  return csv_number(std::get<std::vector<double>>(column.cells)[row]);
}

/// One number of a summary.
struct SummaryRow {
  std::string arm, rule, device, minus, metric;
  double mean = not_reached, std = not_reached, low = not_reached, high = not_reached;
  double n = not_reached, p = not_reached, holm_p = not_reached;
};

void add(const ArmSummary& arm, const std::string& metric, const Spread& spread,
         std::vector<SummaryRow>& rows) {
  rows.push_back({.arm = arm.name,
                  .rule = arm.rule,
                  .device = arm.device,
                  .minus = "",
                  .metric = metric,
                  .mean = spread.mean,
                  .std = spread.std,
                  .low = spread.low,
                  .high = spread.high,
                  .n = static_cast<double>(spread.values.size())});
}

void add(const ArmSummary& arm, std::vector<SummaryRow>& rows) {
  using A = ArmSummary;
  static constexpr std::pair<const char*, Spread A::*> spreads[] = {
      {"test_accuracy", &A::test_accuracy},
      {"best_test_accuracy", &A::best_test_accuracy},
      {"train_accuracy", &A::train_accuracy},
      {"test_loss", &A::test_loss},
      {"test_mse", &A::test_mse},
      {"best_test_mse", &A::best_test_mse},
      {"test_mae", &A::test_mae},
      {"test_rse", &A::test_rse},
      {"test_corr", &A::test_corr},
      {"wall_seconds", &A::wall_seconds}};
  for (const auto& [metric, spread] : spreads) add(arm, metric, arm.*spread, rows);
  for (const CostTotal& cost : arm.cost) add(arm, cost.name, cost.total, rows);
  add(arm, "epochs_done", spread_of({static_cast<double>(arm.epochs_done)}), rows);
  add(arm, "diverged", spread_of({arm.diverged ? 1.0 : 0.0}), rows);
}

SummaryRow row_of(const Baseline& baseline) {
  return {.arm = baseline.name,
          .rule = "baseline",
          .device = "",
          .minus = "",
          .metric = baseline.metric,
          .mean = baseline.value};
}

SummaryRow row_of(const Difference& difference) {
  return {.arm = difference.first,
          .rule = "",
          .device = "",
          .minus = difference.second,
          .metric = difference.metric,
          .mean = difference.mean,
          .low = difference.low,
          .high = difference.high,
          .n = static_cast<double>(difference.pairs),
          .p = difference.p,
          .holm_p = difference.holm_p};
}

}  // namespace

std::string table_csv(const Table& table) {
  std::string text;
  for (const TableColumn& column : table.columns) text += csv_field(column.name) + ',';
  if (!text.empty()) text.back() = '\n';
  for (std::size_t row = 0; row < row_count(table); ++row) {
    for (const TableColumn& column : table.columns) text += csv_cell(column, row) + ',';
    text.back() = '\n';
  }
  return text;
}

Table summary_rows(const RunSummary& summary) {
  using R = SummaryRow;
  std::vector<R> rows;
  for (const ArmSummary& arm : summary.arms) add(arm, rows);
  for (const Baseline& baseline : summary.baselines) rows.push_back(row_of(baseline));
  for (const Difference& difference : summary.differences) rows.push_back(row_of(difference));
  Table table;
  add_column<std::string>(table, rows, "arm", "1", "arm, or what the baseline is", &R::arm);
  add_column<std::string>(table, rows, "rule", "1", "learning rule, or 'baseline'", &R::rule);
  add_column<std::string>(table, rows, "device", "1", "device model", &R::device);
  add_column<std::string>(table, rows, "minus", "1", "second arm of a difference", &R::minus);
  add_column<std::string>(table, rows, "metric", "1", "what was measured", &R::metric);
  add_column<double>(table, rows, "mean", "", "mean over seeds, in units of the metric", &R::mean);
  add_column<double>(table, rows, "std", "", "standard deviation over seeds", &R::std);
  add_column<double>(table, rows, "low", "", "where the 95 % interval of the mean begins", &R::low);
  add_column<double>(table, rows, "high", "", "where the 95 % interval of the mean ends", &R::high);
  add_column<double>(table, rows, "n", "1", "number of seeds, or of pairs", &R::n);
  add_column<double>(table, rows, "p", "1", "probability if the arms did not differ", &R::p);
  add_column<double>(table, rows, "holm_p", "1", "p, corrected for all differences", &R::holm_p);
  return table;
}

}  // namespace memtrain
