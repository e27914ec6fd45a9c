#pragma once
#include "sim/scenario/scenario.h"

namespace memtrain {

/// The step size as a part of train.learning_rate, `epochs` (a broken number) after the beginning
/// of training, s = epochs / train.epochs:
/// - constant: 1
/// - step: decay to the power of how many of decay_epochs have passed
/// - exponential: decay to the power of the whole epochs that have passed
/// - linear, cosine: from 1 to final_rate f: 1 − (1 − f) s, or f + (1 − f) (1 + cos πs)/2
///   (Loshchilov & Hutter 2017, arXiv:1608.03983, equation 5, without restarts)
/// In the first `warmup` epochs, all of them times epochs / warmup.
[[nodiscard]] float rate_factor(const TrainSettings& train, double epochs);

}  // namespace memtrain
