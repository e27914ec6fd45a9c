#pragma once
#include "devices/periphery/drive.h"
#include "devices/periphery/energy.h"

namespace memtrain {

/// The circuits around one direction of reading. Everything is off by default: an exact read.
struct ReadSettings : DriveSettings {
  ConverterSettings adc{.bound = 12.0F};  ///< full scale in weight × full-scale input
  float adc_gain_spread = 0.0F;           ///< s.d. of every output's gain around 1
  float adc_offset_spread = 0.0F;         ///< s.d. of every output's offset
  float read_noise = 0.0F;                ///< s.d. added to every output before the ADC
  float weight_noise = 0.0F;              ///< s.d. of every weight, afresh in every read
  std::string weight_noise_kind = "additive";
  std::string bound_management = "none";
  int bound_management_rounds = 10;  ///< iterative: at most so many further reads

  [[nodiscard]] bool exact() const {
    return DriveSettings::exact() && !adc.on() && adc_gain_spread == 0.0F &&
           adc_offset_spread == 0.0F && read_noise == 0.0F && weight_noise == 0.0F;
  }
};
[[nodiscard]] std::span<const Parameter<ReadSettings>> read_parameters();

/// Why the parameter of that name does nothing beside the other settings; empty: it does something.
[[nodiscard]] std::string without_effect(const ReadSettings& settings, std::string_view name);

/// A matrix as a read sees it.
struct ReadOperand {
  ConstMatrix weights;      ///< [outputs × inputs] of the array, whichever way it is read
  bool transposed = false;  ///< y = x W instead of x Wᵀ
  /// What weight noise needs: s_ij², so that the variance of an output is Σ x² s². Of the same
  /// shape; needed for kinds other than additive.
  ConstMatrix noise_shape = {nullptr, 0, 0, Eigen::OuterStride<>(0)};

  [[nodiscard]] Index outputs() const { return transposed ? weights.cols() : weights.rows(); }
};

/// Where a read path is: names its gains and offsets.
struct CircuitPlace {
  std::uint64_t seed = 0;
  std::uint16_t layer = 0;
  std::uint32_t tile = 0;
  bool transposed = false;
};

/// A matrix-vector product through DAC and ADC, for a batch of vectors:
///   y = α · ADC(g ∘ (W · (DAC(x/α) + σ_in ξ) + s ξ) + o)
/// with the scale α of noise management (see Drive), the gain g and offset o of every output, and
///   s² = σ_out² + σ_w² Σ_i x_i² v_i,   v = 1 (additive), w² (proportional) or |w| (pcm):
/// noise of σ_w, σ_w |w| or σ_w √|w| on every weight adds up to one Gaussian an output, independent
/// over outputs and vectors, so drawing that one is exact. Gokmen, Onen & Haensch 2017,
/// doi:10.3389/fnins.2017.00538. Bound management (iterative): a vector whose outputs saturate is
/// read again with twice the α, as often as needed. Where nothing but α is on, it cancels and is
/// left out, so a read with everything off is exact.
class ReadPath {
 public:
  ReadPath(const ReadSettings& settings, const CircuitPlace& place);

  [[nodiscard]] bool exact() const { return exact_; }
  /// Whether noise_shape is needed, and the v of this path for a weight.
  [[nodiscard]] bool shaped_noise() const;
  [[nodiscard]] Matrix noise_shape(const ConstMatrix& weights) const;

  /// Reads all vectors x [samples × in] into y [samples × out], resized; must not alias x. Random:
  /// rows tile · samples + i of `noise`.
  /// How the lines were driven is added to `lines`, unless that is null.
  ConversionCount read(const ReadOperand& operand, const BatchIn& x, Batch& y, const Stream& noise,
                       const Pass& pass, LineDrive* lines = nullptr);
  /// Adds to `lines` how an exact read drives them: as noise management would have it.
  void note_exact(const BatchIn& x, const Pass& pass, LineDrive& lines);
  void state(Archive& archive) {
    drive_.state(archive);
    adc_.state(archive);
  }

 private:
  /// One read of all vectors with the scale in scale_; clipped_ says which saturate.
  ConversionCount attempt(const ReadOperand& operand, const BatchIn& x, Batch& y, const Pass& pass,
                          const CircuitNoise& noise, LineDrive* lines);
  void read_clipped_again(const ReadOperand& operand, const BatchIn& x, Batch& y, Pass pass,
                          CircuitNoise noise, ConversionCount& count, LineDrive* lines);
  void add_output_noise(const ReadOperand& operand, const Batch& x, Batch& y,
                        const CircuitNoise& noise);
  void draw_spread(Index outputs);

  ReadSettings settings_;
  CircuitPlace place_;
  bool exact_;
  Drive drive_;
  Converter adc_;
  Vector gain_, offset_;  // empty without spread
  Eigen::VectorXf scale_;
  Eigen::Array<bool, Eigen::Dynamic, 1> clipped_;
  Batch inputs_, variance_, noise_;
};

/// y = x Wᵀ or x W, exactly.
void multiply(const ReadOperand& operand, const BatchIn& x, Batch& y);

}  // namespace memtrain
