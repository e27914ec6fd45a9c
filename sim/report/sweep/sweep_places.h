#pragma once
#include <optional>
#include <string>
#include <vector>

#include "sim/report/statistics.h"
#include "sim/sweep/sweep_metric.h"

namespace memtrain {

/// A metric of a sweep in words, and whether it is read as percent.
[[nodiscard]] std::string metric_words(const SweepMetric& metric);
[[nodiscard]] bool is_percentage(const SweepMetric& metric);
/// What stands behind an arm's name in a heading: ", %" or ", MSE".
[[nodiscard]] std::string unit_text(const SweepMetric& metric);

/// One place on the axes of a sweep: points that differ in nothing but their seeds and what was
/// tuned.
struct SweepPlace {
  std::vector<std::uint32_t> at;  ///< which value of each axis
  /// Rows of each arm, a seed each: of a seed that several points have, the first. Where settings
  /// were tuned, those with the arm's choice of them.
  std::vector<std::vector<const SweepRow*>> arms;
  /// Which value of each tuned axis each arm has, none where the axis does not act on the arm;
  /// empty of an arm without results.
  std::vector<std::vector<std::optional<std::uint32_t>>> chosen;
  std::vector<std::size_t> points;
};

/// One arm minus another at a place, paired by seed.
struct PlaceDifference {
  std::size_t place = 0, first = 0, second = 0;
  PairedTest test;
  double holm_p = not_reached;  ///< p, corrected for all differences at all places
};

/// A sweep sorted by places. Refers to the rows that it was made from.
struct SweepPlaces {
  std::vector<const Axis*> axes;   ///< those swept, without that of the seeds
  std::vector<const Axis*> tuned;  ///< those whose best values were chosen for each arm and place
  std::vector<std::string> arms;   ///< in the order in which they come
  std::vector<SweepPlace> places;  ///< of all points of the plan, in the order of the axes' values
  std::size_t points = 0, with_result = 0, diverged = 0;
  bool regression = false;  ///< told by errors instead of accuracies

  /// What all is told by: test accuracy, or mean squared error, after the last epoch.
  [[nodiscard]] SweepMetric quality() const;
  /// What tuned settings are chosen by: validation accuracy, or loss, after the last epoch.
  [[nodiscard]] SweepMetric judge() const;
  /// A metric of an arm at a place, over seeds.
  [[nodiscard]] Spread spread(std::size_t place, std::size_t arm, const SweepMetric& metric) const;
  /// First arm minus second at a place, paired by seed.
  [[nodiscard]] PairedTest difference(std::size_t place, std::size_t first, std::size_t second,
                                      const SweepMetric& metric) const;
  /// All differences between arms, those without pairs left out, place by place.
  [[nodiscard]] std::vector<PlaceDifference> differences(const SweepMetric& metric) const;
  /// The places where an arm's mean is best: several if they are equal; none without results, or
  /// without better ones.
  [[nodiscard]] std::vector<std::size_t> best(std::size_t arm, const SweepMetric& metric) const;
};

/// Sorts a sweep. Where settings were tuned, each arm has at each place those with most seeds that
/// did not diverge, and among them the best mean over seeds of what judges them.
[[nodiscard]] SweepPlaces places_of(const Plan& plan, const std::vector<SweepRow>& rows);

/// How much one axis of a sweep has to do with a metric of one arm.
struct AxisEffect {
  /// The part of the variance over places that goes with the axis alone: ε², the correlation ratio
  /// without what chance adds (Kelley 1935, doi:10.1073/pnas.21.9.554); NaN where no place shares a
  /// value of the axis with another, or all are equal. Of a sample, where hardly any do,
  /// neighbouring numbers are taken together, about four places each.
  double variance_part = not_reached;
  /// Lowest and highest mean over the places with one value of the axis.
  double lowest = not_reached, highest = not_reached;
};
[[nodiscard]] AxisEffect effect_of(const SweepPlaces& sweep, std::size_t axis, std::size_t arm,
                                   const SweepMetric& metric);

}  // namespace memtrain
