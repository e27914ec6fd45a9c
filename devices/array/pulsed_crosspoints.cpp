#include "devices/array/pulsed_crosspoints.h"

#include <algorithm>
#include <bit>
#include <new>

#include "sim/base/lane_seed.h"

namespace memtrain {
namespace {

Index padded(Index columns) {
  const auto lanes = static_cast<Index>(virtual_lanes);
  return (columns + lanes - 1) / lanes * lanes;
}

hwy::AlignedFreeUniquePtr<float[]> make_column(Index size) {
  auto column = hwy::AllocateAligned<float>(static_cast<std::size_t>(size));
  if (!column) throw std::bad_alloc();
  std::fill_n(column.get(), size, 0.0F);
  return column;
}

}  // namespace

PulsedCrosspoints::PulsedCrosspoints(Index outputs, Index inputs, const Model& model,
                                     const PulseSettings& pulse, std::uint64_t seed,
                                     std::uint16_t layer)
    : outputs_(outputs),
      inputs_(inputs),
      stride_(padded(inputs)),
      model_(model),
      pulse_(pulse),
      layer_(layer),
      weights_(make_column(outputs * stride_)),
      trains_(outputs, inputs) {
  for (std::size_t c = 0; c < model.device_columns; ++c) {
    columns_.push_back(make_column(outputs * stride_));
    column_pointers_.push_back(columns_.back().get());
  }
  const Stream stream{.seed = seed, .purpose = Purpose::device_to_device, .layer = layer};
  const auto devices = static_cast<std::size_t>(inputs);
  std::vector<float> zeta(4 * devices);
  std::vector<float> device(model.device_columns);
  for (Index i = 0; i < outputs; ++i) {
    fill_gaussian(stream, static_cast<std::uint32_t>(i), zeta);
    for (std::size_t j = 0; j < devices; ++j) {
      model.draw({zeta[j], zeta[devices + j], zeta[2 * devices + j], zeta[3 * devices + j]},
                 device);
      for (std::size_t c = 0; c < device.size(); ++c) {
        column_pointers_[c][static_cast<std::size_t>(i * stride_) + j] = device[c];
      }
    }
  }
  program(Matrix::Zero(outputs, inputs));
}

void PulsedCrosspoints::update(const BatchIn& x, const BatchIn& d, float rate, const Pass& pass) {
  trains_.draw(x, d, rate, model_.dw_min, pulse_, pass, layer_);
  const PulseUpdate update{weights_.get(), column_pointers_, static_cast<std::size_t>(stride_),
                           model_.cycle_to_cycle};
  const Stream noise = pass.stream(Purpose::cycle_to_cycle, layer_);
  for (Index i = 0; i < outputs_; ++i) {
    firing_.clear();
    const std::uint32_t* row = trains_.row(i);
    for (Index b = 0; b < trains_.samples(); ++b) {
      const std::uint32_t slots = row[b] & PulseTrains::slot_bits;
      if (slots == 0) continue;
      firing_.push_back(
          {trains_.columns(b), row[b], static_cast<std::uint32_t>(std::popcount(slots))});
    }
    if (firing_.empty()) continue;
    model_.update_row(update, {static_cast<std::size_t>(i * stride_),
                               noise.words(static_cast<std::uint32_t>(i)), firing_});
  }
}

void PulsedCrosspoints::program(const BatchIn& target) {
  const float* high = column_pointers_[model_.bound_max_column];
  const float* low = column_pointers_[model_.bound_min_column];
  for (Index i = 0; i < outputs_; ++i) {
    for (Index j = 0; j < inputs_; ++j) {
      const Index at = i * stride_ + j;
      weights_.get()[at] = std::max(low[at], std::min(target(i, j), high[at]));
    }
  }
}

ConstMatrix PulsedCrosspoints::weights() const {
  return {weights_.get(), outputs_, inputs_, Eigen::OuterStride<>(stride_)};
}

double PulsedCrosspoints::saturated_fraction() const {
  const float* high = column_pointers_[model_.bound_max_column];
  const float* low = column_pointers_[model_.bound_min_column];
  Index saturated = 0;
  for (Index i = 0; i < outputs_; ++i) {
    for (Index j = 0; j < inputs_; ++j) {
      const Index at = i * stride_ + j;
      const float near = 0.01F * (high[at] - low[at]);
      const float w = weights_.get()[at];
      if (w >= high[at] - near || w <= low[at] + near) ++saturated;
    }
  }
  return static_cast<double>(saturated) / static_cast<double>(outputs_ * inputs_);
}

}  // namespace memtrain
