#include <fmt/format.h>

#include "sim/report/comparison/comparison.h"
#include "sim/report/csv.h"

namespace memtrain {
namespace {

std::string fields(const Spread& spread) {
  return fmt::format("{},{},{}", csv_number(spread.mean), csv_number(spread.std),
                     spread.values.size());
}

std::string row(const ArmPair& arms, const MetricComparison& metric) {
  const PairedTest& test = metric.difference;
  return fmt::format("outcome,{},{},{},{},{},{},{},{},{},{},{}\n", csv_field(arms.a),
                     csv_field(arms.b), metric.name, fields(metric.a), fields(metric.b),
                     csv_number(test.mean), csv_number(test.low), csv_number(test.high), test.pairs,
                     csv_number(test.p), csv_number(metric.holm_p));
}

std::string row(const SettingDifference& setting) {
  const ArmPair arms = setting.arms.value_or(ArmPair());
  return fmt::format("settings,{},{},{},{},,,{},,,,,,,,\n", csv_field(arms.a), csv_field(arms.b),
                     csv_field(setting.key), csv_field(setting.a.value_or("")),
                     csv_field(setting.b.value_or("")));
}

}  // namespace

std::string comparison_csv(const RunComparison& comparison) {
  std::string text =
      "section,arm,arm_b,name,a,a_std,a_n,b,b_std,b_n,difference,low,high,pairs,p,holm_p\n";
  for (const ArmComparison& arm : comparison.arms) {
    for (const MetricComparison& metric : arm.metrics) text += row(arm.arms, metric);
  }
  for (const SettingDifference& setting : comparison.settings) text += row(setting);
  return text;
}

}  // namespace memtrain
