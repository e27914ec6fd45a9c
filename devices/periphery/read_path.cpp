#include "devices/periphery/read_path.h"

#include <array>
#include <cassert>
#include <vector>

namespace memtrain {
namespace {

constexpr std::array<std::string_view, 3> weight_noise_kinds{"additive", "proportional", "pcm"};
constexpr std::array<std::string_view, 2> bound_managements{"none", "iterative"};

// the draws of one attempt: two of the drive, then these
constexpr std::uint8_t output_draw = 2, adc_draw = 3, draws_per_attempt = 4;

std::vector<Parameter<ReadSettings>> make_rows() {
  using S = ReadSettings;
  std::vector<Parameter<S>> rows(drive_rows<S>.begin(), drive_rows<S>.end());
  const std::array<Parameter<S>, 12> more{{
      {{"adc_bits", "bit", 0, 24, "resolution of the output converters; 0: exact"},
       member<&S::adc, &ConverterSettings::bits>},
      {{"adc_resolution", "range", 0, 0.5, "a step of the output converters, instead of adc_bits"},
       member<&S::adc, &ConverterSettings::resolution>},
      {{"adc_bound", "weight*input", 1e-6, 1e6, "full scale of the outputs, for adc_range = fixed"},
       member<&S::adc, &ConverterSettings::bound>},
      {{.name = "adc_range",
        .unit = "1",
        .help = "fixed; or calibrated on the outputs of the first mini-batches (max, percentile, "
                "mse: least mean square error); or running",
        .choices = converter_ranges},
       member<&S::adc, &ConverterSettings::range>},
      {{.name = "adc_rounding",
        .unit = "1",
        .help = "how outputs come to a level",
        .choices = converter_roundings},
       member<&S::adc, &ConverterSettings::rounding>},
      {{"adc_gain_spread", "1", 0, 10, "s.d. of the gain of every output's converter around 1"},
       member<&S::adc_gain_spread>},
      {{"adc_offset_spread", "weight*input", 0, 1e6, "s.d. of the offset of every output"},
       member<&S::adc_offset_spread>},
      {{"read_noise", "weight*input", 0, 1e3, "s.d. of the noise on every output"},
       member<&S::read_noise>},
      {{"weight_noise", "weight", 0, 1e3,
        "s.d. of the noise on every weight, afresh in every read"},
       member<&S::weight_noise>},
      {{.name = "weight_noise_kind",
        .unit = "1",
        .help = "additive; proportional: times |w|; pcm: times sqrt(|w|)",
        .choices = weight_noise_kinds},
       member<&S::weight_noise_kind>},
      {{.name = "bound_management",
        .unit = "1",
        .help = "iterative: a vector with a saturated output is read again with half the input",
        .choices = bound_managements},
       member<&S::bound_management>},
      {{"bound_management_rounds", "1", 1, 30, "at most so many further reads"},
       member<&S::bound_management_rounds>},
  }};
  rows.insert(rows.end(), more.begin(), more.end());
  return rows;
}

}  // namespace

std::span<const Parameter<ReadSettings>> read_parameters() {
  static const std::vector<Parameter<ReadSettings>> rows = make_rows();
  return rows;
}

std::string without_effect(const ReadSettings& settings, std::string_view name) {
  const bool iterative = settings.bound_management == "iterative";
  if (name == "bound_management" && iterative && !settings.adc.on()) {
    return "there is no converter to saturate: adc_bits and adc_resolution are 0";
  }
  if (name == "bound_management_rounds" && !iterative) {
    return "it is for bound_management = iterative";
  }
  if (name == "weight_noise_kind" && settings.weight_noise == 0.0F) return "weight_noise is 0";
  const std::string of_adc = without_effect(settings.adc, "adc", name);
  return of_adc.empty() ? without_effect(static_cast<const DriveSettings&>(settings), name)
                        : of_adc;
}

void multiply(const ReadOperand& operand, const BatchIn& x, Batch& y) {
  if (operand.transposed) {
    y.noalias() = x * operand.weights;
  } else {
    y.noalias() = x * operand.weights.transpose();
  }
}

ReadPath::ReadPath(const ReadSettings& settings, const CircuitPlace& place)
    : settings_(settings),
      place_(place),
      exact_(settings.exact()),
      drive_(settings),
      adc_(settings.adc, settings.calibration) {}

bool ReadPath::shaped_noise() const {
  return settings_.weight_noise > 0.0F && settings_.weight_noise_kind != "additive";
}

Matrix ReadPath::noise_shape(const ConstMatrix& weights) const {
  if (settings_.weight_noise_kind == "pcm") return weights.cwiseAbs();
  return weights.cwiseAbs2();
}

void ReadPath::draw_spread(Index outputs) {
  if (settings_.adc_gain_spread == 0.0F && settings_.adc_offset_spread == 0.0F) return;
  if (gain_.size() == outputs) return;
  Vector zeta(2 * outputs);
  fill_gaussian({.seed = place_.seed, .purpose = Purpose::converter_spread, .layer = place_.layer},
                place_.tile, {zeta.data(), static_cast<std::size_t>(zeta.size())},
                place_.transposed ? 1 : 0);
  gain_ = (settings_.adc_gain_spread * zeta.head(outputs)).array() + 1.0F;
  offset_ = settings_.adc_offset_spread * zeta.tail(outputs);
}

ConversionCount ReadPath::read(const ReadOperand& operand, const BatchIn& x, Batch& y,
                               const Stream& noise, const Pass& pass, LineDrive* lines) {
  if (exact_) {
    multiply(operand, x, y);
    if (lines != nullptr) note_exact(x, pass, *lines);
    return {};
  }
  draw_spread(operand.outputs());
  drive_.find_scale(x, scale_, pass);
  const CircuitNoise circuit{noise, place_.tile * static_cast<std::uint32_t>(x.rows()), 0};
  ConversionCount count = attempt(operand, x, y, pass, circuit, lines);
  if (settings_.bound_management == "iterative") {
    read_clipped_again(operand, x, y, pass, circuit, count, lines);
  }
  return count;
}

void ReadPath::note_exact(const BatchIn& x, const Pass& pass, LineDrive& lines) {
  drive_.find_scale(x, scale_, pass);
  const auto whole = (scale_.array() > 0.0F).select(scale_.array(), 1.0F);
  inputs_ = x.array().colwise() / whole;
  lines.add(inputs_, settings_.dac.bound);
}

void ReadPath::read_clipped_again(const ReadOperand& operand, const BatchIn& x, Batch& y, Pass pass,
                                  CircuitNoise noise, ConversionCount& count, LineDrive* lines) {
  // ranges are those of the vectors' first reads
  if (pass.phase == Phase::training) pass.phase = Phase::evaluation;
  Batch again, result;
  std::vector<Index> which;
  Eigen::VectorXf scale = scale_;
  for (int round = 0; round < settings_.bound_management_rounds; ++round) {
    // clipped_ belongs to the vectors of the last attempt: all of x, then those of `which`
    std::vector<Index> left;
    for (Index i = 0; i < clipped_.size(); ++i) {
      if (clipped_[i]) left.push_back(which.empty() ? i : which[static_cast<std::size_t>(i)]);
    }
    if (left.empty()) return;
    which = std::move(left);
    again = x(which, Eigen::all);
    for (const Index i : which) scale[i] *= 2.0F;
    scale_ = scale(which);
    noise.first_draw = static_cast<std::uint8_t>(noise.first_draw + draws_per_attempt);
    // what counts as saturated is what stays so
    count.adc_saturations = 0;
    count += attempt(operand, again, result, pass, noise, lines);
    for (std::size_t k = 0; k < which.size(); ++k) {
      y.row(which[k]) = result.row(static_cast<Index>(k));
    }
  }
}

ConversionCount ReadPath::attempt(const ReadOperand& operand, const BatchIn& x, Batch& y,
                                  const Pass& pass, const CircuitNoise& noise, LineDrive* lines) {
  ConversionCount count;
  const bool scaled = (scale_.array() != 1.0F).any();
  const bool plain = settings_.DriveSettings::exact() && !scaled;
  if (!plain) {
    count = drive_.drive(x, scale_, inputs_, pass, noise);
  } else if (settings_.weight_noise > 0.0F) {
    inputs_ = x;
  }
  if (plain) {
    multiply(operand, x, y);
  } else {
    multiply(operand, inputs_, y);
  }
  if (lines != nullptr) lines->add(plain ? x : BatchIn(inputs_), drive_.full_scale());
  add_output_noise(operand, inputs_, y, noise);
  if (gain_.size() > 0) {
    y.array().rowwise() *= gain_.array();
    y.rowwise() += offset_;
  }
  if (adc_.on()) {
    adc_.find_range(y, pass);
    count.adc_conversions = static_cast<double>(y.size());
    count.adc_saturations = count_beyond(y, adc_.bound());
    if (settings_.bound_management == "iterative") {
      clipped_ = (y.array().abs() > adc_.bound()).rowwise().any();
    }
    adc_.convert(y, noise.stream, noise.first_row,
                 static_cast<std::uint8_t>(noise.first_draw + adc_draw));
  }
  if (scaled) y.array().colwise() *= scale_.array();
  return count;
}

void ReadPath::add_output_noise(const ReadOperand& operand, const Batch& x, Batch& y,
                                const CircuitNoise& noise) {
  CircuitNoise output = noise;
  output.first_draw = static_cast<std::uint8_t>(noise.first_draw + output_draw);
  if (settings_.weight_noise == 0.0F) {
    add_noise(y, settings_.read_noise, output, noise_);
    return;
  }
  const float of_weights = settings_.weight_noise * settings_.weight_noise;
  const float of_outputs = settings_.read_noise * settings_.read_noise;
  if (shaped_noise()) {
    multiply({operand.noise_shape, operand.transposed}, x.cwiseAbs2(), variance_);
    variance_ = (variance_.array() * of_weights + of_outputs).sqrt();
  } else {
    variance_ = (x.rowwise().squaredNorm().array() * of_weights + of_outputs).sqrt();
  }
  noise_.resize(1, y.cols());
  for (Index i = 0; i < y.rows(); ++i) {
    fill_gaussian(output.stream, output.first_row + static_cast<std::uint32_t>(i),
                  {noise_.data(), static_cast<std::size_t>(noise_.size())}, output.first_draw);
    if (shaped_noise()) {
      y.row(i).array() += variance_.row(i).array() * noise_.array();
    } else {
      y.row(i) += variance_(i, 0) * noise_;
    }
  }
}

}  // namespace memtrain
