#include "devices/array/quantiser.h"

#include <cmath>

namespace memtrain {

Quantiser::Quantiser(const ConverterSettings& converter)
    : settings_(converter), converter_(converter, {}) {}

void Quantiser::round(Batch& values, const Stream& stream, std::uint8_t draw, Phase phase) {
  if (settings_.bits == 0) return;
  if (settings_.range == "minmax") {
    round_between_extremes(values, stream, draw);
    return;
  }
  converter_.find_range(values, phase);
  converter_.convert(values, stream, 0, draw);
  step_ = converter_.step_size();
}

void Quantiser::round_between_extremes(Batch& values, const Stream& stream, std::uint8_t draw) {
  const float low = values.minCoeff(), high = values.maxCoeff();
  if (low == high) return;  // one level
  const float levels = std::exp2(static_cast<float>(settings_.bits)) - 1.0F;
  step_ = (high - low) / levels;
  if (settings_.rounding == "nearest") {
    values = (values.array() - low) * (1.0F / step_);
    values = values.array().rint() * step_ + low;
    return;
  }
  Vector chance(values.cols());
  for (Index i = 0; i < values.rows(); ++i) {
    fill_uniform(stream, static_cast<std::uint32_t>(i),
                 {chance.data(), static_cast<std::size_t>(chance.size())}, draw);
    const auto level = (values.row(i).array() - low) * (1.0F / step_);
    values.row(i) = (level + 0.5F * (chance.array() + 1.0F)).floor().min(levels) * step_ + low;
  }
}

float Quantiser::step() const { return step_; }

}  // namespace memtrain
