// The pulsed update of a mini-batch: train generation, coincidences, steps with device-to-device
// and cycle-to-cycle variation. The density is the mean number of coincidences a crosspoint and
// sample.
#include <fmt/format.h>

#include "devices/array/device_model.h"
#include "tools/benchmarks/benchmarks.h"
#include "tools/benchmarks/crosspoint_rate.h"

namespace memtrain::benchmarks {
namespace {

void update(benchmark::State& state, const DeviceModel& model, Index batch, float density) {
  const CrosspointSettings settings;  // every device has its defaults
  const auto crosspoints = model.make(side, side, settings, 1, 0);
  const Batch x = uniform_batch(batch, 0);
  const Batch d = uniform_batch(batch, 1);
  // mean |x| and mean |d| are 1/2, so a sample brings rate / batch / 4 / dw_min pulses
  const float rate = density * 4.0F * 0.001F * static_cast<float>(batch);
  Pass pass{.seed = 1};
  for (auto _ : state) {
    crosspoints->update(x, d, rate, pass);
    ++pass.batch;
  }
  count_crosspoints(state, batch);
}

}  // namespace

void register_update() {
  for (const DeviceModel* model : device_models()) {
    if (!model->pulsed()) continue;
    for (const Index batch : {Index{64}, Index{1}}) {
      for (const char* density : {"0.3", "0.03", "0.003"}) {
        const std::string name = fmt::format("update/{}/512x512/batch:{}/density:{}",
                                             model->info().name, batch, density);
        benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State& state) {
          update(state, *model, batch, std::stof(density));
        });
      }
    }
  }
}

}  // namespace memtrain::benchmarks
