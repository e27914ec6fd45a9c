#pragma once
#include <benchmark/benchmark.h>

#include "sim/base/batch.h"
#include "sim/base/stream.h"

namespace memtrain::benchmarks {

inline constexpr Index side = 512;

/// The time a crosspoint takes for a sample.
inline void count_crosspoints(benchmark::State& state, Index batch) {
  const auto crosspoint_samples =
      static_cast<double>(state.iterations()) * static_cast<double>(batch * side * side);
  state.counters["ns_per_crosspoint_sample"] = benchmark::Counter(
      crosspoint_samples * 1e-9, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

/// Values uniform on (−1, 1), [rows × side].
inline Batch uniform_batch(Index rows, std::uint32_t which) {
  Batch values(rows, side);
  const Stream stream{.seed = 1, .batch = which};
  for (Index row = 0; row < rows; ++row) {
    fill_uniform(stream, static_cast<std::uint32_t>(row),
                 {values.row(row).data(), static_cast<std::size_t>(side)});
  }
  return values;
}

}  // namespace memtrain::benchmarks
