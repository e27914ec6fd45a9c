#pragma once
#include "sim/base/batch.h"

namespace memtrain {

/// How far an update goes: W ≈ W − rate/n · dᵀ x, where the rows of x and d are n samples of
/// rows_per_sample outer products each, which add up (the positions of a convolution, the steps of
/// a sequence).
struct Step {
  // a plain rate is a step of one outer product a sample
  Step(float step_rate, Index rows = 1) : rate(step_rate), rows_per_sample(rows) {}

  /// What a mean of outer products over rows is multiplied with for the gradient.
  [[nodiscard]] float gradient_factor() const { return static_cast<float>(rows_per_sample); }
  /// The rate for a mean of outer products over rows.
  [[nodiscard]] float row_rate() const { return rate * gradient_factor(); }

  float rate;
  Index rows_per_sample;
  /// One element of every row of x is 1, all others 0: no other products have to be made.
  bool one_hot = false;
  /// What one unit of a held weight is worth in the network, output by output; d has been divided
  /// by it, so that steps in proportion to the gradient need no more. Null: 1.
  const Vector* worth = nullptr;
};

}  // namespace memtrain
