#pragma once
#include <limits>

#include "devices/array/crosspoints.h"
#include "devices/array/optimiser.h"
#include "devices/periphery/faults.h"
#include "sim/base/parameter.h"

namespace memtrain {

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
  void update(const BatchIn& x, const BatchIn& d, const Step& step, const Pass& pass) override;
  void program(const BatchIn& target) override;
  [[nodiscard]] ConstMatrix weights() const override;
  [[nodiscard]] std::vector<DevicePlane> planes() const override;
  [[nodiscard]] double saturated_fraction() const override;
  [[nodiscard]] double stuck_fraction() const override;
  void state(Archive& archive) override {
    archive(weights_);
    optimiser_.state(archive);
  }

 private:
  [[nodiscard]] bool bounded() const;

  Matrix weights_;
  Matrix gradient_;  // of a block of rows
  IdealParameters bounds_;
  Optimiser optimiser_;
  StuckWeights stuck_;
};

}  // namespace memtrain
