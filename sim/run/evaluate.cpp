#include "sim/run/evaluate.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace memtrain {
namespace {

constexpr Index most_samples = 500;
/// Layers keep what they were at every step: long sequences go in smaller batches.
constexpr Index most_steps = 20000;

Index samples_at_once(const Network& network) {
  const Shape& input = network.layer(0).input_shape();
  const Index steps = input.columns == 1 ? input.rows : 1;
  return std::clamp<Index>(most_steps / steps, 1, most_samples);
}

/// Counts true and predicted classes at every step of samples from `first` on.
void count_classes(const Batch& outputs, const Samples& samples, Index first,
                   const TargetShape& target, Eigen::MatrixXi& confusion) {
  const auto found = by_position(outputs, {target.steps, 1, target.classes});
  const std::uint8_t* label = samples.labels.data() + first * target.steps;
  for (Index row = 0; row < found.rows(); ++row) {
    Index predicted = 0;
    found.row(row).maxCoeff(&predicted);
    ++confusion(label[row], predicted);
  }
}

}  // namespace

void gather_targets(const Samples& samples, std::span<const std::uint32_t> which,
                    const TargetShape& target, Batch& targets) {
  targets.setZero(static_cast<Index>(which.size()), target.steps * target.outputs());
  for (std::size_t i = 0; i < which.size(); ++i) {
    const auto row = static_cast<Index>(i);
    const auto sample = static_cast<Index>(which[i]);
    if (target.regression()) {
      targets.row(row) = samples.values.row(sample);
      continue;
    }
    const std::uint8_t* labels = samples.labels.data() + sample * target.steps;
    for (Index step = 0; step < target.steps; ++step) {
      targets(row, step * target.classes + labels[step]) = 1.0F;
    }
  }
}

void gather_inputs(const Samples& samples, std::span<const std::uint32_t> which, Batch& inputs) {
  inputs.resize(static_cast<Index>(which.size()), samples.inputs.cols());
  for (std::size_t i = 0; i < which.size(); ++i) {
    inputs.row(static_cast<Index>(i)) = samples.inputs.row(static_cast<Index>(which[i]));
  }
}

Evaluation evaluate(Network& network, LearningRule& rule, const Samples& samples,
                    const TargetShape& target, Part part, std::uint64_t seed, std::uint32_t epoch) {
  Evaluation result{.accuracy = std::numeric_limits<double>::quiet_NaN(),
                    .confusion = Eigen::MatrixXi::Zero(target.classes, target.classes)};
  std::vector<std::uint32_t> order(static_cast<std::size_t>(samples.size()));
  std::iota(order.begin(), order.end(), 0U);
  const Index at_once = samples_at_once(network);
  ErrorSums errors;
  Batch outputs;
  Batch targets;
  std::uint32_t batch = 0;
  for (Index first = 0; first < samples.size(); first += at_once, ++batch) {
    const Index size = std::min(at_once, samples.size() - first);
    const Pass pass{seed, epoch, batch + static_cast<std::uint32_t>(part), Phase::evaluation};
    rule.predict(network, samples.inputs.middleRows(first, size), outputs, pass);
    gather_targets(
        samples,
        std::span(order).subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(size)),
        target, targets);
    result.loss += network.loss_of(outputs, targets) * static_cast<double>(size);
    if (target.regression()) {
      errors.add(outputs, targets);
    } else {
      count_classes(outputs, samples, first, target, result.confusion);
    }
  }
  const auto size = static_cast<double>(samples.size());
  result.loss /= size;
  result.errors = errors.errors();
  if (!target.regression()) {
    result.accuracy =
        static_cast<double>(result.confusion.trace()) / (size * static_cast<double>(target.steps));
  }
  return result;
}

}  // namespace memtrain
