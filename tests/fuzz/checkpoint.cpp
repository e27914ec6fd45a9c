#include "sim/run/checkpoint.h"

#include <algorithm>

#include "sim/base/archive.h"
#include "sim/cost/price.h"
#include "sim/record/consistent.h"
#include "sim/record/seal.h"
#include "sim/run/train_arm.h"
#include "tests/checkpoint_fixture.h"
#include "tests/fuzz/target.h"

// A checkpoint, and the training that goes on from it. Inputs lie here without the seal that ends a
// checkpoint's file: it is put on, or no changed byte would ever be looked at.
using namespace memtrain;

namespace {

/// Stops after one mini-batch.
struct Stopping final : ArmObserver {
  void batch(Index /*epoch*/, Index /*samples*/, double /*correct*/) override {
    stop.request_stop();
  }
  void epoch(const EpochRecord& /*record*/) override {}
  std::stop_source stop;
};

struct Run {
  Scenario scenario =
      read_scenario({"x.toml", test::quick_text},
                    {"array.kind=crossbar", "device.model=soft_bounds", "data.shape=[2, 1, 1]",
                     "data.classes=2", "network.layers=[{ units = 2, activation = \"softmax\" }]"});
  Dataset data = load_dataset(scenario.data, {});
  ArmShape shape = arm_shape(scenario.arms[0], data);
};

void go_on(const Run& run, const std::vector<char>& training) {
  Stopping observer;
  try {
    (void)train_arm(run.scenario.arms[0], 3, run.data, run.scenario.record, observer,
                    observer.stop.get_token(), training);
  } catch (const ArchiveMismatch&) {  // so a run says that its checkpoint is damaged
  }
}

/// Every record that fits the arm can be written.
void write(const Run& run, const SeedRecord& seed) {
  static const std::string copy = "/dev/shm/memtrain-fuzz-checkpoint-" + std::to_string(getpid());
  RunRecord record{.seeds = {3}, .epochs = 3};
  record.arms.push_back({.name = "one",
                         .classes = run.data.target.classes,
                         .layers = run.shape.layers,
                         .cost_parts = run.shape.parts,
                         .cost_phases = phase_names(),
                         .seeds = {seed}});
  if (!consistent(record.arms[0], 1, record.epochs)) return;
  write_result(record, copy);
  unlink(copy.c_str());
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fuzz::InputFile file;
  static const Run run;
  std::vector<char> bytes(data, data + size);
  append_seal(bytes);
  const std::string path = file.holding({bytes.data(), bytes.size()});
  fuzz::read_or_refuse([&] {
    for (const TaskCheckpoint& task : read_checkpoint(path).tasks) {
      write(run, task.record);
      if (!task.training.empty()) go_on(run, task.training);
    }
  });
  return 0;
}
