#include "devices/array/quantiser.h"

#include <cmath>

namespace memtrain {

Quantiser::Quantiser(const ConverterSettings& converter)
    : settings_(converter), converter_(converter, {}) {}

void Quantiser::round(Batch& values, const Stream& stream, std::uint8_t draw, const Pass& pass) {
  if (settings_.bits == 0) return;
  if (settings_.range == "minmax") {
    round_between_extremes(values, stream, draw);
    return;
  }
  converter_.find_range(values, pass);
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
  values = (values.array() - low) * (1.0F / step_);
  round_by_chance(values, stream, 0, draw);
  values = values.array().min(levels) * step_ + low;
}

float Quantiser::step() const { return step_; }

}  // namespace memtrain
