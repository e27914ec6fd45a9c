#include "devices/array/relaxation.h"

#include <algorithm>
#include <new>

namespace memtrain {
namespace {

using Row = Eigen::Map<Eigen::ArrayXf>;

}  // namespace

void Relaxation::Column::resize(std::size_t size) {
  values_ = hwy::AllocateAligned<float>(size);
  if (!values_) throw std::bad_alloc();
  std::fill_n(values_.get(), size, 0.0F);
}

Relaxation::Relaxation(const BoundedParameters& parameters, Index rows, Index columns, Index stride,
                       std::uint64_t seed, std::uint16_t layer, std::uint32_t device)
    : parameters_(parameters),
      seed_(seed),
      decays_(parameters.lifetime > 0.0F),
      diffuses_(parameters.diffusion > 0.0F),
      drifts_(parameters.drift > 0.0F),
      rows_(rows),
      columns_(columns),
      stride_(stride),
      layer_(layer),
      device_(device) {
  const auto size = static_cast<std::size_t>(rows * stride);
  if (decays_) keep_.resize(size), towards_.resize(size);
  if (diffuses_) diffusion_.resize(size);
  if (drifts_) exponent_.resize(size), age_.resize(size);
  if (!active()) return;
  const Stream spread{
      .seed = seed, .purpose = Purpose::relaxation_spread, .layer = layer, .batch = device};
  const auto width = static_cast<std::size_t>(columns);
  std::vector<float> zeta(4 * width);
  for (Index i = 0; i < rows; ++i) {
    fill_gaussian(spread, static_cast<std::uint32_t>(i), zeta);
    for (std::size_t j = 0; j < width; ++j) {
      const std::size_t at = static_cast<std::size_t>(i * stride) + j;
      const auto spread_by = [&](float relative, std::size_t which) {
        return 1.0F + relative * zeta[which * width + j];
      };
      if (decays_) {
        // no device lives for less than a mini-batch
        const float lifetime = std::max(
            parameters.batch_time, parameters.lifetime * spread_by(parameters.lifetime_dtod, 0));
        keep_[at] = 1.0F - parameters.batch_time / lifetime;
        towards_[at] = parameters.reset + parameters.reset_dtod * zeta[width + j];
      }
      if (diffuses_) {
        diffusion_[at] = std::abs(parameters.diffusion * spread_by(parameters.diffusion_dtod, 2)) *
                         std::sqrt(parameters.batch_time);
      }
      if (drifts_) {
        exponent_[at] = std::max(0.0F, parameters.drift * spread_by(parameters.drift_dtod, 3));
      }
    }
  }
}

void Relaxation::draw_spread(Index row, std::vector<float>& zeta) const {
  zeta.resize(4 * static_cast<std::size_t>(columns_));
  fill_gaussian(
      {.seed = seed_, .purpose = Purpose::relaxation_spread, .layer = layer_, .batch = device_},
      static_cast<std::uint32_t>(row), zeta);
}

Matrix Relaxation::reset_spread() const {
  Matrix spread(rows_, columns_);
  std::vector<float> zeta;
  for (Index i = 0; i < rows_; ++i) {
    draw_spread(i, zeta);
    spread.row(i) = Eigen::Map<const Vector>(zeta.data() + columns_, columns_);
  }
  return spread;
}

void Relaxation::pass_time(float* weights, const Pass& pass) {
  const Stream stream = pass.stream(Purpose::diffusion, layer_);
  for (Index i = 0; i < rows_; ++i) {
    const Index at = i * stride_;
    Row w(weights + at, columns_);
    if (decays_) {
      const Row keep(keep_.data() + at, columns_);
      const Row towards(towards_.data() + at, columns_);
      w = (w - towards) * keep + towards;
    }
    if (diffuses_) {
      noise_.resize(static_cast<std::size_t>(columns_));
      fill_gaussian(stream, static_cast<std::uint32_t>(i) + (device_ << 26U), noise_);
      w += Row(diffusion_.data() + at, columns_) * Row(noise_.data(), columns_);
    }
    if (drifts_) {
      Row age(age_.data() + at, columns_);
      const Row exponent(exponent_.data() + at, columns_);
      const float start = parameters_.drift_t0;
      const auto before = age.max(start);
      const auto after = (age + parameters_.batch_time).max(start);
      w *= ((before / after).log() * exponent).exp();
      age += parameters_.batch_time;
    }
  }
}

}  // namespace memtrain
