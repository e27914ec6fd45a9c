// The resistance of wires: once after every write of an array, beside the read of a mini-batch.
#include "devices/periphery/wires.h"

#include "tools/benchmarks/benchmarks.h"
#include "tools/benchmarks/crosspoint_rate.h"

namespace memtrain::benchmarks {
namespace {

const WireSettings wires{.row_segment = 1.0, .column_segment = 1.0};

Matrix conductances() { return 2.5e-6F * (uniform_batch(side, 3).array() + 1.01F); }

void exact(benchmark::State& state) {
  const Conductances g = conductances().cast<double>();
  for (auto _ : state) benchmark::DoNotOptimize(exact_conductances(g, wires));
}

/// Arg: samples of the mini-batch that is read afterwards; 0: none.
void approximate(benchmark::State& state) {
  const Matrix g = conductances();
  const Batch x = uniform_batch(std::max<Index>(1, state.range(0)), 4);
  Batch y;
  for (auto _ : state) {
    const Matrix seen = approximate_conductances(g, wires);
    if (state.range(0) > 0) y.noalias() = x * seen;
    benchmark::DoNotOptimize(seen.data());
    benchmark::DoNotOptimize(y.data());
  }
}

void ideal(benchmark::State& state) {
  const Matrix g = conductances();
  const Batch x = uniform_batch(state.range(0), 4);
  Batch y;
  for (auto _ : state) {
    y.noalias() = x * g;
    benchmark::DoNotOptimize(y.data());
  }
}

}  // namespace

void register_wires() {
  benchmark::RegisterBenchmark("wires/read_without/512x512/batch", ideal)->Arg(64);
  benchmark::RegisterBenchmark("wires/approximate/512x512/batch", approximate)->Arg(0)->Arg(64);
  benchmark::RegisterBenchmark("wires/exact/512x512", exact)
      ->Iterations(1)
      ->Unit(benchmark::kSecond);
}

}  // namespace memtrain::benchmarks
