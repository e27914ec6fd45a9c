#include <fmt/format.h>

#include <cmath>

#include "sim/report/summary.h"

namespace memtrain {
namespace {

/// A field as RFC 4180 wants it: in quotes where it holds a comma, a quote or a line's end.
std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == text.npos) return text;
  std::string field = "\"";
  for (const char character : text) field += character == '"' ? "\"\"" : std::string(1, character);
  return field + '"';
}

/// The shortest digits that give the same number again.
std::string number(double value) { return std::isnan(value) ? "" : fmt::format("{}", value); }

std::string row(const ArmSummary& arm, const char* metric, const Spread& spread) {
  return fmt::format("{},{},{},,{},{},{},,,{}\n", quoted(arm.name), quoted(arm.rule),
                     quoted(arm.device), metric, number(spread.mean), number(spread.std),
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
  return fmt::format("{},,,{},{},{},,{},{},{}\n", quoted(difference.first),
                     quoted(difference.second), difference.metric, number(difference.mean),
                     number(difference.low), number(difference.high), difference.pairs);
}

std::string row(const Baseline& baseline) {
  return fmt::format("{},baseline,,,{},{},,,,\n", quoted(baseline.name), baseline.metric,
                     number(baseline.value));
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
