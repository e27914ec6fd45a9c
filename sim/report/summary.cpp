#include "sim/report/summary.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "sim/record/metrics.h"

namespace memtrain {
namespace {

/// How many epochs the seed that got furthest has; of those that did not diverge, if there are any.
std::size_t furthest(const ArmRecord& arm) {
  std::size_t epochs = 0, any = 0;
  for (const SeedRecord& seed : arm.seeds) {
    any = std::max(any, seed.epochs.size());
    if (!seed.diverged) epochs = std::max(epochs, seed.epochs.size());
  }
  return epochs > 0 ? epochs : any;
}

/// What `value` finds in each seed that counts; not_reached for the others.
template <class Value>
std::vector<double> finals(const ArmRecord& arm, Value value) {
  std::vector<double> values;
  for (const SeedRecord& seed : arm.seeds) {
    values.push_back(seed_counts(arm, seed) ? value(seed) : not_reached);
  }
  return values;
}

/// NaN never compares as larger, so epochs without a test are passed over.
double best_test_accuracy(const SeedRecord& seed) {
  double best = not_reached;
  for (const EpochRecord& epoch : seed.epochs) best = std::fmax(best, epoch.test_accuracy);
  return best;
}

double best_test_mse(const SeedRecord& seed) {
  double best = not_reached;
  for (const EpochRecord& epoch : seed.epochs) best = std::fmin(best, epoch.test_mse);
  return best;
}

/// Whether the run predicts values: any epoch has their error.
bool is_regression(const RunRecord& record) {
  for (const ArmRecord& arm : record.arms) {
    for (const SeedRecord& seed : arm.seeds) {
      for (const EpochRecord& epoch : seed.epochs) {
        if (!std::isnan(epoch.test_mse)) return true;
      }
    }
  }
  return false;
}

std::vector<CostTotal> cost_totals(const ArmRecord& arm) {
  std::vector<CostTotal> totals;
  for (const auto& metric : epoch_metrics()) {
    if (!std::string_view(metric.path).starts_with(cost_group)) continue;
    totals.push_back(
        {short_name(metric.path), metric.units, spread_of(final_values(arm, metric.value))});
  }
  return totals;
}

ArmSummary summarise_arm(const ArmRecord& arm) {
  const std::size_t epochs = furthest(arm);
  const auto spread = [&](double EpochRecord::*member) {
    return spread_of(final_values(arm, member));
  };
  ArmSummary summary;
  summary.name = arm.name;
  summary.rule = arm.rule;
  summary.device = arm.device;
  summary.test_accuracy = spread(&EpochRecord::test_accuracy);
  summary.best_test_accuracy = spread_of(finals(arm, best_test_accuracy));
  summary.train_accuracy = spread(&EpochRecord::train_accuracy);
  summary.test_loss = spread(&EpochRecord::test_loss);
  summary.test_mse = spread(&EpochRecord::test_mse);
  summary.best_test_mse = spread_of(finals(arm, best_test_mse));
  summary.test_mae = spread(&EpochRecord::test_mae);
  summary.test_rse = spread(&EpochRecord::test_rse);
  summary.test_corr = spread(&EpochRecord::test_corr);
  summary.wall_seconds = spread(&EpochRecord::wall_seconds);
  summary.cost = cost_totals(arm);
  summary.epochs_done = static_cast<Index>(epochs == 0 ? 0 : epochs - 1);
  for (const SeedRecord& seed : arm.seeds) {
    summary.diverged = summary.diverged || seed.diverged;
    summary.seeds_done += seed_counts(arm, seed) ? 1 : 0;
  }
  return summary;
}

bool is_over(const RunRecord& record) {
  return record.status == RunStatus::complete || record.status == RunStatus::diverged;
}

Difference compare(const RunRecord& record, const ArmRecord& first, const ArmRecord& second,
                   bool regression) {
  const auto metric = regression ? &EpochRecord::test_mse : &EpochRecord::test_accuracy;
  Difference difference;
  difference.first = first.name;
  difference.second = second.name;
  difference.metric = regression ? "test_mse" : "test_accuracy";
  difference.comparable = are_comparable(record, first, record, second);
  if (!difference.comparable) return difference;
  static_cast<PairedTest&>(difference) =
      paired_test(final_values(first, metric), final_values(second, metric));
  return difference;
}

/// All pairs of arms, the earlier one first.
std::vector<Difference> differences_of(const RunRecord& record, bool regression) {
  std::vector<Difference> differences;
  for (std::size_t i = 0; i < record.arms.size(); ++i) {
    for (std::size_t j = i + 1; j < record.arms.size(); ++j) {
      differences.push_back(compare(record, record.arms[i], record.arms[j], regression));
    }
  }
  std::vector<double> probabilities;
  for (const Difference& difference : differences) probabilities.push_back(difference.p);
  const std::vector<double> adjusted = holm_adjusted(probabilities);
  for (std::size_t i = 0; i < differences.size(); ++i) differences[i].holm_p = adjusted[i];
  return differences;
}

}  // namespace

std::vector<std::string> arm_names(const RunRecord& run) {
  std::vector<std::string> names;
  for (const ArmRecord& arm : run.arms) names.push_back(arm.name);
  return names;
}

bool are_comparable(const RunRecord& first_run, const ArmRecord& first, const RunRecord& second_run,
                    const ArmRecord& second) {
  return (is_over(first_run) && is_over(second_run)) || furthest(first) == furthest(second);
}

bool seed_counts(const ArmRecord& arm, const SeedRecord& seed) {
  if (seed.epochs.empty() || seed.diverged) return false;
  return seed.finished || seed.epochs.size() == furthest(arm);
}

std::vector<double> final_values(const ArmRecord& arm, double EpochRecord::*metric) {
  return finals(arm, [&](const SeedRecord& seed) { return seed.epochs.back().*metric; });
}

RunSummary summarise(const RunRecord& record) {
  RunSummary summary;
  summary.title = record.title;
  summary.status = status_word(record.status);
  summary.seeds = static_cast<Index>(record.seeds.size());
  summary.baselines = record.baselines;
  summary.regression = is_regression(record);
  for (const ArmRecord& arm : record.arms) summary.arms.push_back(summarise_arm(arm));
  summary.differences = differences_of(record, summary.regression);
  return summary;
}

}  // namespace memtrain
