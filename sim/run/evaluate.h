#pragma once
#include "models/rules/learning_rule.h"
#include "sim/data/dataset.h"

namespace memtrain {

/// One-hot targets [samples × classes] for these samples.
void gather_targets(const Samples& samples, std::span<const std::uint32_t> which, Index classes,
                    Batch& targets);
/// The inputs of these samples, in this order.
void gather_inputs(const Samples& samples, std::span<const std::uint32_t> which, Batch& inputs);

/// Which samples an evaluation reads: each has random numbers of its own.
enum class Part : std::uint32_t { test = 0, validation = 1U << 24U, train = 1U << 25U };

/// How a network does on samples it does not learn from.
struct Evaluation {
  double loss = 0;
  double accuracy = 0;
  Eigen::MatrixXi confusion;  ///< [true class × predicted class]
};

/// Predicts all samples, read through the hardware as in training, in batches of a fixed size.
[[nodiscard]] Evaluation evaluate(Network& network, LearningRule& rule, const Samples& samples,
                                  Index classes, Part part, std::uint64_t seed,
                                  std::uint32_t epoch);

}  // namespace memtrain
