#pragma once
#include <limits>

#include "devices/array/crosspoints.h"
#include "devices/periphery/faults.h"
#include "sim/base/parameter.h"

namespace memtrain {

/// How a digital update is made: v ← momentum · v + (∇ + weight_decay · W), W ← W − rate · v.
struct OptimiserSettings {
  float momentum = 0.0F;
  float weight_decay = 0.0F;
};

/// A velocity for one set of digital parameters: the state that momentum needs.
class Optimiser {
 public:
  explicit Optimiser(const OptimiserSettings& settings) : settings_(settings) {}

  /// Moves rows [first, first + gradient.rows()) of `parameters` down `gradient`, which is used as
  /// scratch.
  template <class Parameters>
  void step(Parameters& parameters, Matrix& gradient, float rate, Index first = 0) {
    auto rows = parameters.middleRows(first, gradient.rows());
    if (settings_.weight_decay != 0.0F) gradient += settings_.weight_decay * rows;
    if (settings_.momentum == 0.0F) {
      rows -= rate * gradient;
      return;
    }
    if (velocity_.size() == 0) velocity_ = Matrix::Zero(parameters.rows(), parameters.cols());
    auto velocity = velocity_.middleRows(first, gradient.rows());
    velocity = settings_.momentum * velocity + gradient;
    rows -= rate * velocity;
  }

 private:
  OptimiserSettings settings_;
  Matrix velocity_;
};

/// Digital weights that are stuck: put back after every write.
class StuckWeights {
 public:
  StuckWeights(const FaultSettings& faults, float low, float high, Index outputs, Index inputs,
               const FaultPlace& place);
  void hold(Matrix& weights) const;
  [[nodiscard]] double count() const { return static_cast<double>(held_.size()); }

 private:
  struct Held {
    Index output, input;
    float weight;
  };
  std::vector<Held> held_;
};

/// Parameters of the `ideal` device: an exact floating-point weight, held between bounds if given.
struct IdealParameters {
  float w_max = std::numeric_limits<float>::infinity();
  float w_min = -std::numeric_limits<float>::infinity();
  float g_max = 0.0F;
  float g_min = 0.0F;
};
[[nodiscard]] std::span<const Parameter<IdealParameters>> ideal_parameters();

/// Exact weights in single precision, updated digitally.
class DigitalWeights final : public Crosspoints {
 public:
  DigitalWeights(Index outputs, Index inputs, const IdealParameters& bounds,
                 const OptimiserSettings& optimiser, const FaultSettings& faults = {},
                 const FaultPlace& place = {});
  void update(const BatchIn& x, const BatchIn& d, float rate, const Pass& pass) override;
  void program(const BatchIn& target) override;
  [[nodiscard]] ConstMatrix weights() const override;
  [[nodiscard]] std::vector<DevicePlane> planes() const override;
  [[nodiscard]] double saturated_fraction() const override;
  [[nodiscard]] double stuck_fraction() const override;

 private:
  [[nodiscard]] bool bounded() const;

  Matrix weights_;
  Matrix gradient_;  // of a block of rows
  IdealParameters bounds_;
  Optimiser optimiser_;
  StuckWeights stuck_;
};

}  // namespace memtrain
