// Reading a mini-batch through an array with 7-bit DAC, 9-bit ADC, noise management and read noise.
#include <fmt/format.h>

#include "devices/array/array.h"
#include "tools/benchmarks/benchmarks.h"
#include "tools/benchmarks/crosspoint_rate.h"

namespace memtrain::benchmarks {
namespace {

void read(benchmark::State& state, bool transposed, Index batch, float weight_noise) {
  ReadSettings periphery;
  periphery.dac.bits = 7;
  periphery.adc.bits = 9;
  periphery.read_noise = 0.06F;
  periphery.weight_noise = weight_noise;
  periphery.weight_noise_kind = "proportional";
  const auto array = make_array({.kind = "crossbar",
                                 .device = find_device_model("soft_bounds"),
                                 .crosspoints = {},
                                 .circuits = {.forward = periphery, .transposed = periphery}},
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
  for (const bool transposed : {false, true}) {
    for (const float noise : {0.0F, 0.02F}) {
      const std::string name =
          fmt::format("read/{}/512x512/batch:64{}", transposed ? "transposed" : "forward",
                      noise > 0.0F ? "/weight_noise" : "");
      benchmark::RegisterBenchmark(
          name.c_str(), [=](benchmark::State& state) { read(state, transposed, 64, noise); });
    }
  }
}

}  // namespace memtrain::benchmarks
