#include "devices/periphery/converter.h"

#include <algorithm>
#include <cmath>

namespace memtrain {

std::string without_effect(const ConverterSettings& settings, const std::string& prefix,
                           std::string_view name) {
  if (!name.starts_with(prefix + "_")) return "";
  const std::string_view what = name.substr(prefix.size() + 1);
  if (what == "resolution" && settings.bits > 0) return prefix + "_bits says it already";
  const bool of_range = what == "bound" || what == "range" || what == "rounding";
  if (of_range && !settings.on()) {
    return "there is no such converter: " + prefix + "_bits and " + prefix + "_resolution are 0";
  }
  if (what == "bound" && settings.range != "fixed") return prefix + "_range finds it";
  return "";
}

ConversionCount& ConversionCount::add(const ConversionCount& other, double factor) {
  dac_conversions += factor * other.dac_conversions;
  dac_saturations += factor * other.dac_saturations;
  adc_conversions += factor * other.adc_conversions;
  adc_saturations += factor * other.adc_saturations;
  return *this;
}

void ConversionCount::state(Archive& archive) {
  archive(dac_conversions);
  archive(dac_saturations);
  archive(adc_conversions);
  archive(adc_saturations);
}

void round_by_chance(Batch& values, const Stream& stream, std::uint32_t first_row,
                     std::uint8_t draw) {
  Vector chance(values.cols());
  for (Index i = 0; i < values.rows(); ++i) {
    fill_uniform(stream, first_row + static_cast<std::uint32_t>(i),
                 {chance.data(), static_cast<std::size_t>(chance.size())}, draw);
    // uniform on (−1, 1) becomes uniform on (0, 1)
    values.row(i) = (values.row(i).array() + 0.5F * (chance.array() + 1.0F)).floor();
  }
}

void AbsoluteValues::add(const Batch& values) {
  const float peak = values.cwiseAbs().maxCoeff();
  largest_ = std::max(largest_, peak);
  if (counts_.empty()) counts_.assign(bins, 0.0);
  if (top_ == 0.0F) top_ = peak;
  if (top_ == 0.0F) {  // zeros only, so far
    counts_[0] += static_cast<double>(values.size());
    return;
  }
  for (; top_ < peak; top_ *= 2.0F) {
    for (std::size_t b = 0; b < bins / 2; ++b) counts_[b] = counts_[2 * b] + counts_[2 * b + 1];
    std::fill(counts_.begin() + bins / 2, counts_.end(), 0.0);
  }
  const float scale = static_cast<float>(bins) / top_;
  for (const float value : values.reshaped()) {
    const auto bin = static_cast<std::size_t>(std::abs(value) * scale);
    counts_[std::min(bin, bins - 1)] += 1.0;
  }
}

void AbsoluteValues::state(Archive& archive) {
  archive(counts_);
  archive(top_);
  archive(largest_);
}

float AbsoluteValues::middle(std::size_t bin) const {
  return (static_cast<float>(bin) + 0.5F) * top_ / static_cast<float>(bins);
}

float AbsoluteValues::percentile(float percent) const {
  double all = 0;
  for (const double count : counts_) all += count;
  double below = 0;
  for (std::size_t b = 0; b < counts_.size(); ++b) {
    below += counts_[b];
    if (below >= 0.01 * percent * all) return std::min(middle(b), largest_);
  }
  return largest_;
}

float AbsoluteValues::least_square_bound(float step) const {
  constexpr int candidates = 128;
  double least = std::numeric_limits<double>::infinity();
  float best = largest_;
  for (int k = candidates; k > 0; --k) {
    const float bound = largest_ * static_cast<float>(k) / candidates;
    double error = 0;
    for (std::size_t b = 0; b < counts_.size(); ++b) {
      if (counts_[b] == 0.0) continue;
      const float value = middle(b);
      const float level = std::min(std::rint(value / (bound * step)) * bound * step, bound);
      error += counts_[b] * static_cast<double>((value - level) * (value - level));
    }
    if (error < least) least = error, best = bound;
  }
  return best;
}

Converter::Converter(const ConverterSettings& settings, const CalibrationSettings& calibration)
    : settings_(settings),
      calibration_(calibration),
      on_(settings.on()),
      stochastic_(settings.rounding == "stochastic"),
      bound_(settings.bound) {}

float Converter::step_size() const { return bound_ * step(); }

float Converter::step() const {
  if (settings_.bits == 0) return 2.0F * settings_.resolution;
  if (settings_.bits == 1) return 2.0F;  // two levels, without zero
  return 1.0F / static_cast<float>((1 << (settings_.bits - 1)) - 1);
}

float Converter::calibrated(const AbsoluteValues& values) const {
  if (settings_.range == "percentile") return values.percentile(calibration_.percentile);
  if (settings_.range == "mse") return values.least_square_bound(step());
  return values.largest();
}

void Converter::average(float peak, bool begins) {
  if (begins) before_ = learned_;
  peak_ = begins ? peak : std::max(peak_, peak);
  learned_ = seen_ == 1 ? peak_ : before_ + calibration_.running_rate * (peak_ - before_);
}

void Converter::find_range(const Batch& values, const Pass& pass) {
  if (!on_ || settings_.range == "fixed") return;
  const bool training = pass.phase == Phase::training;
  const bool begins = training && batches_.begins(pass);
  if (begins && seen_ <= calibration_.batches) ++seen_;
  if (settings_.range == "own") {
    bound_ = values.cwiseAbs().maxCoeff();
  } else if (settings_.range == "running" || settings_.range == "power_of_two") {
    const float peak = values.cwiseAbs().maxCoeff();
    if (training) average(peak, begins);
    bound_ = seen_ == 0 ? peak : learned_;
    if (settings_.range == "power_of_two" && bound_ > 0.0F) {
      bound_ = std::exp2(std::ceil(std::log2(bound_)));
    }
  } else if (seen_ <= calibration_.batches) {
    AbsoluteValues own;
    if (training) {
      values_.add(values);
    } else if (seen_ == 0) {
      own.add(values);
    }
    bound_ = calibrated(seen_ > 0 ? values_ : own);
  }
  // a range of no width, from zeros only, stays one that can be divided by
  bound_ = std::max(bound_, 1e-30F);
}

void Converter::state(Archive& archive) {
  archive(bound_);
  batches_.state(archive);
  archive(seen_);
  archive(learned_);
  archive(before_);
  archive(peak_);
  values_.state(archive);
}

void Converter::convert(Batch& values, const Stream& stream, std::uint32_t first_row,
                        std::uint8_t draw) {
  if (!on_) return;
  const float size = bound_ * step();
  const bool two_levels = settings_.bits == 1;
  // with two levels these are ±½ steps, else whole steps
  const float highest = two_levels ? 0.5F : std::floor(1.0F / step() + 1e-4F);
  const float shift = two_levels ? 0.5F : 0.0F;
  if (stochastic_) {
    values = values.array() * (1.0F / size) + shift;
    round_by_chance(values, stream, first_row, draw);
    values = (values.array() - shift).max(-highest).min(highest) * size;
  } else if (two_levels) {
    values = values.unaryExpr([this](float v) { return v < 0.0F ? -bound_ : bound_; });
  } else {
    values = (values.array() * (1.0F / size)).max(-highest).min(highest).rint() * size;
  }
}

}  // namespace memtrain
