#include "models/layers/initialiser.h"

#include <array>
#include <cassert>
#include <cmath>

namespace memtrain {
namespace {

enum class Spread { uniform, normal };

struct Initialiser {
  std::string_view name;
  Spread spread;
  float (*variance)(float inputs, float outputs);
};

constexpr std::array<Initialiser, 6> initialisers{{
    {"normal", Spread::normal, [](float in, float /*out*/) { return 1.0F / in; }},
    {"xavier_uniform", Spread::uniform, [](float in, float out) { return 2.0F / (in + out); }},
    {"xavier_normal", Spread::normal, [](float in, float out) { return 2.0F / (in + out); }},
    {"he_uniform", Spread::uniform, [](float in, float /*out*/) { return 2.0F / in; }},
    {"he_normal", Spread::normal, [](float in, float /*out*/) { return 2.0F / in; }},
    {"zeros", Spread::normal, [](float /*in*/, float /*out*/) { return 0.0F; }},
}};

}  // namespace

std::span<const std::string_view> initialiser_names() {
  static constexpr auto names = [] {
    std::array<std::string_view, initialisers.size()> out;
    for (std::size_t i = 0; i < initialisers.size(); ++i) out[i] = initialisers[i].name;
    return out;
  }();
  return names;
}

Matrix initial_weights(std::string_view initialiser, Index outputs, Index inputs,
                       const Stream& stream) {
  const auto* chosen =
      std::find_if(initialisers.begin(), initialisers.end(),
                   [&](const Initialiser& row) { return row.name == initialiser; });
  assert(chosen != initialisers.end() && "the settings table lets only known names pass");
  const bool uniform = chosen->spread == Spread::uniform;
  const float deviation =
      std::sqrt(chosen->variance(static_cast<float>(inputs), static_cast<float>(outputs)));
  Matrix weights(outputs, inputs);
  for (Index i = 0; i < outputs; ++i) {
    const std::span<float> row(weights.row(i).data(), static_cast<std::size_t>(inputs));
    (uniform ? fill_uniform : fill_gaussian)(stream, static_cast<std::uint32_t>(i), row, 0);
  }
  // a uniform number on (−1, 1) has variance 1/3
  weights *= uniform ? deviation * std::sqrt(3.0F) : deviation;
  return weights;
}

}  // namespace memtrain
