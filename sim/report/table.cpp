#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "sim/report/summary.h"
#include "sim/report/text_table.h"

namespace memtrain {
namespace {

constexpr auto bold = "\033[1m";
constexpr auto plain = "\033[0m";

std::string number(double value, const char* format) {
  return std::isnan(value) ? std::string(unknown_text) : fmt::format(fmt::runtime(format), value);
}

/// "mean ± s.d.", or the mean alone of one seed.
std::string mean_and_deviation(const Spread& spread, double scale, const char* format) {
  const std::string mean = number(spread.mean * scale, format);
  return std::isnan(spread.std) ? mean : mean + " ± " + number(spread.std * scale, format);
}

constexpr auto error_format = "{:.4g}";

/// Of errors, which come in all sizes: the deviation to two digits.
std::string error_and_deviation(const Spread& spread) {
  const std::string mean = number(spread.mean, error_format);
  return std::isnan(spread.std) ? mean : mean + " ± " + number(spread.std, "{:.2g}");
}

std::string percent(double fraction) { return number(fraction * 100, "{:.2f}"); }

bool has_accuracy(const RunSummary& summary) {
  return std::any_of(summary.arms.begin(), summary.arms.end(),
                     [](const ArmSummary& arm) { return !std::isnan(arm.test_accuracy.mean); });
}

std::string remark(const ArmSummary& arm, Index seeds) {
  std::string text = arm.diverged ? "diverged" : "";
  if (arm.seeds_done < seeds) {
    text += fmt::format("{}{} of {} seeds", text.empty() ? "" : ", ", arm.seeds_done, seeds);
  }
  return text;
}

std::vector<TextColumn> quality_columns(const RunSummary& summary) {
  const auto& arms = summary.arms;
  if (summary.regression) {
    return {
        column_of("test MSE", true, arms,
                  [](const ArmSummary& arm) { return error_and_deviation(arm.test_mse); }),
        column_of(
            "best", true, arms,
            [](const ArmSummary& arm) { return number(arm.best_test_mse.mean, error_format); }),
        column_of("MAE", true, arms,
                  [](const ArmSummary& arm) { return number(arm.test_mae.mean, error_format); }),
        column_of("RSE", true, arms,
                  [](const ArmSummary& arm) { return number(arm.test_rse.mean, error_format); }),
        column_of("CORR", true, arms,
                  [](const ArmSummary& arm) { return number(arm.test_corr.mean, "{:.3f}"); })};
  }
  if (!has_accuracy(summary)) {
    return {column_of("test loss", true, arms, [](const ArmSummary& arm) {
      return mean_and_deviation(arm.test_loss, 1, "{:.4g}");
    })};
  }
  return {column_of("test accuracy %", true, arms,
                    [](const ArmSummary& arm) {
                      return mean_and_deviation(arm.test_accuracy, 100, "{:.2f}");
                    }),
          column_of("best %", true, arms,
                    [](const ArmSummary& arm) { return percent(arm.best_test_accuracy.mean); }),
          column_of("train %", true, arms,
                    [](const ArmSummary& arm) { return percent(arm.train_accuracy.mean); })};
}

std::vector<std::string> arm_lines(const RunSummary& summary) {
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
  return table_lines(columns);
}

/// The row of the best arm, or none below two arms that can be compared.
std::size_t best_row(const RunSummary& summary) {
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

std::string lines_of_arms(const RunSummary& summary, bool colour) {
  const auto lines = arm_lines(summary);
  const std::size_t best = colour ? best_row(summary) : summary.arms.size();
  std::string text;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const bool emphasised = i > 0 && i - 1 == best;
    text += emphasised ? bold + lines[i] + plain : lines[i];
    text += '\n';
  }
  return text;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + '\n';
  return text;
}

/// What the total shows beside it is for files and programs.
bool is_detail(const std::string& cost) {
  return cost.starts_with("energy_") || cost == "digital_macs" || cost == "operations";
}

std::string lines_of_cost(const RunSummary& summary) {
  const auto known = [](const ArmSummary& arm) {
    return std::any_of(arm.cost.begin(), arm.cost.end(),
                       [](const CostTotal& cost) { return !std::isnan(cost.total.mean); });
  };
  const auto& arms = summary.arms;
  if (std::none_of(arms.begin(), arms.end(), known)) return "";
  // every arm has the same metrics: those of the result file
  std::vector<TextColumn> columns = {
      column_of("cost of training", false, arms, [](const ArmSummary& arm) { return arm.name; })};
  for (std::size_t c = 0; c < arms.front().cost.size(); ++c) {
    if (is_detail(arms.front().cost[c].name)) continue;
    // what has not happened in any arm is left out
    const auto happened = [c](const ArmSummary& arm) { return arm.cost.at(c).total.mean > 0; };
    if (std::none_of(arms.begin(), arms.end(), happened)) continue;
    std::string heading = arms.front().cost[c].name;
    std::replace(heading.begin(), heading.end(), '_', ' ');
    columns.push_back(column_of(heading.c_str(), true, arms, [&](const ArmSummary& arm) {
      const CostTotal& cost = arm.cost.at(c);
      return engineering(cost.total.mean, cost.units);
    }));
  }
  return "\n" + joined(table_lines(columns));
}

/// A part of a difference: accuracies in points, errors as they are.
std::string part(const Difference& difference, double value) {
  return difference.metric == "test_accuracy" ? number(value * 100, "{:+.2f}")
                                              : number(value, "{:+.3g}");
}

std::string interval(const Difference& difference) {
  if (std::isnan(difference.low)) return std::string(unknown_text);
  return fmt::format("[{}, {}]", part(difference, difference.low),
                     part(difference, difference.high));
}

std::string verdict(const Difference& difference) {
  if (difference.pairs == 0) return "no seed in both";
  if (difference.pairs == 1) return "one seed in both";
  return difference.significant ? "" : "not significant";
}

constexpr std::size_t most_arms_in_pairs = 6;

/// The differences to show: all, or of many arms those from the first arm with the same rule, and
/// of these first arms from each other, or of many rules from the first arm of all.
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

std::string lines_of_differences(const RunSummary& summary) {
  if (summary.seeds == 1) return "\none seed gives no interval; list more in train.seeds\n";
  if (summary.differences.empty() || !(summary.regression || has_accuracy(summary))) return "";
  const std::vector<Difference> shown = shown_differences(summary);
  std::string lines =
      "\n" +
      joined(table_lines({
          column_of("difference", false, shown,
                    [](const Difference& d) { return d.first + " - " + d.second; }),
          column_of(summary.regression ? "test MSE (less is better)" : "test accuracy, points",
                    true, shown, [](const Difference& d) { return part(d, d.mean); }),
          column_of("95 % interval", true, shown, interval),
          column_of("", false, shown, verdict),
      }));
  if (shown.size() < summary.differences.size()) {
    lines += fmt::format("{} more pairs of arms: memtrain summary FILE --format csv\n",
                         summary.differences.size() - shown.size());
  }
  return lines;
}

/// "test MSE" for "test_mse".
std::string words_of(const std::string& metric) {
  static const std::map<std::string, std::string> words{
      {"test_mse", "test MSE"}, {"test_mae", "MAE"},        {"test_rse", "RSE"},
      {"test_corr", "CORR"},    {"test_loss", "test loss"}, {"test_accuracy", "test accuracy %"}};
  const auto at = words.find(metric);
  return at == words.end() ? metric : at->second;
}

/// The values of one what-does-without-learning in the columns of their metrics.
std::string lines_of_baselines(const RunSummary& summary) {
  if (summary.baselines.empty()) return "";
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
        column_of(words_of(metric).c_str(), true, names, [&](const std::string& name) {
          const auto at = std::find_if(
              summary.baselines.begin(), summary.baselines.end(),
              [&](const Baseline& each) { return each.name == name && each.metric == metric; });
          const double value = at == summary.baselines.end() ? not_reached : at->value;
          return metric == "test_accuracy" ? percent(value) : number(value, error_format);
        }));
  }
  return "\n" + joined(table_lines(columns));
}

std::string title_line(const RunSummary& summary) {
  const std::string seeds = fmt::format("{} seed{}", summary.seeds, summary.seeds == 1 ? "" : "s");
  const std::string state = summary.status + ", " + seeds;
  return summary.title.empty() ? state : summary.title + " (" + state + ")";
}

}  // namespace

std::string summary_table(const RunSummary& summary, bool colour) {
  return title_line(summary) + "\n\n" + lines_of_arms(summary, colour) +
         lines_of_baselines(summary) + lines_of_cost(summary) + lines_of_differences(summary);
}

}  // namespace memtrain
