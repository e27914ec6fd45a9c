#include "devices/periphery/telegraph_noise.h"

#include <array>
#include <cmath>

namespace memtrain {

std::span<const Parameter<TelegraphSettings>> telegraph_parameters() {
  using S = TelegraphSettings;
  static constexpr std::array<Parameter<S>, 3> rows{{
      {{"fraction", "1", 0, 1, "part of the devices with random telegraph noise"},
       member<&S::fraction>},
      {{"amplitude", "weight", 0, 100, "distance of the two values they read"},
       member<&S::amplitude>},
      {{"dwell", "batch", 1e-3, 1e9, "mean time in either of them"}, member<&S::dwell>},
  }};
  return rows;
}

TelegraphNoise::TelegraphNoise(const TelegraphSettings& settings, Index outputs, Index inputs,
                               std::uint64_t seed, std::uint16_t layer, std::uint8_t plane)
    : flip_chance_(0.5F * (1.0F - std::exp(-2.0F / settings.dwell))),
      layer_(layer),
      plane_(plane),
      shift_(Matrix::Zero(outputs, inputs)),
      drawn_(2 * static_cast<std::size_t>(inputs)) {
  // epoch 0, batch 0 is before training: no mini-batch has this name
  const Stream stream{.seed = seed, .purpose = Purpose::telegraph, .layer = layer};
  for (Index j = 0; j < outputs; ++j) {
    fill_uniform(stream, static_cast<std::uint32_t>(j), drawn_, plane_);
    for (Index i = 0; i < inputs; ++i) {
      if (0.5F * (drawn_[static_cast<std::size_t>(i)] + 1.0F) >= settings.fraction) continue;
      const float side = drawn_[static_cast<std::size_t>(inputs + i)] < 0.0F ? -0.5F : 0.5F;
      shift_(j, i) = side * settings.amplitude;
    }
  }
}

void TelegraphNoise::pass_time(const Pass& pass) {
  const Stream stream = pass.stream(Purpose::telegraph, layer_);
  const std::span<float> drawn(drawn_.data(), static_cast<std::size_t>(shift_.cols()));
  for (Index j = 0; j < shift_.rows(); ++j) {
    fill_uniform(stream, static_cast<std::uint32_t>(j), drawn, plane_);
    const Eigen::Map<const Vector> chance(drawn.data(), shift_.cols());
    shift_.row(j) =
        ((chance.array() + 1.0F) * 0.5F < flip_chance_).select(-shift_.row(j), shift_.row(j));
  }
}

}  // namespace memtrain
