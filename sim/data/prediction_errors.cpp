#include "sim/data/prediction_errors.h"

#include <cmath>

namespace memtrain {

void ErrorSums::add(const BatchIn& predictions, const BatchIn& values) {
  using Values = Eigen::Array<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const Values predicted = predictions.cast<double>();
  const Values wanted = values.cast<double>();
  const auto n = static_cast<double>(wanted.rows());
  squares_ += (predicted - wanted).square().sum();
  distances_ += (predicted - wanted).abs().sum();
  const Row mean_predicted = predicted.colwise().sum() / n;
  const Row mean_value = wanted.colwise().sum() / n;
  const Values off_predicted = predicted.rowwise() - mean_predicted;
  const Values off_value = wanted.rowwise() - mean_value;
  if (samples_ == 0) {
    const Row none = Row::Zero(wanted.cols());
    mean_predicted_ = mean_predicted;
    mean_value_ = mean_value;
    spread_predicted_ = spread_value_ = together_ = none;
  }
  const Row shift_predicted = mean_predicted - mean_predicted_;
  const Row shift_value = mean_value - mean_value_;
  const double all = samples_ + n;
  const double weight = samples_ * n / all;
  spread_predicted_ += off_predicted.square().colwise().sum() + weight * shift_predicted.square();
  spread_value_ += off_value.square().colwise().sum() + weight * shift_value.square();
  together_ += (off_predicted * off_value).colwise().sum() + weight * shift_predicted * shift_value;
  mean_predicted_ += shift_predicted * (n / all);
  mean_value_ += shift_value * (n / all);
  samples_ = all;
}

PredictionErrors ErrorSums::errors() const {
  PredictionErrors errors;
  if (samples_ == 0) return errors;
  const auto outputs = static_cast<double>(mean_value_.size());
  errors.mse = squares_ / (samples_ * outputs);
  errors.mae = distances_ / (samples_ * outputs);
  const double around_means = samples_ * (mean_value_ - mean_value_.mean()).square().sum();
  const double spread = spread_value_.sum() + around_means;
  if (spread > 0) errors.rse = std::sqrt(squares_ / spread);
  double sum = 0;
  Index varying = 0;
  for (Index k = 0; k < mean_value_.size(); ++k) {
    if (spread_predicted_[k] <= 0 || spread_value_[k] <= 0) continue;
    sum += together_[k] / std::sqrt(spread_predicted_[k]) / std::sqrt(spread_value_[k]);
    ++varying;
  }
  if (varying > 0) errors.corr = sum / static_cast<double>(varying);
  return errors;
}

void add_baseline(Dataset& data, const std::string& name, const Batch& predictions) {
  ErrorSums sums;
  sums.add(predictions, data.test.values);
  const PredictionErrors errors = sums.errors();
  const auto note = [&](const char* metric, double value) {
    if (std::isfinite(value)) data.baselines.push_back({name, metric, value});
  };
  note("test_mse", errors.mse);
  note("test_mae", errors.mae);
  note("test_rse", errors.rse);
  note("test_corr", errors.corr);
}

}  // namespace memtrain
