#pragma once
#include <functional>
#include <string>

#include "sim/base/batch.h"
#include "sim/base/parameter.h"
#include "sim/base/stream.h"

namespace memtrain {

/// The circuits around one direction of reading. Everything is off by default: an exact read.
struct ReadSettings {
  int dac_bits = 0;          ///< 0: no rounding and no clipping of the inputs
  float dac_bound = 1.0F;    ///< full scale of the inputs
  int adc_bits = 0;          ///< 0: no rounding and no clipping of the outputs
  float adc_bound = 12.0F;   ///< full scale of the outputs, in weight × full-scale input
  float input_noise = 0.0F;  ///< s.d. added to every input after the DAC
  float read_noise = 0.0F;   ///< s.d. added to every output before the ADC
  std::string noise_management = "max";
};
[[nodiscard]] std::span<const Parameter<ReadSettings>> read_parameters();

/// Rounds to the levels of a zero-preserving converter: 2^bits − 1 equally spaced levels from
/// −bound to bound, 0 among them (1 bit: the two levels ±bound). Values beyond the bound saturate.
void convert(Batch& values, int bits, float bound);

/// A matrix-vector product through DAC and ADC, for a batch of vectors:
///   y = α · ADC(W · (DAC(x/α) + σ_in ξ) + σ_out ξ)
/// with α = max|x| of each vector (noise_management max) or 1 (none). Gokmen, Onen & Haensch 2017,
/// doi:10.3389/fnins.2017.00538. Where nothing but α is on, it cancels and is left out, so a read
/// with everything off is exact.
class ReadPath {
 public:
  explicit ReadPath(const ReadSettings& settings);

  /// The product alone: y = x Wᵀ or x W.
  using Multiply = std::function<void(const BatchIn& x, Batch& y)>;

  /// Reads all vectors x [samples × in] into y, resized; must not alias x.
  /// Random: one row of `noise` a sample; input noise takes the rows from 2³¹ on.
  void read(const BatchIn& x, const Multiply& multiply, Batch& y, const Stream& noise);

 private:
  ReadSettings settings_;
  bool exact_, scaled_;
  Batch inputs_, scale_, noise_;

  void add_noise(Batch& values, float deviation, const Stream& noise, std::uint32_t first_row);
};

}  // namespace memtrain
