#pragma once
#include "sim/base/stream.h"
#include "sim/data/dataset.h"

// What generated tasks share: the names of their random numbers.
namespace memtrain {

/// Which number of a task is drawn: Stream::layer of purpose generated_task. Append only.
enum GeneratedStream : std::uint16_t {
  adding_values = 0,
  adding_marks = 1,
  copy_symbols = 2,
  permutation_stream = 3,
  pattern_means = 4,
  pattern_labels = 5,
  pattern_noise = 6,
};

/// Whether samples are for training or for the test: Stream::epoch.
enum class GeneratedPart : std::uint32_t { train = 0, test = 1 };

/// The stream of one kind of number. Elements are the samples; the seed is data.task_seed.
[[nodiscard]] inline Stream generated_stream(const DataSettings& settings, GeneratedStream which,
                                             GeneratedPart part) {
  return {.seed = static_cast<std::uint64_t>(settings.task_seed),
          .purpose = Purpose::generated_task,
          .layer = which,
          .epoch = static_cast<std::uint32_t>(part)};
}

/// A whole number uniform on [0, choices). The bias is below choices · 2⁻³².
[[nodiscard]] inline Index below(std::uint32_t word, Index choices) {
  return static_cast<Index>((word * static_cast<std::uint64_t>(choices)) >> 32U);
}

}  // namespace memtrain
