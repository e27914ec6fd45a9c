#pragma once
#include "models/rules/learning_rule.h"
#include "sim/data/prediction_errors.h"

namespace memtrain {

/// The targets [samples × steps·outputs] of these samples, in this order: their values, or for
/// every step the class one-hot.
void gather_targets(const Samples& samples, std::span<const std::uint32_t> which,
                    const TargetShape& target, Batch& targets);
/// The inputs of these samples, in this order.
void gather_inputs(const Samples& samples, std::span<const std::uint32_t> which, Batch& inputs);

/// Which samples an evaluation reads: each has random numbers of its own.
enum class Part : std::uint32_t { test = 0, validation = 1U << 24U, train = 1U << 25U };

/// How a network does on samples it does not learn from.
struct Evaluation {
  double loss = 0;
  double accuracy = 0;        ///< over all steps of all samples; NaN for a regression
  Eigen::MatrixXi confusion;  ///< [true class × predicted class], the same; empty for a regression
  PredictionErrors errors;    ///< NaN for classes
};

/// Predicts all samples, read through the hardware as in training, in batches of a size that
/// depends on the network's input only.
[[nodiscard]] Evaluation evaluate(Network& network, LearningRule& rule, const Samples& samples,
                                  const TargetShape& target, Part part, std::uint64_t seed,
                                  std::uint32_t epoch);

}  // namespace memtrain
