#include "models/layers/activation.h"

#include <array>
#include <cassert>

namespace memtrain {
namespace {

void softmax(const Batch& z, Batch& h) {
  h = (z.colwise() - z.rowwise().maxCoeff())
          .array()
          .exp();  // the largest exponent is 0: no overflow
  h.array().colwise() /= h.array().rowwise().sum().eval();
}

constexpr std::array<Activation, 5> table{{
    {"tanh", [](const Batch& z, Batch& h) { h = z.array().tanh(); },
     [](const Batch& /*z*/, const Batch& h, Batch& d) { d.array() *= 1.0F - h.array().square(); }},
    {"relu", [](const Batch& z, Batch& h) { h = z.cwiseMax(0.0F); },
     [](const Batch& z, const Batch& /*h*/, Batch& d) {
       d = (z.array() > 0.0F).select(d.array(), 0.0F);
     }},
    {"sigmoid", [](const Batch& z, Batch& h) { h = z.array().logistic(); },
     [](const Batch& /*z*/, const Batch& h, Batch& d) {
       d.array() *= h.array() * (1.0F - h.array());
     }},
    {"linear", [](const Batch& z, Batch& h) { h = z; },
     [](const Batch& /*z*/, const Batch& /*h*/, Batch& /*d*/) {}},
    {"softmax", softmax, nullptr},
}};

}  // namespace

std::span<const Activation> activations() { return table; }

const Activation& find_activation(std::string_view name) {
  for (const Activation& activation : table) {
    if (activation.name == name) return activation;
  }
  assert(false && "the settings table lets only known names pass");
  return table.front();
}

std::span<const std::string_view> activation_names() {
  static constexpr auto names = [] {
    std::array<std::string_view, table.size()> out;
    for (std::size_t i = 0; i < table.size(); ++i) out[i] = table[i].name;
    return out;
  }();
  return names;
}

}  // namespace memtrain
