#pragma once
#include <string>
#include <vector>

#include "sim/record/table.h"
#include "sim/report/statistics.h"
#include "sim/report/text_table.h"

namespace memtrain {

/// What training took in all: one of the metrics below "cost/" in the result file.
struct CostTotal {
  std::string name;   ///< "macs", "forward_reads", ...
  std::string units;  ///< "1" for a count
  Spread total;
};

/// One arm over its seeds. The numbers are those after the last epoch, of the seeds that did not
/// diverge and got furthest, and of those that ended before by their patience: in a run that is not
/// complete, a seed that has just begun is no worse for it. Accuracies are fractions, times
/// seconds. Accuracies are NaN for a regression, the four errors for classes.
struct ArmSummary {
  std::string name, rule, device;
  Spread test_accuracy, best_test_accuracy, train_accuracy, test_loss, wall_seconds;
  Spread test_mse, best_test_mse, test_mae, test_rse, test_corr;
  std::vector<CostTotal> cost;  ///< in the order of epoch_metrics()
  Index epochs_done = 0;        ///< of the seed that got furthest
  Index seeds_done = 0;         ///< how many got that far without diverging
  bool diverged = false;        ///< any seed
};

/// Final test accuracy (of a regression: mean squared error) of `first` minus `second`, paired by
/// seed.
struct Difference : PairedTest {
  std::string first, second;
  std::string metric;           ///< "test_accuracy", or "test_mse", of which less is better
  bool comparable = true;       ///< false: the run is not over, and one arm is farther
  double holm_p = not_reached;  ///< p, corrected for all the differences of the run
};

struct RunSummary {
  std::string title, status;
  Index seeds = 0;  ///< of the run, whatever became of them
  std::vector<ArmSummary> arms;
  std::vector<Difference> differences;  ///< every pair of arms, the earlier one first
  std::vector<Baseline> baselines;      ///< of the run
  bool regression = false;              ///< arms have errors instead of accuracies
};

/// The names of a run's arms, in order.
[[nodiscard]] std::vector<std::string> arm_names(const RunRecord& run);

/// Whether two arms, of one run or of two, stand where they can be compared: their runs are over,
/// or they got equally far.
[[nodiscard]] bool are_comparable(const RunRecord& first_run, const ArmRecord& first,
                                  const RunRecord& second_run, const ArmRecord& second);

/// Whether the last epoch of a seed is one to report: it did not diverge, and it got as far as any,
/// or ended earlier because it ran out of patience.
[[nodiscard]] bool seed_counts(const ArmRecord& arm, const SeedRecord& seed);

/// The values of one metric of an arm that its summary is made of: a seed each, in their order; NaN
/// where a seed does not count.
[[nodiscard]] std::vector<double> final_values(const ArmRecord& arm, double EpochRecord::*metric);

[[nodiscard]] RunSummary summarise(const RunRecord& record);

/// A table for people. Errors take the place of accuracies in a regression, and losses where no
/// arm has either. In colour, the best arm is bold.
[[nodiscard]] std::string summary_table(const RunSummary& summary, const TableStyle& style = {});

/// One row a number, for spreadsheets: arm,rule,device,minus,metric,mean,std,low,high,n,p,holm_p.
/// `minus` names the second arm of a difference and is empty elsewhere; low and high are the 95 %
/// interval; p is of differences alone, holm_p corrected for their number; an unknown value is
/// empty. A baseline stands in the column of arms, with the rule "baseline".
[[nodiscard]] Table summary_rows(const RunSummary& summary);

/// {"title", "status", "seeds", "arms": {NAME: {"rule", "device", "diverged", "epochs_done",
/// "seeds_done", "test_accuracy": {"mean", "std", "low", "high", "n", "values"},
/// "best_test_accuracy", "train_accuracy", "test_loss", "test_mse", "best_test_mse", "test_mae",
/// "test_rse", "test_corr", "wall_seconds", "cost": {"macs", ...}}}, "differences": [{"first",
/// "second", "metric", "mean", "low", "high", "pairs", "p", "holm_p", "significant",
/// "significant_among_all"}], "baselines":
/// [{"name", "metric", "value"}]}; unknown is null.
[[nodiscard]] std::string summary_json(const RunSummary& summary);

}  // namespace memtrain
