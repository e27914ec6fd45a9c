#pragma once
#include "devices/periphery/converter.h"

namespace memtrain {

/// Brings the tensors of low-precision arithmetic to few levels.
class Quantiser {
 public:
  /// `converter.range`: minmax, 2^bits levels from the smallest value to the largest of every
  /// tensor, y = round((x − lo)(L − 1)/(hi − lo)) (hi − lo)/(L − 1) + lo; own, fixed or
  /// power_of_two: zero and symmetric levels, as a Converter has them. No bits: nothing is changed.
  explicit Quantiser(const ConverterSettings& converter);

  /// Rounds all values. Random, with stochastic rounding: draw `draw` of `stream`.
  void round(Batch& values, const Stream& stream, std::uint8_t draw, const Pass& pass);
  /// The distance of two levels, of the last tensor.
  [[nodiscard]] float step() const;
  void state(Archive& archive) { converter_.state(archive); }

 private:
  void round_between_extremes(Batch& values, const Stream& stream, std::uint8_t draw);

  ConverterSettings settings_;
  Converter converter_;
  float step_ = 0.0F;
};

}  // namespace memtrain
