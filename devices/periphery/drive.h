#pragma once
#include "devices/periphery/converter.h"

namespace memtrain {

/// The circuits that put a vector on the lines of an array. Everything is off by default.
struct DriveSettings {
  ConverterSettings dac;
  float input_noise = 0.0F;  ///< s.d. added to every input after the DAC
  std::string noise_management = "max";
  float noise_management_scale = 1.0F;  ///< α, for constant
  CalibrationSettings calibration;      ///< of all converters around this direction

  /// Whether nothing but noise management is on, which alone cancels.
  [[nodiscard]] bool exact() const { return !dac.on() && input_noise == 0.0F; }
};
[[nodiscard]] std::span<const Parameter<DriveSettings>> drive_parameters();
/// Why the parameter of that name does nothing beside the other settings; empty: it does something.
[[nodiscard]] std::string without_effect(const DriveSettings& settings, std::string_view name);

/// Names the random numbers of one row of circuits within `stream`: rows from first_row on, and
/// draws from first_draw on.
struct CircuitNoise {
  Stream stream;
  std::uint32_t first_row = 0;
  std::uint8_t first_draw = 0;
};

/// Puts vectors on lines: DAC(x/α) + σ_in ξ, with a scale α for each vector. Noise management
/// (Gokmen, Onen & Haensch 2017, doi:10.3389/fnins.2017.00538): none, α = 1; max, α = max|x| of
/// each vector; constant; running, a moving average of the mean max|x| of the mini-batches of
/// training, all their vectors alike.
class Drive {
 public:
  explicit Drive(const DriveSettings& settings);

  /// α of every vector of x [samples × in], into `scale` [samples]; 0 only for a vector of zeros.
  void find_scale(const BatchIn& x, Eigen::VectorXf& scale, const Pass& pass);
  /// The driven lines, `out` [samples × in]. Random: draws first_draw (DAC) and first_draw + 1
  /// (noise).
  ConversionCount drive(const BatchIn& x, const Eigen::VectorXf& scale, Batch& out,
                        const Pass& pass, const CircuitNoise& noise);
  /// The input, divided by its vector's scale, that is the largest the lines are driven with.
  [[nodiscard]] float full_scale() const { return dac_.on() ? dac_.bound() : settings_.dac.bound; }
  void state(Archive& archive) {
    dac_.state(archive);
    batches_.state(archive);
    archive(running_scale_);
    archive(scale_before_);
    archive(mean_);
    archive(vectors_);
  }

 private:
  /// The moving average of the mean of vectors' scales, these included.
  void average(float mean, Index vectors, bool begins);

  DriveSettings settings_;
  Converter dac_;
  MiniBatches batches_;
  float running_scale_ = 0.0F;
  float scale_before_ = 0.0F;  // the same before this mini-batch
  float mean_ = 0.0F;          // of this mini-batch
  float vectors_ = 0.0F;       // of this mini-batch
  Batch noise_;
};

/// values += deviation · ξ. Random: rows first_row + i, draw `draw`. `scratch` is resized.
void add_noise(Batch& values, float deviation, const CircuitNoise& noise, Batch& scratch);

/// How many values are beyond ± bound.
[[nodiscard]] inline double count_beyond(const Batch& values, float bound) {
  return static_cast<double>((values.array().abs() > bound).count());
}

/// The rows of DriveSettings, for a table of a struct that extends it.
template <class S>
inline constexpr std::array<std::string_view, 4> noise_managements{"none", "max", "constant",
                                                                   "running"};
template <class S>
inline constexpr std::array<Parameter<S>, 11> drive_rows{{
    {{"dac_bits", "bit", 0, 24, "resolution of the input converters; 0: exact"},
     member<&S::dac, &ConverterSettings::bits>},
    {{"dac_resolution", "range", 0, 0.5, "a step of the input converters, instead of dac_bits"},
     member<&S::dac, &ConverterSettings::resolution>},
    {{"dac_bound", "input", 1e-6, 1e6, "full scale of the inputs, for dac_range = fixed"},
     member<&S::dac, &ConverterSettings::bound>},
    {{.name = "dac_range",
      .unit = "1",
      .help = "fixed; or calibrated on the inputs of the first mini-batches; or running",
      .choices = converter_ranges},
     member<&S::dac, &ConverterSettings::range>},
    {{.name = "dac_rounding",
      .unit = "1",
      .help = "how inputs come to a level",
      .choices = converter_roundings},
     member<&S::dac, &ConverterSettings::rounding>},
    {{"input_noise", "input", 0, 1e3, "s.d. of the noise on every input"}, member<&S::input_noise>},
    {{.name = "noise_management",
      .unit = "1",
      .help = "vectors are divided by a scale before and multiplied by it after: none; max, that "
              "of each vector; constant; running, an average of the maxima",
      .choices = noise_managements<S>},
     member<&S::noise_management>},
    {{"noise_management_scale", "input", 1e-6, 1e6, "the scale, for noise_management = constant"},
     member<&S::noise_management_scale>},
    {{"calibration_batches", "batch", 1, 1e6, "mini-batches that ranges are calibrated on"},
     member<&S::calibration, &CalibrationSettings::batches>},
    {{"calibration_percentile", "%", 1, 100, "part of the values that the range shall hold"},
     member<&S::calibration, &CalibrationSettings::percentile>},
    {{"running_rate", "1", 1e-6, 1, "weight of the newest mini-batch in running ranges and scales"},
     member<&S::calibration, &CalibrationSettings::running_rate>},
}};

}  // namespace memtrain
