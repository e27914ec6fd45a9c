#pragma once
#include <cmath>
#include <cstdint>

#include "sim/base/archive.h"
#include "sim/base/batch.h"

namespace memtrain {

/// How a digital update follows its gradients.
enum class OptimiserMethod : std::uint8_t {
  /// v ← momentum · v + (∇ + weight_decay · W), W ← W − rate · v
  sgd,
  /// Adam (Kingma & Ba 2015, arXiv:1412.6980, algorithm 1): the gradient's running mean over the
  /// root of its running square, both free of bias. Weight decay is kept apart from the gradient
  /// (Loshchilov & Hutter 2019, arXiv:1711.05101): W ← W − rate · weight_decay · W.
  adam,
};

/// Which method, and its numbers.
struct OptimiserSettings {
  OptimiserMethod method = OptimiserMethod::sgd;
  float momentum = 0.0F;  ///< sgd
  float weight_decay = 0.0F;
  float beta1 = 0.9F;     ///< adam: what the running mean keeps at a step
  float beta2 = 0.999F;   ///< adam: what the running square keeps at a step
  float epsilon = 1e-8F;  ///< adam: added to the root of the running square
};

/// One set of digital parameters' way down its gradients, and the memory that it takes.
class Optimiser {
 public:
  explicit Optimiser(const OptimiserSettings& settings) : settings_(settings) {}

  /// Moves rows [first, first + gradient.rows()) of `parameters` down `gradient`, which is used as
  /// scratch. A step over all rows begins with first = 0. `worth`: of all rows, see Step.
  template <class Parameters>
  void step(Parameters& parameters, Matrix& gradient, float rate, Index first = 0,
            const Vector* worth = nullptr) {
    auto rows = parameters.middleRows(first, gradient.rows());
    if (settings_.method == OptimiserMethod::adam) {
      adam(parameters, rows, gradient, rate, first, worth);
      return;
    }
    if (settings_.weight_decay != 0.0F) gradient += settings_.weight_decay * rows;
    if (settings_.momentum == 0.0F) {
      rows -= rate * gradient;
      return;
    }
    remember(velocity_, parameters);
    auto velocity = velocity_.middleRows(first, gradient.rows());
    velocity = settings_.momentum * velocity + gradient;
    rows -= rate * velocity;
  }

  void state(Archive& archive) {
    archive(velocity_);
    archive(square_);
    archive(steps_);
  }

 private:
  template <class Parameters>
  static void remember(Matrix& memory, const Parameters& parameters) {
    if (memory.size() == 0) memory = Matrix::Zero(parameters.rows(), parameters.cols());
  }

  /// Those of the rows that the gradient is of, a column.
  [[nodiscard]] static auto part_of(const Vector& worth, Index first, const Matrix& gradient) {
    return worth.segment(first, gradient.rows()).transpose();
  }

  template <class Parameters, class Rows>
  void adam(const Parameters& parameters, Rows& rows, Matrix& gradient, float rate, Index first,
            const Vector* worth) {
    if (worth != nullptr) {  // the gradient of the network's weights
      gradient.array().colwise() *= part_of(*worth, first, gradient).array();
    }
    remember(velocity_, parameters);
    remember(square_, parameters);
    if (first == 0) ++steps_;
    auto mean = velocity_.middleRows(first, gradient.rows()).array();
    auto square = square_.middleRows(first, gradient.rows()).array();
    mean = settings_.beta1 * mean + (1.0F - settings_.beta1) * gradient.array();
    square = settings_.beta2 * square + (1.0F - settings_.beta2) * gradient.array().square();
    const float unbiased_rate = rate / unbias(settings_.beta1);
    const float unbiased_root = 1.0F / std::sqrt(unbias(settings_.beta2));
    if (settings_.weight_decay != 0.0F) rows *= 1.0F - rate * settings_.weight_decay;
    const auto way = unbiased_rate * mean / (square.sqrt() * unbiased_root + settings_.epsilon);
    if (worth == nullptr) {
      rows.array() -= way;
    } else {
      rows.array() -= way.colwise() / part_of(*worth, first, gradient).array();
    }
  }
  /// How much of the weights of a running mean has been used so far.
  [[nodiscard]] float unbias(float beta) const {
    return static_cast<float>(1.0 - std::pow(static_cast<double>(beta), steps_));
  }

  OptimiserSettings settings_;
  Matrix velocity_;  // adam: the running mean
  Matrix square_;    // adam: the running square
  double steps_ = 0;
};

}  // namespace memtrain
