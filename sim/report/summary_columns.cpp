#include "sim/report/summary_columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "sim/report/metric_text.h"

namespace memtrain {
namespace {

std::string remark(const ArmSummary& arm, Index seeds) {
  std::string text = arm.diverged ? "diverged" : "";
  if (arm.seeds_done < seeds) {
    text += fmt::format("{}{} of {} seeds", text.empty() ? "" : ", ", arm.seeds_done, seeds);
  }
  return text;
}

/// Adds what arms are told by, with its interval where there is any.
void add_quality(const RunSummary& summary, const char* metric, Spread ArmSummary::*spread,
                 std::vector<TextColumn>& columns) {
  const auto& arms = summary.arms;
  const bool percent = is_percentage(metric);
  columns.push_back(
      column_of(metric_heading(metric).c_str(), true, arms,
                [&](const ArmSummary& arm) { return mean_text(arm.*spread, percent); }));
  const auto has_interval = [&](const ArmSummary& arm) { return !std::isnan((arm.*spread).low); };
  if (std::none_of(arms.begin(), arms.end(), has_interval)) return;
  columns.push_back(column_of("95 % interval", true, arms, [&](const ArmSummary& arm) {
    return interval_text(arm.*spread, percent);
  }));
  columns.back().dispensable = 1;
}

std::vector<TextColumn> quality_columns(const RunSummary& summary) {
  using A = ArmSummary;
  std::vector<TextColumn> columns;
  const bool accuracy = has_accuracy(summary);
  const auto more = [&](const char* heading, int dispensable, Spread A::*spread) {
    columns.push_back(column_of(heading, true, summary.arms, [&](const A& arm) {
      return value_text((arm.*spread).mean, !summary.regression);
    }));
    columns.back().dispensable = dispensable;
  };
  if (summary.regression) {
    add_quality(summary, "test_mse", &A::test_mse, columns);
    more("best", 3, &A::best_test_mse);
    more("MAE", 2, &A::test_mae);
    more("RSE", 2, &A::test_rse);
    more("CORR", 2, &A::test_corr);
  } else if (accuracy) {
    add_quality(summary, "test_accuracy", &A::test_accuracy, columns);
    more("best %", 3, &A::best_test_accuracy);
    more("train %", 2, &A::train_accuracy);
  } else {
    add_quality(summary, "test_loss", &A::test_loss, columns);
  }
  return columns;
}

/// What the total shows beside it is for files and programs.
bool is_detail(const std::string& cost) {
  return cost.starts_with("energy_") || cost == "digital_macs" || cost == "operations";
}

/// Of runs that are not over, arms may stand at different epochs.
std::string verdict(const Difference& difference, std::size_t among) {
  if (!difference.comparable) return "at different epochs";
  return verdict_among(difference, difference.holm_p, among);
}

constexpr std::size_t most_arms_in_pairs = 6;

}  // namespace

bool has_accuracy(const RunSummary& summary) {
  return std::any_of(summary.arms.begin(), summary.arms.end(),
                     [](const ArmSummary& arm) { return !std::isnan(arm.test_accuracy.mean); });
}

bool has_quality(const RunSummary& summary) { return summary.regression || has_accuracy(summary); }

std::vector<TextColumn> arm_columns(const RunSummary& summary) {
  const auto& arms = summary.arms;
  std::vector<TextColumn> columns = {
      column_of("arm", false, arms, [](const ArmSummary& arm) { return arm.name; }),
      column_of("rule", false, arms, [](const ArmSummary& arm) { return arm.rule; }),
      column_of("device", false, arms, [](const ArmSummary& arm) { return arm.device; })};
  for (TextColumn& quality : quality_columns(summary)) columns.push_back(std::move(quality));
  columns.push_back(column_of(
      "epochs", true, arms, [](const ArmSummary& arm) { return std::to_string(arm.epochs_done); }));
  columns.push_back(column_of(
      "time", true, arms, [](const ArmSummary& arm) { return duration(arm.wall_seconds.mean); }));
  columns.push_back(column_of("", false, arms,
                              [&](const ArmSummary& arm) { return remark(arm, summary.seeds); }));
  return columns;
}

std::size_t best_arm(const RunSummary& summary) {
  const auto score = [accuracy = has_accuracy(summary), &summary](const ArmSummary& arm) {
    if (summary.regression) return -arm.test_mse.mean;
    return accuracy ? arm.test_accuracy.mean : -arm.test_loss.mean;
  };
  std::size_t best = summary.arms.size();
  double highest = 0;
  Index compared = 0;
  for (std::size_t i = 0; i < summary.arms.size(); ++i) {
    const double found = score(summary.arms[i]);
    if (std::isnan(found)) continue;
    if (compared++ == 0 || found > highest) {
      highest = found;
      best = i;
    }
  }
  return compared < 2 ? summary.arms.size() : best;
}

std::vector<TextColumn> cost_columns(const RunSummary& summary) {
  const auto known = [](const ArmSummary& arm) {
    return std::any_of(arm.cost.begin(), arm.cost.end(),
                       [](const CostTotal& cost) { return !std::isnan(cost.total.mean); });
  };
  const auto& arms = summary.arms;
  if (std::none_of(arms.begin(), arms.end(), known)) return {};
  // every arm has the same metrics: those of the result file
  std::vector<TextColumn> columns = {
      column_of("cost of training", false, arms, [](const ArmSummary& arm) { return arm.name; })};
  std::vector<std::size_t> order(arms.front().cost.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return cost_rank(arms.front().cost[a].name) < cost_rank(arms.front().cost[b].name);
  });
  for (const std::size_t c : order) {
    if (is_detail(arms.front().cost[c].name)) continue;
    // what has not happened in any arm is left out
    const auto happened = [c](const ArmSummary& arm) { return arm.cost.at(c).total.mean > 0; };
    if (std::none_of(arms.begin(), arms.end(), happened)) continue;
    columns.push_back(column_of(metric_words(arms.front().cost[c].name).c_str(), true, arms,
                                [&](const ArmSummary& arm) {
                                  const CostTotal& cost = arm.cost.at(c);
                                  return engineering(cost.total.mean, cost.units);
                                }));
  }
  return columns;
}

std::vector<Difference> shown_differences(const RunSummary& summary) {
  if (summary.arms.size() <= most_arms_in_pairs) return summary.differences;
  std::map<std::string, std::string> rule_of, first_of;  // by arm; by rule
  for (const ArmSummary& arm : summary.arms) {
    rule_of[arm.name] = arm.rule;
    first_of.emplace(arm.rule, arm.name);
  }
  const auto is_first = [&](const std::string& arm) { return first_of[rule_of[arm]] == arm; };
  const std::string& first_of_all = summary.arms.front().name;
  const bool many_rules = first_of.size() > most_arms_in_pairs;
  std::vector<Difference> shown;
  for (const Difference& d : summary.differences) {
    const bool same_rule = rule_of[d.first] == rule_of[d.second];
    const bool between_rules = is_first(d.second) && (!many_rules || d.first == first_of_all);
    if (is_first(d.first) && (same_rule || between_rules)) shown.push_back(d);
  }
  return shown;
}

std::vector<TextColumn> difference_columns(const RunSummary& summary,
                                           const std::vector<Difference>& shown) {
  const auto tests =
      static_cast<std::size_t>(std::count_if(summary.differences.begin(), summary.differences.end(),
                                             [](const Difference& d) { return !std::isnan(d.p); }));
  return {
      column_of(summary.regression ? "difference, test MSE" : "difference, test accuracy", false,
                shown, [](const Difference& d) { return d.first + " - " + d.second; }),
      column_of(summary.regression ? "less is better" : "points", true, shown,
                [](const Difference& d) { return change_text(d.mean, is_percentage(d.metric)); }),
      column_of("95 % interval", true, shown,
                [](const Difference& d) { return interval_text(d, is_percentage(d.metric)); }),
      column_of("p", true, shown, [](const Difference& d) { return probability_text(d.p); }),
      column_of("", false, shown, [&](const Difference& d) { return verdict(d, tests); }),
  };
}

std::vector<TextColumn> baseline_columns(const RunSummary& summary) {
  if (summary.baselines.empty()) return {};
  std::vector<std::string> names, metrics;
  const auto note = [](std::vector<std::string>& list, const std::string& word) {
    if (std::find(list.begin(), list.end(), word) == list.end()) list.push_back(word);
  };
  for (const Baseline& baseline : summary.baselines) {
    note(names, baseline.name);
    note(metrics, baseline.metric);
  }
  std::vector<TextColumn> columns = {
      column_of("without learning", false, names, [](const std::string& name) { return name; })};
  for (const std::string& metric : metrics) {
    columns.push_back(
        column_of(metric_heading(metric).c_str(), true, names, [&](const std::string& name) {
          const auto at = std::find_if(
              summary.baselines.begin(), summary.baselines.end(),
              [&](const Baseline& each) { return each.name == name && each.metric == metric; });
          const double value = at == summary.baselines.end() ? not_reached : at->value;
          return value_text(value, is_percentage(metric));
        }));
  }
  return columns;
}

}  // namespace memtrain
