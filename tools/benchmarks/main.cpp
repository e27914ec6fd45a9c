// Benchmarks: build/release/memtrain_bench [--benchmark_filter=REGEX]. See README.md for what they
// mean.
#include <benchmark/benchmark.h>

#include "tools/benchmarks/benchmarks.h"

int main(int argc, char** argv) {
  memtrain::benchmarks::register_update();
  memtrain::benchmarks::register_read();
  memtrain::benchmarks::register_train();
  memtrain::benchmarks::register_wires();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
}
