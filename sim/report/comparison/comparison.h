#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "sim/record/run_record.h"
#include "sim/report/comparison/settings_difference.h"
#include "sim/report/statistics.h"
#include "sim/report/text_table.h"

namespace memtrain {

/// Where one of two compared runs comes from.
struct RunOrigin {
  std::string file;  ///< as its reader names it; may be empty
  std::string version, git_commit, host, title;
  int threads = 1;
  RunStatus status = RunStatus::running;
  std::vector<std::int64_t> seeds;
};

/// One number of an arm after its last epoch, in both runs.
struct MetricComparison {
  std::string name;   ///< as the result file has it: "test_accuracy", "cost/macs"
  std::string units;  ///< "1" for a pure number
  Spread a, b;        ///< over all the seeds of each run
  /// B minus A, of the seeds that both runs have; where there are none, of the means.
  PairedTest difference;
  double holm_p = not_reached;  ///< its p, corrected for the number of arms that differ
  bool same = false;  ///< in all seeds that both have; where there are none, the means are
};

/// One arm of A and one of B.
struct ArmComparison {
  ArmPair arms;
  bool comparable = true;  ///< false: a run is not over, and the arms are at different epochs
  std::vector<MetricComparison> metrics;  ///< those known in both, in the order of epoch_metrics()
  /// Of the seeds that both have, and there is one, every number after every epoch is the same to
  /// the last bit, but for the time it took.
  bool same = false;

  /// The metric of a name; nullptr if it is not known in both.
  [[nodiscard]] const MetricComparison* find(const std::string& name) const;
};

struct RunComparison {
  RunOrigin a, b;
  std::vector<std::int64_t> common_seeds;  ///< in the order of A
  std::vector<ArmComparison> arms;
  std::vector<std::string> only_in_a, only_in_b;  ///< arms that the other run has not by name
  /// Of the run (data, seeds, what is recorded) and of its arms, by key.
  std::vector<SettingDifference> settings;
  std::vector<std::string> settings_unknown;  ///< names of arms, or "the run"
};

/// Compares what two runs were and what came of them. `given`: the arms to compare; if empty, all
/// that both have by name. Errors: Failure::usage when a run has no arm of that name, or without
/// any arm to compare.
[[nodiscard]] RunComparison compare_runs(const RunRecord& a, const RunRecord& b,
                                         const std::vector<ArmPair>& given = {});

/// Tables for people, as wide as the terminal, or 80 columns where there is none: the answer first,
/// and of all else what differs. p is the corrected one (holm_p).
[[nodiscard]] std::string comparison_table(const RunComparison& comparison,
                                           const TableStyle& style = {});

/// One row a number:
/// section,arm,arm_b,name,a,a_std,a_n,b,b_std,b_n,difference,low,high,pairs,p,holm_p. The section
/// is "outcome" or "settings", of which those that differ are listed, with their texts as a and b
/// and without arms where it is all of them; unknown is empty.
[[nodiscard]] std::string comparison_csv(const RunComparison& comparison);

/// {"a": {"file", "memtrain_version", "git_commit", "host", "threads", "status", "title", "seeds"},
/// "b", "only_in_a": [NAME], "only_in_b", "settings": [{"key", "arm", "a", "b"}],
/// "settings_unknown": [NAME], "arms": [{"a": NAME, "b": NAME, "same", "metrics": {NAME: {"a":
/// {"mean", "std", "low", "high", "n", "values"}, "b", "difference": {"mean", "low", "high",
/// "pairs", "p", "holm_p", "significant", "significant_among_all"}}}}]}; unknown is null, and so is
/// the arm of a setting that differs in all of them.
[[nodiscard]] std::string comparison_json(const RunComparison& comparison);

}  // namespace memtrain
