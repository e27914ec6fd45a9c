#include "sim/run/gradient_norm.h"

#include <algorithm>

namespace memtrain {
namespace {

/// ‖dᵀ x‖².
double square_of_products(const BatchIn& x, const BatchIn& d) {
  if (x.rows() < x.cols()) {  // without forming it: Σ (d dᵀ) ⊙ (x xᵀ)
    const Batch deltas = d * d.transpose();
    const Batch inputs = x * x.transpose();
    return (deltas.cast<double>().array() * inputs.cast<double>().array()).sum();
  }
  const Matrix products = d.transpose() * x;
  return products.cast<double>().squaredNorm();
}

}  // namespace

double weight_gradient_square(const BatchIn& x, const BatchIn& d, Index groups) {
  const Index inputs = x.cols() / groups;
  const Index outputs = d.cols() / groups;
  double square = 0.0;
  for (Index g = 0; g < groups; ++g) {
    square += std::max(
        square_of_products(x.middleCols(g * inputs, inputs), d.middleCols(g * outputs, outputs)),
        0.0);
  }
  return square;
}

double bias_gradient_square(const BatchIn& d) {
  return d.colwise().sum().cast<double>().squaredNorm();
}

}  // namespace memtrain
