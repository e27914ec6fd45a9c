#pragma once
#include <string>
#include <string_view>

#include "sim/report/statistics.h"

// Metrics and their values as people read them.
namespace memtrain {

/// A name of the result file in words: "first forward" for "first_forward".
[[nodiscard]] std::string spaced(std::string_view name);
/// A metric in words, from its path in the result file: "test MSE", "write pulses".
[[nodiscard]] std::string metric_words(std::string_view path);
/// Whether it is a fraction that people read as percent.
[[nodiscard]] bool is_percentage(std::string_view path);
/// The words with "%" behind them where it is one.
[[nodiscard]] std::string metric_heading(std::string_view path);

/// What people ask for first among costs, by their path or its last part: energy, latency and
/// pulses, then the rest, and the time of the simulation last.
[[nodiscard]] int cost_rank(std::string_view path);
/// The ranks of those three are below.
inline constexpr int first_costs = 3;

/// A value: in percent to two decimals, or, as errors come in all sizes, to four digits. A dash for
/// NaN, as in all of these.
[[nodiscard]] std::string value_text(double value, bool percent);
/// "mean ± s.d.", or the mean alone of one seed.
[[nodiscard]] std::string mean_text(const Spread& spread, bool percent);
/// A difference: in points of percent, or as it is; with its sign.
[[nodiscard]] std::string change_text(double value, bool percent);
/// "[low, high]" of a mean, or of a difference.
[[nodiscard]] std::string interval_text(const Spread& spread, bool percent);
[[nodiscard]] std::string interval_text(const PairedTest& test, bool percent);

}  // namespace memtrain
