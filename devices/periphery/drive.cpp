#include "devices/periphery/drive.h"

namespace memtrain {

std::span<const Parameter<DriveSettings>> drive_parameters() { return drive_rows<DriveSettings>; }

std::string without_effect(const DriveSettings& settings, std::string_view name) {
  if (name == "noise_management_scale" && settings.noise_management != "constant") {
    return "it is for noise_management = constant";
  }
  return without_effect(settings.dac, "dac", name);
}

Drive::Drive(const DriveSettings& settings)
    : settings_(settings), dac_(settings.dac, settings.calibration) {}

void Drive::average(float mean, Index vectors, bool begins) {
  const auto more = static_cast<float>(vectors);
  if (begins) {
    scale_before_ = running_scale_;
    mean_ = mean;
    vectors_ = more;
  } else {
    vectors_ += more;
    mean_ += (mean - mean_) * (more / vectors_);
  }
  const bool begun = scale_before_ > 0.0F;
  running_scale_ = scale_before_ +
                   (begun ? settings_.calibration.running_rate * (mean_ - scale_before_) : mean_);
}

void Drive::find_scale(const BatchIn& x, Eigen::VectorXf& scale, const Pass& pass) {
  const std::string& how = settings_.noise_management;
  if (how == "max") {
    scale = x.cwiseAbs().rowwise().maxCoeff();
  } else if (how == "running") {
    const float mean = x.cwiseAbs().rowwise().maxCoeff().mean();
    if (pass.phase == Phase::training) average(mean, x.rows(), batches_.begins(pass));
    scale.setConstant(x.rows(), running_scale_ > 0.0F ? running_scale_ : mean);
  } else {
    scale.setConstant(x.rows(), how == "constant" ? settings_.noise_management_scale : 1.0F);
  }
}

ConversionCount Drive::drive(const BatchIn& x, const Eigen::VectorXf& scale, Batch& out,
                             const Pass& pass, const CircuitNoise& noise) {
  out = x;
  // a vector of zeros is driven at scale 1
  out.array().colwise() /= (scale.array() > 0.0F).select(scale.array(), 1.0F);
  ConversionCount count;
  if (dac_.on()) {
    dac_.find_range(out, pass);
    count.dac_conversions = static_cast<double>(out.size());
    count.dac_saturations = count_beyond(out, dac_.bound());
    dac_.convert(out, noise.stream, noise.first_row, noise.first_draw);
  }
  CircuitNoise input = noise;
  ++input.first_draw;
  add_noise(out, settings_.input_noise, input, noise_);
  return count;
}

void add_noise(Batch& values, float deviation, const CircuitNoise& noise, Batch& scratch) {
  if (deviation == 0.0F) return;
  scratch.resize(1, values.cols());
  for (Index i = 0; i < values.rows(); ++i) {
    fill_gaussian(noise.stream, noise.first_row + static_cast<std::uint32_t>(i),
                  {scratch.data(), static_cast<std::size_t>(scratch.size())}, noise.first_draw);
    values.row(i) += deviation * scratch;
  }
}

}  // namespace memtrain
