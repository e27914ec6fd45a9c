#include "sim/run/evaluate.h"

#include <algorithm>
#include <numeric>

namespace memtrain {
namespace {
constexpr Index evaluation_batch = 500;
}

void gather_targets(const Samples& samples, std::span<const std::uint32_t> which, Index classes,
                    Batch& targets) {
  targets.setZero(static_cast<Index>(which.size()), classes);
  for (std::size_t i = 0; i < which.size(); ++i)
    targets(static_cast<Index>(i), samples.labels[which[i]]) = 1.0F;
}

void gather_inputs(const Samples& samples, std::span<const std::uint32_t> which, Batch& inputs) {
  inputs.resize(static_cast<Index>(which.size()), samples.inputs.cols());
  for (std::size_t i = 0; i < which.size(); ++i) {
    inputs.row(static_cast<Index>(i)) = samples.inputs.row(static_cast<Index>(which[i]));
  }
}

Evaluation evaluate(Network& network, LearningRule& rule, const Samples& samples, Index classes,
                    Part part, std::uint64_t seed, std::uint32_t epoch) {
  Evaluation result{.confusion = Eigen::MatrixXi::Zero(classes, classes)};
  std::vector<std::uint32_t> order(static_cast<std::size_t>(samples.size()));
  std::iota(order.begin(), order.end(), 0U);
  Batch outputs;
  Batch targets;
  std::uint32_t batch = 0;
  for (Index first = 0; first < samples.size(); first += evaluation_batch, ++batch) {
    const Index size = std::min(evaluation_batch, samples.size() - first);
    const Pass pass{seed, epoch, batch + static_cast<std::uint32_t>(part), Phase::evaluation};
    rule.predict(network, samples.inputs.middleRows(first, size), outputs, pass);
    gather_targets(
        samples,
        std::span(order).subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(size)),
        classes, targets);
    result.loss += network.loss_of(outputs, targets) * static_cast<double>(size);
    for (Index i = 0; i < size; ++i) {
      Index predicted = 0;
      outputs.row(i).maxCoeff(&predicted);
      ++result.confusion(samples.labels[static_cast<std::size_t>(first + i)], predicted);
    }
  }
  result.loss /= static_cast<double>(samples.size());
  result.accuracy =
      static_cast<double>(result.confusion.trace()) / static_cast<double>(samples.size());
  return result;
}

}  // namespace memtrain
