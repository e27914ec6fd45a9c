#include "sim/run/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace memtrain {
namespace {

double decayed(const TrainSettings& train, double epochs) {
  if (train.schedule == "step") {
    const auto passed =
        std::count_if(train.decay_epochs.begin(), train.decay_epochs.end(),
                      [&](std::int64_t at) { return static_cast<double>(at) <= epochs; });
    return std::pow(static_cast<double>(train.decay), static_cast<double>(passed));
  }
  if (train.schedule == "exponential") {
    return std::pow(static_cast<double>(train.decay), std::floor(epochs));
  }
  const double part = epochs / train.epochs;
  const double last = train.final_rate;
  if (train.schedule == "linear") return 1 - (1 - last) * part;
  if (train.schedule == "cosine") {
    return last + (1 - last) * (1 + std::cos(std::numbers::pi * part)) / 2;
  }
  return 1.0;
}

}  // namespace

float rate_factor(const TrainSettings& train, double epochs) {
  const double warmup = train.warmup;
  const double risen = epochs < warmup ? epochs / warmup : 1.0;
  return static_cast<float>(risen * decayed(train, epochs));
}

}  // namespace memtrain
