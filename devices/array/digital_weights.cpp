#include "devices/array/digital_weights.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace memtrain {
namespace {
constexpr Index rows_per_block = 64;
}

std::span<const Parameter<IdealParameters>> ideal_parameters() {
  static constexpr std::array<Parameter<IdealParameters>, 4> rows{{
      {{.name = "w_max", .unit = "weight", .help = "upper bound; inf: none"},
       member<&IdealParameters::w_max>},
      {{.name = "w_min", .unit = "weight", .help = "lower bound; -inf: none"},
       member<&IdealParameters::w_min>},
      {{"g_max", "S", 0, 1e3, "conductance that w_max stands for; 0: not known"},
       member<&IdealParameters::g_max>},
      {{"g_min", "S", 0, 1e3, "conductance that w_min stands for"},
       member<&IdealParameters::g_min>},
  }};
  return rows;
}

StuckWeights::StuckWeights(const FaultSettings& faults, float low, float high, Index outputs,
                           Index inputs, const FaultPlace& place) {
  for (const StuckDevice& stuck : draw_stuck_devices(faults, outputs, inputs, place)) {
    held_.push_back({stuck.output, stuck.input, low + stuck.part * (high - low)});
  }
}

void StuckWeights::hold(Matrix& weights) const {
  for (const Held& held : held_) weights(held.output, held.input) = held.weight;
}

DigitalWeights::DigitalWeights(Index outputs, Index inputs, const IdealParameters& bounds,
                               const OptimiserSettings& optimiser, const FaultSettings& faults,
                               const FaultPlace& place)
    : weights_(Matrix::Zero(outputs, inputs)),
      bounds_(bounds),
      optimiser_(optimiser),
      stuck_(faults, bounds.w_min, bounds.w_max, outputs, inputs, place) {
  stuck_.hold(weights_);
}

bool DigitalWeights::bounded() const {
  return std::isfinite(bounds_.w_max) || std::isfinite(bounds_.w_min);
}

void DigitalWeights::update(const BatchIn& x, const BatchIn& d, const Step& step,
                            const Pass& /*pass*/) {
  // blocks of rows whose gradient stays in the cache until the weights have moved; the grid depends
  // on nothing but the shape, because the last bits of a product depend on how it is split
  const float share = step.gradient_factor() / static_cast<float>(x.rows());
  for (Index first = 0; first < weights_.rows(); first += rows_per_block) {
    const Index rows = std::min(rows_per_block, weights_.rows() - first);
    gradient_.resize(rows, weights_.cols());
    gradient_.noalias() = share * (d.middleCols(first, rows).transpose() * x);
    optimiser_.step(weights_, gradient_, step.rate, first, step.worth);
  }
  if (bounded()) weights_ = weights_.cwiseMin(bounds_.w_max).cwiseMax(bounds_.w_min);
  stuck_.hold(weights_);
}

void DigitalWeights::program(const BatchIn& target) {
  weights_ = target.cwiseMin(bounds_.w_max).cwiseMax(bounds_.w_min);
  stuck_.hold(weights_);
}

ConstMatrix DigitalWeights::weights() const {
  return {weights_.data(), weights_.rows(), weights_.cols(), Eigen::OuterStride<>(weights_.cols())};
}

std::vector<DevicePlane> DigitalWeights::planes() const {
  return {{weights(), 1.0F, {bounds_.w_max, bounds_.w_min, bounds_.g_max, bounds_.g_min}}};
}

double DigitalWeights::stuck_fraction() const {
  return stuck_.count() / static_cast<double>(weights_.size());
}

double DigitalWeights::saturated_fraction() const {
  if (!bounded()) return 0.0;
  const float margin =
      0.01F * (bounds_.w_max - bounds_.w_min);  // infinite with one bound only: see below
  const float near = std::isfinite(margin) ? margin : 0.0F;
  const auto w = weights_.array();
  const auto outside = (w >= bounds_.w_max - near) || (w <= bounds_.w_min + near);
  return static_cast<double>(outside.count()) / static_cast<double>(weights_.size());
}

}  // namespace memtrain
