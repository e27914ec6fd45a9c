#include "sim/report/statistics.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace memtrain {
namespace {

double sum(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

double probability(const Spread& differences) {
  const std::size_t n = differences.values.size();
  const double error = differences.std / std::sqrt(static_cast<double>(n));
  return probability_beyond(differences.mean / error, n);
}

}  // namespace

Spread spread_of(const std::vector<double>& values) {
  Spread spread;
  std::copy_if(values.begin(), values.end(), std::back_inserter(spread.values),
               [](double value) { return std::isfinite(value); });
  const std::size_t count = spread.values.size();
  const auto n = static_cast<double>(count);
  if (count >= 1) spread.mean = sum(spread.values) / n;
  if (count < 2) return spread;
  double squares = 0;
  for (const double value : spread.values) squares += std::pow(value - spread.mean, 2);
  spread.std = std::sqrt(squares / (n - 1));
  const double half = half_width(spread.std, count);
  spread.low = spread.mean - half;
  spread.high = spread.mean + half;
  return spread;
}

PairedTest paired_test(std::span<const double> first, std::span<const double> second) {
  std::vector<double> differences;
  double largest = 0;
  for (std::size_t s = 0; s < std::min(first.size(), second.size()); ++s) {
    differences.push_back(first[s] - second[s]);
    if (!std::isfinite(differences.back())) continue;
    largest = std::max({largest, std::abs(first[s]), std::abs(second[s])});
  }
  const Spread spread = spread_of(differences);
  PairedTest test{.mean = spread.mean, .pairs = static_cast<Index>(spread.values.size())};
  if (test.pairs < 2) return test;
  constexpr double rounding = 1e-12;
  test.no_variance = spread.std <= rounding * largest;
  if (test.no_variance) return test;
  test.low = spread.low;
  test.high = spread.high;
  test.p = probability(spread);
  test.significant = test.low > 0 || test.high < 0;
  return test;
}

std::string_view verdict_of(const PairedTest& test) {
  if (test.pairs == 0) return "no seed in both";
  if (test.pairs == 1) return "one seed in both";
  if (test.no_variance) return test.mean == 0 ? "no difference" : "no variance";
  return test.significant ? "significant" : "not significant";
}

std::string verdict_among(const PairedTest& test, double holm_p, std::size_t tests) {
  if (!test.significant || holm_p <= 1 - confidence) return std::string(verdict_of(test));
  return "not among " + std::to_string(tests) + " (Holm)";
}

std::vector<double> holm_adjusted(const std::vector<double>& probabilities) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < probabilities.size(); ++i) {
    if (!std::isnan(probabilities[i])) order.push_back(i);
  }
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return probabilities[a] < probabilities[b]; });
  std::vector<double> adjusted(probabilities.size(), not_reached);
  double so_far = 0;
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    const auto left = static_cast<double>(order.size() - rank);
    so_far = std::max(so_far, std::min(1.0, left * probabilities[order[rank]]));
    adjusted[order[rank]] = so_far;
  }
  return adjusted;
}

}  // namespace memtrain
