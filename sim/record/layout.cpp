#include "sim/record/layout.h"

#include "sim/record/metrics.h"
#include "sim/record/schema.h"

namespace memtrain {
namespace {

/// One arm with one layer and one seed, of which everything was measured.
RunRecord whole_record() {
  RunRecord run;
  run.seeds = {0};
  run.baselines = {{"", "", 0.0}};
  ArmRecord arm;
  arm.name = "ARM";
  arm.classes = 1;
  arm.layers = {{"LAYER", 1, 1}};
  arm.cost_parts = {"LAYER"};
  arm.cost_phases = {"update"};
  SeedRecord seed;
  seed.epochs.resize(1);
  seed.epochs[0].layers.resize(1);
  seed.epochs[0].costs.resize(1);
  seed.confusion = Eigen::MatrixXi::Zero(1, 1);
  seed.weights = {Matrix::Zero(1, 1)};
  seed.wear = {{1, 0, 0, {1}}};
  seed.conductances = {
      {{.bin_width = 1, .devices = std::vector<double>(ConductanceHistogram::bins)}}};
  arm.seeds = {seed};
  run.arms = {arm};
  return run;
}

}  // namespace

ResultLayout result_layout() {
  ResultLayout layout;
  layout.of_file = {{"schema", "memtrain/1"},
                    {"status", "running, complete, interrupted or diverged"},
                    {"threads", "threads that it may use"}};
  for (const auto& attribute : schema::run_texts) {
    layout.of_file.push_back({attribute.name, attribute.what});
  }
  for (const auto& attribute : schema::arm_texts) {
    layout.of_arm.push_back({attribute.name, attribute.what});
  }
  layout.of_arm.push_back({"classes", "number of classes; 0: it predicts values"});
  const h5::Session session;
  const h5::Object file = h5::create_file();
  const h5::Object root = h5::open_group(file, "/");
  schema::write_run(root, whole_record());
  layout.datasets = h5::datasets_below(root);
  return layout;
}

}  // namespace memtrain
