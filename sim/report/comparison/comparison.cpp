#include "sim/report/comparison/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>

#include "sim/base/error.h"
#include "sim/base/nearest_name.h"
#include "sim/record/metrics.h"
#include "sim/report/summary.h"

namespace memtrain {
namespace {

constexpr auto wall_seconds = &EpochRecord::wall_seconds;

RunOrigin origin_of(const RunRecord& run) {
  return {.version = run.version,
          .git_commit = run.git_commit,
          .host = run.host,
          .title = run.title,
          .threads = run.threads,
          .status = run.status,
          .seeds = run.seeds};
}

const ArmRecord* find_arm(const RunRecord& run, const std::string& name) {
  const auto at = std::find_if(run.arms.begin(), run.arms.end(),
                               [&](const ArmRecord& arm) { return arm.name == name; });
  return at == run.arms.end() ? nullptr : &*at;
}

std::string names_in(const RunRecord& run) {
  return run.arms.empty() ? "none" : fmt::format("{}", fmt::join(arm_names(run), ", "));
}

std::vector<ArmPair> arms_in_both(const RunRecord& a, const RunRecord& b) {
  std::vector<ArmPair> pairs;
  for (const std::string& name : arm_names(a)) {
    if (find_arm(b, name) != nullptr) pairs.push_back({name, name});
  }
  if (pairs.empty()) {
    throw Error(Failure::usage,
                fmt::format("no arm is in both: A has {}; B has {} (say which with --arm "
                            "NAME=NAME)",
                            names_in(a), names_in(b)));
  }
  return pairs;
}

/// `letter`: of the run.
void require_arm(const RunRecord& run, char letter, const std::string& name, const ArmPair& pair) {
  if (find_arm(run, name) != nullptr) return;
  const std::vector<std::string> names = arm_names(run);
  const std::vector<std::string_view> known(names.begin(), names.end());
  const std::string near = nearest_name(name, known);
  throw Error(
      Failure::usage,
      fmt::format("--arm {}={}: {} has no arm '{}'{} (it has {})", pair.a, pair.b, letter, name,
                  near.empty() ? "" : fmt::format(", did you mean '{}'?", near), names_in(run)));
}

/// The arms of a run that the other does not have, and that no pair has either.
std::vector<std::string> only_in(const RunRecord& run, const RunRecord& other,
                                 const std::vector<ArmPair>& pairs, std::string ArmPair::*side) {
  std::vector<std::string> names;
  for (const std::string& name : arm_names(run)) {
    const bool paired = std::any_of(pairs.begin(), pairs.end(),
                                    [&](const ArmPair& pair) { return pair.*side == name; });
    if (!paired && find_arm(other, name) == nullptr) names.push_back(name);
  }
  return names;
}

/// What is known of each seed, by its value: runs may list the same seeds in any order.
template <class Value>
std::map<std::int64_t, Value> by_seed(const RunRecord& run, const std::vector<Value>& values) {
  std::map<std::int64_t, Value> found;
  for (std::size_t s = 0; s < std::min(run.seeds.size(), values.size()); ++s) {
    found.emplace(run.seeds[s], values[s]);
  }
  return found;
}

bool same_bits(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b) ||
         (std::isnan(a) && std::isnan(b));
}

bool same_epoch(const EpochRecord& a, const EpochRecord& b) {
  const auto metrics = epoch_metrics();
  return std::all_of(metrics.begin(), metrics.end(), [&](const auto& metric) {
    return metric.value == wall_seconds || same_bits(a.*metric.value, b.*metric.value);
  });
}

/// What A and B know of the seeds that both have, in the order of the seeds.
template <class Value>
struct InBoth {
  std::vector<Value> a, b;
};

template <class Value>
InBoth<Value> in_both(const std::map<std::int64_t, Value>& of_a,
                      const std::map<std::int64_t, Value>& of_b) {
  InBoth<Value> both;
  for (const auto& [seed, value] : of_a) {
    const auto at = of_b.find(seed);
    if (at == of_b.end()) continue;
    both.a.push_back(value);
    both.b.push_back(at->second);
  }
  return both;
}

bool same_seeds(const InBoth<SeedRecord>& seeds) {
  const auto same = [](const SeedRecord& a, const SeedRecord& b) {
    return std::equal(a.epochs.begin(), a.epochs.end(), b.epochs.begin(), b.epochs.end(),
                      same_epoch);
  };
  return !seeds.a.empty() && std::equal(seeds.a.begin(), seeds.a.end(), seeds.b.begin(), same);
}

/// B minus A. Without a seed in both, that of the means is still something to say.
void take_difference(const InBoth<double>& values, MetricComparison& metric) {
  metric.difference = paired_test(values.b, values.a);
  metric.same = std::equal(values.a.begin(), values.a.end(), values.b.begin(), same_bits);
  if (metric.difference.pairs > 0) return;
  metric.difference.mean = metric.b.mean - metric.a.mean;
  metric.same = same_bits(metric.a.mean, metric.b.mean);
}

ArmComparison compare_arms(const RunRecord& run_a, const ArmRecord& a, const RunRecord& run_b,
                           const ArmRecord& b) {
  ArmComparison arm{.arms = {a.name, b.name}, .comparable = are_comparable(run_a, a, run_b, b)};
  for (const auto& each : epoch_metrics()) {
    const std::vector<double> final_a = final_values(a, each.value);
    const std::vector<double> final_b = final_values(b, each.value);
    MetricComparison metric{
        .name = each.path, .units = each.units, .a = spread_of(final_a), .b = spread_of(final_b)};
    if (metric.a.values.empty() || metric.b.values.empty()) continue;
    if (arm.comparable) {
      take_difference(in_both(by_seed(run_a, final_a), by_seed(run_b, final_b)), metric);
    } else {
      metric.difference.mean = metric.b.mean - metric.a.mean;
    }
    arm.metrics.push_back(std::move(metric));
  }
  arm.same =
      !arm.metrics.empty() && same_seeds(in_both(by_seed(run_a, a.seeds), by_seed(run_b, b.seeds)));
  return arm;
}

/// Corrects the probabilities of each metric for the number of arms. An arm that is the same in
/// all is no test, and makes the others no less sure.
void correct(std::vector<ArmComparison>& arms) {
  for (const auto& each : epoch_metrics()) {
    std::vector<MetricComparison*> tested;
    std::vector<double> probabilities;
    for (ArmComparison& arm : arms) {
      for (MetricComparison& metric : arm.metrics) {
        if (metric.name != each.path) continue;
        metric.holm_p = metric.difference.p;
        if (arm.same) continue;
        tested.push_back(&metric);
        probabilities.push_back(metric.difference.p);
      }
    }
    const std::vector<double> adjusted = holm_adjusted(probabilities);
    for (std::size_t i = 0; i < tested.size(); ++i) tested[i]->holm_p = adjusted[i];
  }
}

/// The settings that all arms share. The title is told with where the run comes from.
std::optional<Settings> settings_of_run(const RunRecord& run) {
  std::optional<Settings> settings = settings_of(run.scenario);
  if (settings) {
    settings->erase("arm");
    settings->erase("title");
  }
  return settings;
}

void compare_settings(const RunRecord& a, const RunRecord& b, const std::vector<ArmPair>& pairs,
                      RunComparison& comparison) {
  const auto run_a = settings_of_run(a), run_b = settings_of_run(b);
  if (run_a && run_b) {
    comparison.settings = settings_differences({{.a = *run_a, .b = *run_b}});
  } else {
    comparison.settings_unknown.emplace_back("the run");
  }
  std::vector<PairedSettings> known;
  for (const ArmPair& pair : pairs) {
    const auto arm_a = settings_of(find_arm(a, pair.a)->settings);
    const auto arm_b = settings_of(find_arm(b, pair.b)->settings);
    if (arm_a && arm_b) {
      known.push_back({pair, *arm_a, *arm_b});
    } else {
      comparison.settings_unknown.push_back(name_of(pair));
    }
  }
  for (SettingDifference& row : settings_differences(known)) {
    comparison.settings.push_back(std::move(row));
  }
  std::stable_sort(comparison.settings.begin(), comparison.settings.end(),
                   [](const auto& x, const auto& y) { return x.key < y.key; });
}

}  // namespace

const MetricComparison* ArmComparison::find(const std::string& name) const {
  const auto at = std::find_if(metrics.begin(), metrics.end(),
                               [&](const MetricComparison& metric) { return metric.name == name; });
  return at == metrics.end() ? nullptr : &*at;
}

RunComparison compare_runs(const RunRecord& a, const RunRecord& b,
                           const std::vector<ArmPair>& given) {
  for (const ArmPair& pair : given) {
    require_arm(a, 'A', pair.a, pair);
    require_arm(b, 'B', pair.b, pair);
  }
  const std::vector<ArmPair> pairs = given.empty() ? arms_in_both(a, b) : given;
  RunComparison comparison{.a = origin_of(a), .b = origin_of(b)};
  std::copy_if(
      a.seeds.begin(), a.seeds.end(), std::back_inserter(comparison.common_seeds),
      [&](auto seed) { return std::find(b.seeds.begin(), b.seeds.end(), seed) != b.seeds.end(); });
  for (const ArmPair& pair : pairs) {
    comparison.arms.push_back(compare_arms(a, *find_arm(a, pair.a), b, *find_arm(b, pair.b)));
  }
  correct(comparison.arms);
  comparison.only_in_a = only_in(a, b, pairs, &ArmPair::a);
  comparison.only_in_b = only_in(b, a, pairs, &ArmPair::b);
  compare_settings(a, b, pairs, comparison);
  return comparison;
}

}  // namespace memtrain
