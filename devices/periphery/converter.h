#pragma once
#include <array>
#include <string>
#include <vector>

#include "devices/periphery/mini_batches.h"
#include "sim/base/archive.h"
#include "sim/base/batch.h"
#include "sim/base/parameter.h"
#include "sim/base/stream.h"

namespace memtrain {

/// A row of converters, digital to analogue or analogue to digital, before it is told its range.
/// They are zero-preserving: levels step · k from −bound to bound, values beyond saturate.
struct ConverterSettings {
  int bits = 0;             ///< 2^bits − 1 levels (1 bit: ±bound); 0: see resolution
  float resolution = 0.0F;  ///< a step as a part of the range 2 · bound; 0: no conversion at all
  float bound = 1.0F;       ///< full scale, for range = fixed
  std::string range = "fixed";
  std::string rounding = "nearest";

  [[nodiscard]] bool on() const { return bits > 0 || resolution > 0.0F; }
};
/// What `range` may be: fixed; or found from the first mini-batches of training: max, percentile,
/// mse (the bound with the least mean square error of conversion); or running (follows the largest
/// value of every mini-batch as a moving average). Digital arithmetic
/// (devices/array/low_precision.h) also uses power_of_two, running and then up to the next power of
/// two, and own, the largest value of the very values that are converted.
inline constexpr std::array<std::string_view, 5> converter_ranges{"fixed", "max", "percentile",
                                                                  "mse", "running"};
inline constexpr std::array<std::string_view, 2> converter_roundings{"nearest", "stochastic"};

/// How converters with a range that is not fixed find it.
struct CalibrationSettings {
  int batches = 10;            ///< mini-batches that max, percentile and mse look at
  float percentile = 99.9F;    ///< of the absolute values
  float running_rate = 0.05F;  ///< weight of the newest mini-batch in moving averages
};

/// Why the parameter `prefix` + "_bits", "_resolution", "_bound", "_range" or "_rounding" does
/// nothing beside the other settings; empty: it does something, or is of something else.
[[nodiscard]] std::string without_effect(const ConverterSettings& settings,
                                         const std::string& prefix, std::string_view name);

/// What converters did, and how many of the values were beyond their range.
struct ConversionCount {
  double dac_conversions = 0, dac_saturations = 0;
  double adc_conversions = 0, adc_saturations = 0;
  ConversionCount& operator+=(const ConversionCount& other) { return add(other, 1.0); }
  /// Adds so many times the other's.
  ConversionCount& add(const ConversionCount& other, double factor);
  void state(Archive& archive);
};

/// Rounds every value to the whole number below or above, so that the mean is right. Random: rows
/// first_row + i of `stream`, draw `draw`.
void round_by_chance(Batch& values, const Stream& stream, std::uint32_t first_row,
                     std::uint8_t draw);

/// How often each absolute value has occurred, in 4096 bins of a range that doubles as needed.
class AbsoluteValues {
 public:
  void add(const Batch& values);
  [[nodiscard]] float largest() const { return largest_; }
  /// The value that `percent` of all lie below.
  [[nodiscard]] float percentile(float percent) const;
  /// The bound out of 128 equal parts of the largest value that converts with the least mean square
  /// error, with steps of bound · `step`.
  [[nodiscard]] float least_square_bound(float step) const;
  void state(Archive& archive);

 private:
  static constexpr std::size_t bins = 4096;
  [[nodiscard]] float middle(std::size_t bin) const;

  std::vector<double> counts_;
  float top_ = 0.0F, largest_ = 0.0F;
};

/// A row of equal converters with their range.
class Converter {
 public:
  Converter(const ConverterSettings& settings, const CalibrationSettings& calibration);

  [[nodiscard]] bool on() const { return on_; }
  /// Takes in the values of a read and sets the bound for it. Only training teaches, and a
  /// mini-batch teaches once: by all the values of its reads, those so far. Before a calibration
  /// has begun every read has the range of its own values.
  void find_range(const Batch& values, const Pass& pass);
  [[nodiscard]] float bound() const { return bound_; }
  /// The distance of two levels.
  [[nodiscard]] float step_size() const;

  /// Converts all values in place. Random, with stochastic rounding: rows first_row + i of
  /// `stream`, draw `draw`.
  void convert(Batch& values, const Stream& stream, std::uint32_t first_row, std::uint8_t draw);
  void state(Archive& archive);

 private:
  ConverterSettings settings_;
  CalibrationSettings calibration_;
  bool on_, stochastic_;
  float bound_;
  MiniBatches batches_;
  int seen_ = 0;          // mini-batches; counts no further than one beyond those that calibrate
  float learned_ = 0.0F;  // the bound found so far
  float before_ = 0.0F;   // the same before this mini-batch
  float peak_ = 0.0F;     // the largest value of this mini-batch
  AbsoluteValues values_;

  /// A step as a part of the bound.
  [[nodiscard]] float step() const;
  [[nodiscard]] float calibrated(const AbsoluteValues& values) const;
  /// The moving average of the largest values, this one included.
  void average(float peak, bool begins);
};

}  // namespace memtrain
