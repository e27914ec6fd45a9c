#pragma once
#include "sim/report/summary.h"
#include "sim/report/text_table.h"

namespace memtrain {

// A summary as columns of texts, for a terminal and for a page alike.

/// Arms: what they are, how well they do with its interval, how far they got.
[[nodiscard]] std::vector<TextColumn> arm_columns(const RunSummary& summary);
/// What training each arm took; no columns if nothing is known.
[[nodiscard]] std::vector<TextColumn> cost_columns(const RunSummary& summary);
/// Differences between arms.
[[nodiscard]] std::vector<TextColumn> difference_columns(const RunSummary& summary,
                                                         const std::vector<Difference>& shown);
/// What can be had without learning; no columns without any.
[[nodiscard]] std::vector<TextColumn> baseline_columns(const RunSummary& summary);

/// Whether any arm has a test accuracy.
[[nodiscard]] bool has_accuracy(const RunSummary& summary);
/// Whether arms are told by an accuracy or an error, in which they can be compared.
[[nodiscard]] bool has_quality(const RunSummary& summary);
/// The row of the best arm; their number below two arms that can be compared.
[[nodiscard]] std::size_t best_arm(const RunSummary& summary);
/// The differences to show: all, or of many arms those from the first arm with the same rule, and
/// of these first arms from each other, or of many rules from the first arm of all.
[[nodiscard]] std::vector<Difference> shown_differences(const RunSummary& summary);

}  // namespace memtrain
