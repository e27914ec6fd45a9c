#pragma once
#include <limits>

#include "sim/data/dataset.h"

namespace memtrain {

/// How far predictions ŷ are from the values y that came, over all samples and outputs. NaN: there
/// is nothing to measure. All of them are of values as the network sees them, after normalisation.
struct PredictionErrors {
  static constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
  double mse = unknown;  ///< mean of (ŷ − y)²
  double mae = unknown;  ///< mean of |ŷ − y|
  /// Root relative squared error √Σ(ŷ − y)² / √Σ(y − mean y)², the mean over everything: 1 for a
  /// prediction by the mean. (Lai et al. 2018, arXiv:1703.07015, section 4.2)
  double rse = unknown;
  /// Pearson's correlation of ŷ and y over the samples, a mean over the outputs; those where one
  /// of the two does not vary are left out. (The same section.)
  double corr = unknown;
};

/// Gathers predictions batch by batch. Sums are in double and merged as in Chan, Golub & LeVeque
/// 1983, so that an output that does not vary has a variance of exactly 0.
class ErrorSums {
 public:
  /// Both [samples × outputs], one sample at least.
  void add(const BatchIn& predictions, const BatchIn& values);
  [[nodiscard]] PredictionErrors errors() const;

 private:
  using Row = Eigen::Array<double, 1, Eigen::Dynamic>;
  double samples_ = 0;
  double squares_ = 0, distances_ = 0;              // of ŷ − y
  Row mean_predicted_, mean_value_;                 // output by output, as what follows
  Row spread_predicted_, spread_value_, together_;  // Σ of squares and products of deviations
};

/// Notes how well these predictions [test samples × outputs] do on the test samples.
void add_baseline(Dataset& data, const std::string& name, const Batch& predictions);

}  // namespace memtrain
