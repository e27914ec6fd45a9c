// The pulsed update of a mini-batch: train generation, coincidences, steps with device-to-device
// and cycle-to-cycle variation. The density is the mean number of coincidences a crosspoint and
// sample.
#include <fmt/format.h>

#include <vector>

#include "devices/array/device_model.h"
#include "tools/benchmarks/benchmarks.h"
#include "tools/benchmarks/crosspoint_rate.h"

namespace memtrain::benchmarks {
namespace {

/// Pairs of inputs and errors that go round, every other time with the errors' signs turned, so
/// that the weights wander in the middle of their range as they do in training.
struct Work {
  Batch x, d;
};

std::vector<Work> work(Index batch) {
  std::vector<Work> all;
  for (std::uint32_t i = 0; i < 8; ++i) {
    all.push_back({uniform_batch(batch, 2 * i), uniform_batch(batch, 2 * i + 1)});
    all.push_back({all.back().x, -all.back().d});
  }
  return all;
}

void update(benchmark::State& state, const DeviceModel& model, Index batch, float density,
            bool train_length_management) {
  CrosspointSettings settings;  // every device has its defaults
  settings.pulse.train_length_management = train_length_management;
  const auto crosspoints = make_crosspoints(model, side, side, settings, 1, 0);
  const std::vector<Work> batches = work(batch);
  // mean |x| and mean |d| are 1/2, so a sample brings rate / batch / 4 / step pulses
  const float rate = density * 4.0F * model.recipe({}).step * static_cast<float>(batch);
  Pass pass{.seed = 1};
  for (auto _ : state) {
    const Work& now = batches[pass.batch % batches.size()];
    crosspoints->update(now.x, now.d, rate, pass);
    ++pass.batch;
  }
  count_crosspoints(state, batch);
  state.counters["pulses_per_crosspoint_sample"] =
      crosspoints->pulses() /
      (static_cast<double>(state.iterations()) * static_cast<double>(batch * side * side));
}

}  // namespace

void register_update() {
  for (const DeviceModel* model : device_models()) {
    if (!model->pulsed() || !model->problem({}).empty()) continue;
    for (const Index batch : {Index{64}, Index{1}}) {
      for (const char* density : {"0.3", "0.03", "0.003"}) {
        const std::string name = fmt::format("update/{}/512x512/batch:{}/density:{}",
                                             model->info().name, batch, density);
        benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State& state) {
          update(state, *model, batch, std::stof(density), true);
        });
      }
    }
    const std::string fixed =
        fmt::format("update/{}/512x512/batch:64/density:0.003/31_slots", model->info().name);
    benchmark::RegisterBenchmark(
        fixed.c_str(), [=](benchmark::State& state) { update(state, *model, 64, 0.003F, false); });
  }
}

}  // namespace memtrain::benchmarks
