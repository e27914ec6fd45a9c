#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/batch.h"
#include "sim/base/students_t.h"
#include "sim/record/run_record.h"

namespace memtrain {

/// Mean, standard deviation (n − 1) and the interval of the mean by Student's t at 95 %, over
/// seeds. Values that are not finite are left out; below two values there is no deviation and no
/// interval (NaN), and equal values give an interval of no width.
struct Spread {
  double mean = not_reached, std = not_reached;
  double low = not_reached, high = not_reached;
  std::vector<double> values;  ///< one a seed, finite ones only
};
[[nodiscard]] Spread spread_of(const std::vector<double>& values);

/// The mean of differences between two arms, paired, and how surely it is not 0: the paired t test
/// (Student 1908, doi:10.2307/2331554).
struct PairedTest {
  double mean = not_reached, low = not_reached, high = not_reached;
  Index pairs = 0;
  /// Probability of a mean as far from 0, or farther, if there were no difference; NaN below two
  /// pairs.
  double p = not_reached;
  bool significant = false;  ///< the interval excludes 0
  /// All differences are equal: nothing is known of their variance, and there is no interval and no
  /// p. A few seeds with numbers in coarse steps would otherwise pass for certainty.
  bool no_variance = false;
};
/// Pairs with a value that is not finite are left out.
[[nodiscard]] PairedTest paired_test(std::span<const double> first, std::span<const double> second);

/// What is to be said of a test: "significant", "not significant", "no difference" or "no variance"
/// where all differences are 0, or equal, "one seed in both" or "no seed in both".
[[nodiscard]] std::string_view verdict_of(const PairedTest& test);
/// The same where it is one of several, with p as Holm corrects it: what is significant alone but
/// not so is "not among N (Holm)".
[[nodiscard]] std::string verdict_among(const PairedTest& test, double holm_p, std::size_t tests);

/// Holm's correction of several probabilities (Holm 1979, https://www.jstor.org/stable/4615733): if
/// there were no difference anywhere, any of these would be below 0.05 in one of 20 experiments.
/// NaN stays NaN and is not counted.
[[nodiscard]] std::vector<double> holm_adjusted(const std::vector<double>& probabilities);

}  // namespace memtrain
