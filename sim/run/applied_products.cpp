#include "sim/run/applied_products.h"

#include <cmath>

#include "sim/run/gradient_norm.h"

namespace memtrain {
namespace {

/// Of a mean over samples, with the biases if there are any.
float gradient_norm(const Weights& weights, const BatchIn& x, const BatchIn& d,
                    Index rows_per_sample) {
  const double square = weight_gradient_square(x, d, weights.groups()) +
                        (weights.has_bias() ? bias_gradient_square(d) : 0.0);
  return static_cast<float>(std::sqrt(square) / static_cast<double>(x.rows() / rows_per_sample));
}

}  // namespace

void AppliedProducts::begin(float rate, const Pass& pass) {
  rate_ = rate;
  pass_ = pass;
  updated_.assign(updated_.size(), false);
}

void AppliedProducts::add(Weights& weights, const BatchIn& x, const BatchIn& d,
                          Index rows_per_sample) {
  updated_[weights.id()] = true;
  update(weights, x, d, rows_per_sample, pass_);
}

void AppliedProducts::add_feedback(Weights& weights, const BatchIn& x, const BatchIn& d,
                                   const Pass& pass) {
  update(weights, x, d, 1, pass);
}

void AppliedProducts::end() {
  for (std::size_t id = 0; id < updated_.size(); ++id) {
    if (!updated_[id]) network_.weights(id).rest(pass_);
  }
}

void AppliedProducts::update(Weights& weights, const BatchIn& x, const BatchIn& d,
                             Index rows_per_sample, const Pass& pass) {
  const float norm = clip_norm_ > 0.0F ? gradient_norm(weights, x, d, rows_per_sample) : 0.0F;
  if (norm > clip_norm_) {
    clipped_ = d * (clip_norm_ / norm);
    weights.update(x, clipped_, rows_per_sample, rate_, pass);
  } else {
    weights.update(x, d, rows_per_sample, rate_, pass);
  }
}

}  // namespace memtrain
