#include "sim/run/gradient_norm.h"

#include <algorithm>
#include <cmath>

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

float gradient_norm(const BatchIn& x, const BatchIn& d, Index samples, Index groups) {
  const Index inputs = x.cols() / groups;
  const Index outputs = d.cols() / groups;
  double square = d.colwise().sum().cast<double>().squaredNorm();
  for (Index g = 0; g < groups; ++g) {
    square += std::max(
        square_of_products(x.middleCols(g * inputs, inputs), d.middleCols(g * outputs, outputs)),
        0.0);
  }
  return static_cast<float>(std::sqrt(square) / static_cast<double>(samples));
}

}  // namespace memtrain
