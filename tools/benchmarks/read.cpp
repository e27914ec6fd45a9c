// Reading a mini-batch through an array with 7-bit DAC, 9-bit ADC, noise management and read noise.
#include "devices/array/array.h"
#include "tools/benchmarks/benchmarks.h"
#include "tools/benchmarks/crosspoint_rate.h"

namespace memtrain::benchmarks {
namespace {

void read(benchmark::State& state, bool transposed, Index batch) {
  const ReadSettings periphery{.dac_bits = 7, .adc_bits = 9, .read_noise = 0.06F};
  const auto array = make_array({.kind = "crossbar",
                                 .device = find_device_model("soft_bounds"),
                                 .crosspoints = {},
                                 .forward = periphery,
                                 .transposed = periphery},
                                side, side, 1, 0);
  array->program(0.1F * uniform_batch(side, 2));
  const Batch x = uniform_batch(batch, 0);
  Batch y;
  Pass pass{.seed = 1};
  for (auto _ : state) {
    transposed ? array->transposed(x, y, pass) : array->forward(x, y, pass);
    benchmark::DoNotOptimize(y.data());
    ++pass.batch;
  }
  count_crosspoints(state, batch);
}

}  // namespace

void register_read() {
  benchmark::RegisterBenchmark("read/forward/512x512/batch:64",
                               [](benchmark::State& s) { read(s, false, 64); });
  benchmark::RegisterBenchmark("read/transposed/512x512/batch:64",
                               [](benchmark::State& s) { read(s, true, 64); });
}

}  // namespace memtrain::benchmarks
