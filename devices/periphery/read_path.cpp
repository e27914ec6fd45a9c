#include "devices/periphery/read_path.h"

#include <array>
#include <cassert>

namespace memtrain {

std::span<const Parameter<ReadSettings>> read_parameters() {
  using S = ReadSettings;
  static constexpr std::array<std::string_view, 2> managements{"none", "max"};
  static constexpr std::array<Parameter<S>, 7> rows{{
      {{"dac_bits", "bit", 0, 24, "resolution of the input converters; 0: exact"},
       member<&S::dac_bits>},
      {{"dac_bound", "input", 1e-6, 1e6, "full scale of the inputs"}, member<&S::dac_bound>},
      {{"adc_bits", "bit", 0, 24, "resolution of the output converters; 0: exact"},
       member<&S::adc_bits>},
      {{"adc_bound", "weight*input", 1e-6, 1e6, "full scale of the outputs"},
       member<&S::adc_bound>},
      {{"input_noise", "input", 0, 1e3, "s.d. of the noise on every input"},
       member<&S::input_noise>},
      {{"read_noise", "weight*input", 0, 1e3, "s.d. of the noise on every output"},
       member<&S::read_noise>},
      {{.name = "noise_management",
        .unit = "1",
        .help = "max: every vector is scaled to full scale before the read and back after it",
        .choices = managements},
       member<&S::noise_management>},
  }};
  return rows;
}

void convert(Batch& values, int bits, float bound) {
  if (bits == 1) {
    values = values.unaryExpr([bound](float v) { return v < 0.0F ? -bound : bound; });
    return;
  }
  const auto highest = static_cast<float>((1 << (bits - 1)) - 1);
  const float step = bound / highest;
  values = (values.array() * (1.0F / step)).max(-highest).min(highest).rint() * step;
}

ReadPath::ReadPath(const ReadSettings& settings)
    : settings_(settings),
      exact_(settings.dac_bits == 0 && settings.adc_bits == 0 && settings.input_noise == 0.0F &&
             settings.read_noise == 0.0F),
      scaled_(settings.noise_management == "max") {}

void ReadPath::read(const BatchIn& x, const Multiply& multiply, Batch& y, const Stream& noise) {
  if (exact_) {
    multiply(x, y);
    return;
  }
  const bool plain_inputs = !scaled_ && settings_.dac_bits == 0 && settings_.input_noise == 0.0F;
  if (plain_inputs) {
    multiply(x, y);
  } else {
    inputs_ = x;
    if (scaled_) {
      scale_ = x.cwiseAbs().rowwise().maxCoeff();
      // a vector of zeros stays one: it is read at scale 1 and its result is then put out
      inputs_.array().colwise() /= (scale_.array() > 0.0F).select(scale_.array(), 1.0F).col(0);
    }
    if (settings_.dac_bits > 0) convert(inputs_, settings_.dac_bits, settings_.dac_bound);
    add_noise(inputs_, settings_.input_noise, noise, 1U << 31U);
    multiply(inputs_, y);
  }
  add_noise(y, settings_.read_noise, noise, 0);
  if (settings_.adc_bits > 0) convert(y, settings_.adc_bits, settings_.adc_bound);
  if (scaled_) y.array().colwise() *= scale_.array().col(0);
}

void ReadPath::add_noise(Batch& values, float deviation, const Stream& noise,
                         std::uint32_t first_row) {
  if (deviation == 0.0F) return;
  const auto width = static_cast<std::size_t>(values.cols());
  noise_.resize(1, values.cols());
  for (Index sample = 0; sample < values.rows(); ++sample) {
    fill_gaussian(noise, first_row + static_cast<std::uint32_t>(sample), {noise_.data(), width});
    values.row(sample) += deviation * noise_;
  }
}

}  // namespace memtrain
