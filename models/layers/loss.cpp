#include "models/layers/loss.h"

#include <array>
#include <cassert>

namespace memtrain {
namespace {

float cross_entropy(const Batch& outputs, const BatchIn& targets) {
  // a probability that underflowed counts as the smallest float: the loss stays finite
  const auto log_outputs = outputs.array().max(std::numeric_limits<float>::min()).log();
  const float sum = -(targets.array() * log_outputs).sum();
  // max() would hide a NaN
  return outputs.allFinite() ? sum / static_cast<float>(outputs.rows())
                             : std::numeric_limits<float>::quiet_NaN();
}

float squared_error(const Batch& outputs, const BatchIn& targets) {
  return 0.5F * (outputs - targets).squaredNorm() / static_cast<float>(outputs.rows());
}

constexpr std::array<Loss, 2> loss_table{
    {{"cross_entropy", cross_entropy}, {"squared_error", squared_error}}};

}  // namespace

std::span<const Loss> losses() { return loss_table; }

const Loss& find_loss(std::string_view name) {
  for (const Loss& loss : loss_table) {
    if (loss.name == name) return loss;
  }
  assert(false && "the settings table lets only known names pass");
  return loss_table.front();
}

std::span<const std::string_view> loss_names() {
  static constexpr std::array<std::string_view, 2> names{loss_table[0].name, loss_table[1].name};
  return names;
}

void output_delta(const Activation& output, const Batch& z, const Batch& outputs,
                  const BatchIn& targets, Batch& delta) {
  delta = outputs - targets;
  if (output.multiply_slope != nullptr) output.multiply_slope(z, outputs, delta);
}

std::string_view loss_problem(std::string_view loss, std::string_view output_activation) {
  if ((loss == "cross_entropy") == (output_activation == "softmax")) return {};
  return loss == "cross_entropy" ? "cross_entropy needs a softmax output layer"
                                 : "squared_error needs an output layer other than softmax";
}

}  // namespace memtrain
