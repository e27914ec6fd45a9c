#include "sim/report/comparison/comparison_outcome.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/record/metrics.h"
#include "sim/report/metric_text.h"
#include "sim/report/text_table.h"

namespace memtrain {
namespace {

constexpr std::string_view time_metric = "wall_seconds";

bool is_cost(const MetricComparison& metric) {
  return metric.name == time_metric || metric.name.starts_with(cost_group);
}

std::string verdict(const ArmComparison& arm, const MetricComparison& metric, std::size_t arms) {
  if (!arm.comparable) return "at different epochs";
  return arm.same ? "the same" : verdict_among(metric.difference, metric.holm_p, arms);
}

/// The arms that p is corrected for: those that differ, and of which there is a test.
std::size_t tested_arms(const RunComparison& comparison) {
  return static_cast<std::size_t>(
      std::count_if(comparison.arms.begin(), comparison.arms.end(), [](const ArmComparison& arm) {
        return !arm.same &&
               std::any_of(arm.metrics.begin(), arm.metrics.end(),
                           [](const auto& metric) { return !std::isnan(metric.holm_p); });
      }));
}

/// The number that tells how well a network has learned: the first that any arm has of these.
std::string answer_of(const RunComparison& comparison) {
  for (const char* metric : {"test_accuracy", "test_mse", "test_loss"}) {
    for (const ArmComparison& arm : comparison.arms) {
      if (arm.find(metric) != nullptr) return metric;
    }
  }
  return "";
}

/// A line of the answer: what A has, what B has, or the difference.
struct AnswerLine {
  std::string label, value, interval, seeds, p, verdict;
};

std::vector<AnswerLine> answer_lines(const ArmComparison& arm, const std::string& answer,
                                     std::size_t arms) {
  const MetricComparison* metric = arm.find(answer);
  if (metric == nullptr) {
    return {{"A  " + arm.arms.a, std::string(unknown_text)},
            {"B  " + arm.arms.b, std::string(unknown_text)}};
  }
  return {{"A  " + arm.arms.a, mean_text(metric->a, is_percentage(answer)), "",
           std::to_string(metric->a.values.size())},
          {"B  " + arm.arms.b, mean_text(metric->b, is_percentage(answer)), "",
           std::to_string(metric->b.values.size())},
          {"B - A", change_text(metric->difference.mean, is_percentage(answer)),
           interval_text(metric->difference, is_percentage(answer)),
           std::to_string(metric->difference.pairs), probability_text(metric->holm_p),
           verdict(arm, *metric, arms)}};
}

std::string text_of_answer(const RunComparison& comparison, std::size_t width) {
  const std::string answer = answer_of(comparison);
  if (answer.empty()) return "no number is known in both\n";
  std::vector<AnswerLine> lines;
  for (const ArmComparison& arm : comparison.arms) {
    for (AnswerLine& line : answer_lines(arm, answer, tested_arms(comparison)))
      lines.push_back(std::move(line));
  }
  const auto column = [&](const char* heading, bool right, std::string AnswerLine::*cell) {
    return column_of(heading, right, lines, [&](const AnswerLine& line) { return line.*cell; });
  };
  return table_text({column("arm", false, &AnswerLine::label),
                     column(metric_heading(answer).c_str(), true, &AnswerLine::value),
                     column("95 % interval", true, &AnswerLine::interval),
                     column("seeds", true, &AnswerLine::seeds), column("p", true, &AnswerLine::p),
                     column("", false, &AnswerLine::verdict)},
                    width);
}

/// A line of the other numbers; an arm's name stands on a line of its own.
struct NumberLine {
  std::string label, a, b, change, p;
};

/// How many times as much B has; unknown where A has none.
std::string ratio(double a, double b) {
  const double times = b / a;
  if (!std::isfinite(times)) return std::string(unknown_text);
  return std::abs(times) >= 99.95 ? fmt::format("×{:.0f}", times) : fmt::format("×{:#.3g}", times);
}

NumberLine cost_line(const MetricComparison& metric) {
  const auto amount = [&](const Spread& spread) {
    return metric.name == time_metric ? duration(spread.mean)
                                      : engineering(spread.mean, metric.units);
  };
  return {"  " + metric_heading(metric.name), amount(metric.a), amount(metric.b),
          ratio(metric.a.mean, metric.b.mean), probability_text(metric.holm_p)};
}

NumberLine quality_line(const MetricComparison& metric) {
  return {"  " + metric_heading(metric.name), mean_text(metric.a, is_percentage(metric.name)),
          mean_text(metric.b, is_percentage(metric.name)),
          change_text(metric.difference.mean, is_percentage(metric.name)),
          probability_text(metric.holm_p)};
}

/// The numbers that differ, of the costs or of the qualities.
std::string text_of_numbers(const RunComparison& comparison, bool costs, std::size_t width) {
  const std::string answer = answer_of(comparison);
  std::vector<NumberLine> lines;
  for (const ArmComparison& arm : comparison.arms) {
    const std::size_t before = lines.size();
    for (const MetricComparison& metric : arm.metrics) {
      if (metric.same || is_cost(metric) != costs || metric.name == answer) continue;
      lines.push_back(costs ? cost_line(metric) : quality_line(metric));
    }
    if (lines.size() == before) continue;
    lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(before), {name_of(arm.arms)});
  }
  if (lines.empty()) return "";
  const auto column = [&](const char* heading, bool right, std::string NumberLine::*cell) {
    return column_of(heading, right, lines, [&](const NumberLine& line) { return line.*cell; });
  };
  return '\n' +
         table_text({column(costs ? "costs that differ" : "also differ", false, &NumberLine::label),
                     column("A", true, &NumberLine::a), column("B", true, &NumberLine::b),
                     column(costs ? "B / A" : "B - A", true, &NumberLine::change),
                     column("p", true, &NumberLine::p)},
                    width);
}

/// Which arms are the same in all.
std::string text_of_same(const RunComparison& comparison) {
  std::vector<std::string> same;
  for (const ArmComparison& arm : comparison.arms) {
    if (arm.same) same.push_back(name_of(arm.arms));
  }
  if (same.empty()) return "";
  const std::size_t common = comparison.common_seeds.size();
  const bool all_seeds = common == comparison.a.seeds.size() && common == comparison.b.seeds.size();
  return fmt::format(
      "\n{}every number{} is the same\n",
      same.size() == comparison.arms.size() ? "" : fmt::format("{}: ", fmt::join(same, ", ")),
      all_seeds ? "" : " of the seeds in both");
}

/// What p is, where there is one to be read.
std::string legend(const RunComparison& comparison) {
  const std::size_t tested = tested_arms(comparison);
  if (tested == 0) return "";
  return fmt::format("\np: paired t test by seed{}; significant below {:.2g}\n",
                     tested > 1 ? fmt::format(", corrected for {} arms (Holm)", tested) : "",
                     1 - confidence);
}

}  // namespace

std::string outcome_text(const RunComparison& comparison, std::size_t width) {
  return text_of_answer(comparison, width) + text_of_same(comparison) +
         text_of_numbers(comparison, false, width) + text_of_numbers(comparison, true, width) +
         legend(comparison);
}

}  // namespace memtrain
