#include <fmt/format.h>

#include <cmath>

#include "sim/report/csv.h"

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

std::string row(const ArmSummary& arm, const char* metric, const Spread& spread) {
  return fmt::format("{},{},{},,{},{},{},,,{}\n", csv_field(arm.name), csv_field(arm.rule),
                     csv_field(arm.device), metric, csv_number(spread.mean), csv_number(spread.std),
                     spread.values.size());
}

std::string rows(const ArmSummary& arm) {
  const auto fact = [](double value) { return Spread{value, not_reached, {value}}; };
  std::string text =
      row(arm, "test_accuracy", arm.test_accuracy) +
      row(arm, "best_test_accuracy", arm.best_test_accuracy) +
      row(arm, "train_accuracy", arm.train_accuracy) + row(arm, "test_loss", arm.test_loss) +
      row(arm, "test_mse", arm.test_mse) + row(arm, "best_test_mse", arm.best_test_mse) +
      row(arm, "test_mae", arm.test_mae) + row(arm, "test_rse", arm.test_rse) +
      row(arm, "test_corr", arm.test_corr) + row(arm, "wall_seconds", arm.wall_seconds);
  for (const CostTotal& cost : arm.cost) text += row(arm, cost.name.c_str(), cost.total);
  return text + row(arm, "epochs_done", fact(static_cast<double>(arm.epochs_done))) +
         row(arm, "diverged", fact(arm.diverged ? 1 : 0));
}

std::string row(const Difference& difference) {
  return fmt::format("{},,,{},{},{},,{},{},{}\n", csv_field(difference.first),
                     csv_field(difference.second), difference.metric, csv_number(difference.mean),
                     csv_number(difference.low), csv_number(difference.high), difference.pairs);
}

std::string row(const Baseline& baseline) {
  return fmt::format("{},baseline,,,{},{},,,,\n", csv_field(baseline.name), baseline.metric,
                     csv_number(baseline.value));
}

}  // namespace

std::string summary_csv(const RunSummary& summary) {
  std::string text = "arm,rule,device,minus,metric,mean,std,low,high,n\n";
  for (const ArmSummary& arm : summary.arms) text += rows(arm);
  for (const Baseline& baseline : summary.baselines) text += row(baseline);
  for (const Difference& difference : summary.differences) text += row(difference);
  return text;
}

}  // namespace memtrain
