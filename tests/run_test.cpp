#include <catch2/catch.hpp>
#include <chrono>
#include <cmath>
#include <filesystem>

#include "sim/run/side_by_side.h"
#include "tests/same_numbers.h"

using namespace memtrain;

namespace {

const std::string text = R"(
data.train_limit = 600
data.test_limit = 300
[network]
layers = [ { units = 20 }, { units = 16 }, { units = 10, activation = "softmax" } ]
[train]
epochs = 2
batch = 32
learning_rate = 0.2
seeds = [3, 4]
[device]
model = "soft_bounds"
[periphery]
dac_bits = 7
adc_bits = 9
read_noise = 0.06
[[arm]]
name = "ftp"
rule = "ftp"
[[arm]]
name = "bp"
rule = "bp"
[[arm]]
name = "exact"
array.kind = "exact"
)";

class StopAfterFirst final : public RunObserver {
 public:
  explicit StopAfterFirst(std::stop_source* stop = nullptr) : stop_(stop) {}
  void progress(const std::vector<TaskProgress>&, std::size_t) override {}
  void milestone(const std::vector<TaskProgress>& tasks, std::size_t changed) override {
    if (stop_ != nullptr && tasks[changed].epoch == 1) stop_->request_stop();
  }

 private:
  std::stop_source* stop_;
};

struct ResultFile {
  std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("memtrain-run-" + std::to_string(getpid()) + ".h5");
  ~ResultFile() { std::filesystem::remove(path); }
};

RunRecord run(const std::vector<std::string>& overrides, std::size_t jobs,
              std::stop_source* stop = nullptr) {
  const Scenario scenario = read_scenario({"x.toml", text}, overrides);
  const Dataset data = load_dataset(scenario.data, {});
  const ResultFile file;
  RunRecord record;
  StopAfterFirst observer(stop);
  run_side_by_side(scenario, data, jobs, file.path, record, observer,
                   stop != nullptr ? stop->get_token() : std::stop_token());
  const RunRecord kept = read_result(file.path.string());
  CHECK(kept.status == record.status);
  return record;
}

void check_same_numbers(const RunRecord& a, const RunRecord& b) {
  REQUIRE(a.arms.size() == b.arms.size());
  for (std::size_t arm = 0; arm < a.arms.size(); ++arm) {
    for (std::size_t s = 0; s < a.seeds.size(); ++s) {
      const SeedRecord& u = a.arms[arm].seeds[s];
      const SeedRecord& v = b.arms[arm].seeds[s];
      test::check_same(u.epochs, v.epochs);
      CHECK(u.confusion == v.confusion);
      CHECK(u.weights == v.weights);
    }
  }
}

}  // namespace

TEST_CASE("the same seeds give the same bits, whatever the number of jobs", "[run][property]") {
  const RunRecord one = run({}, 1);
  CHECK(one.status == RunStatus::complete);
  CHECK(one.arms[0].seeds[0].epochs.size() == 3);
  CHECK(one.arms[0].seeds[0].epochs[2].train_loss < one.arms[0].seeds[0].epochs[0].train_loss);
  check_same_numbers(one, run({}, 2));
  check_same_numbers(one, run({}, 6));
}

TEST_CASE("arms begin with the same weights, seeds with others", "[run]") {
  const RunRecord record = run({"train.epochs=1", "train.learning_rate=0"}, 2);
  CHECK(record.arms[0].seeds[0].weights == record.arms[1].seeds[0].weights);
  CHECK(record.arms[0].seeds[0].weights != record.arms[0].seeds[1].weights);
}

TEST_CASE("BP on an exact array has an alignment angle of zero", "[run]") {
  const RunRecord record = run({"train.epochs=1"}, 2);
  for (const LayerRecord& layer : record.arms[2].seeds[0].epochs[1].layers)
    CHECK(layer.alignment_angle < 0.1);
  for (const LayerRecord& layer : record.arms[0].seeds[0].epochs[1].layers)
    CHECK(layer.alignment_angle > 1.0);
}

TEST_CASE("second arrays stand where errors pass and nowhere else", "[run]") {
  const RunRecord record = run({"backward.array=second", "train.epochs=1", "train.seeds=[3]"}, 1);
  const EpochRecord& ftp = record.arms[0].seeds[0].epochs.back();
  CHECK(ftp.programmed_weights == 0);
  CHECK(std::isnan(ftp.layers[1].backward_mismatch));
  const EpochRecord& bp = record.arms[1].seeds[0].epochs.back();
  CHECK(bp.programmed_weights == 19 * (20 * 16 + 16 * 10));  // 600 samples in batches of 32
  CHECK(std::isnan(bp.layers[0].backward_mismatch));
  CHECK(bp.layers[1].backward_mismatch > 0);
}

TEST_CASE("a rule that reads only the output layer back has a second array there only", "[run]") {
  const RunRecord record = run({"arm.bp.rule=dtp", "arm.bp.dtp.top=gradient",
                                "backward.array=second", "train.epochs=1", "train.seeds=[3]"},
                               1);
  const EpochRecord& dtp = record.arms[1].seeds[0].epochs.back();
  CHECK(dtp.programmed_weights == 19 * 16 * 10);  // 600 samples in batches of 32
  CHECK(std::isnan(dtp.layers[1].backward_mismatch));
  CHECK(dtp.layers[2].backward_mismatch > 0);
}

TEST_CASE("an arm whose loss is not finite stops as diverged and the others go on", "[run]") {
  const RunRecord record =
      run({"arm.exact.train.learning_rate=1e6",
           "arm.exact.network.layers=[{units=8, activation=\"relu\"}, {units=8, "
           "activation=\"relu\"}, {units=10, activation=\"linear\"}]",
           "arm.exact.train.loss=squared_error"},
          2);
  CHECK(record.status == RunStatus::diverged);
  CHECK(record.arms[2].seeds[0].diverged);
  CHECK(record.arms[2].seeds[0].weights.empty());
  CHECK_FALSE(record.arms[0].seeds[0].diverged);
  CHECK(record.arms[0].seeds[1].epochs.size() == 3);
}

TEST_CASE("a run that is asked to stop keeps what it has", "[run]") {
  std::stop_source stop;
  const RunRecord record = run({}, 1, &stop);
  CHECK(record.status == RunStatus::interrupted);
  CHECK(record.arms[0].seeds[0].epochs.size() == 2);
  CHECK(record.arms[2].seeds[1].epochs.empty());
}

TEST_CASE("an epoch of samples_per_epoch samples is the beginning of the epoch of all", "[run]") {
  /// For each epoch, the right samples after each mini-batch.
  class Kept final : public ArmObserver {
   public:
    void batch(Index epoch, Index samples, double correct) override {
      epochs.resize(static_cast<std::size_t>(epoch));
      epochs.back().emplace_back(samples, correct);
    }
    void epoch(const EpochRecord& record) override { records.push_back(record); }
    std::vector<std::vector<std::pair<Index, double>>> epochs;
    std::vector<EpochRecord> records;
  };
  // nothing is learned, so that a mini-batch of an epoch depends on its samples only
  const auto seen = [](const std::string& samples) {
    const Scenario scenario = read_scenario(
        {"x.toml", text}, {"train.samples_per_epoch=" + samples, "train.learning_rate=0"});
    const Dataset data = load_dataset(scenario.data, {});
    Kept kept;
    CHECK(train_arm(scenario.arms[2], 3, data, scenario.record, kept, {}).end == ArmEnd::finished);
    return kept;
  };
  const Kept all = seen("0");
  const Kept some = seen("80");
  REQUIRE(all.epochs.size() == 2);
  REQUIRE(some.epochs.size() == 2);
  for (std::size_t e = 0; e < 2; ++e) {
    CHECK(all.epochs[e].back().first == 600);
    REQUIRE(some.epochs[e].size() == 3);  // 32 + 32 + 16
    CHECK(some.epochs[e][0] == all.epochs[e][0]);
    CHECK(some.epochs[e][1] == all.epochs[e][1]);
    CHECK(some.epochs[e][2].first == 80);
    CHECK(some.records[e + 1].train_accuracy == some.epochs[e][2].second / 80);
  }
  // means over the samples that were used: of the order of the mean over all
  CHECK(some.records[1].train_loss == Approx(all.records[1].train_loss).epsilon(0.2));
  CHECK(some.records[1].train_loss != some.records[2].train_loss);  // other samples
}

TEST_CASE("more samples in an epoch than the data set has are refused", "[run]") {
  const Scenario scenario = read_scenario({"x.toml", text}, {"arm.bp.train.samples_per_epoch=601"});
  const Dataset data = load_dataset(scenario.data, {});
  CHECK(arm_shape(scenario.arms[0], data).layers.size() == 3);
  CHECK_THROWS_WITH(arm_shape(scenario.arms[1], data),
                    "--set arm.bp.train.samples_per_epoch=601: train.samples_per_epoch: 601 is out "
                    "of range [0, 600] (the training samples "
                    "of arm 'bp')");
}

TEST_CASE("progress is told every 50 ms at most, and before every milestone of an epoch", "[run]") {
  class Counting final : public RunObserver {
   public:
    void progress(const std::vector<TaskProgress>&, std::size_t) override { ++told; }
    void milestone(const std::vector<TaskProgress>& tasks, std::size_t changed) override {
      const TaskProgress& task = tasks[changed];
      CHECK(task.of_samples == 500);
      if (task.epoch > 0) CHECK(task.samples == 500);
    }
    double told = 0;
  };
  const Scenario scenario =
      read_scenario({"x.toml", text}, {"train.samples_per_epoch=500", "train.batch=1"});
  const Dataset data = load_dataset(scenario.data, {});
  const ResultFile file;
  RunRecord record;
  Counting observer;
  const auto began = std::chrono::steady_clock::now();
  run_side_by_side(scenario, data, 1, file.path, record, observer, {});
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  // six tasks: their beginning, their first mini-batch, the ends of their two epochs
  CHECK(observer.told >= 6 * 4);
  CHECK(observer.told <= 6 * 4 + took.count() / 0.05);
}

TEST_CASE("validation samples are the last of the training samples and end a patient training",
          "[run]") {
  const RunRecord plain = run({"data.train_limit=500", "train.seeds=[3]"}, 1);
  const RunRecord held = run({"data.validation=100", "train.seeds=[3]"}, 1);
  const auto& with = held.arms[2].seeds[0].epochs;
  // the training samples that are left are the first ones
  CHECK(with.back().train_loss == plain.arms[2].seeds[0].epochs.back().train_loss);
  CHECK(with.back().validation_accuracy > 0.1);
  CHECK(with.back().validation_loss != with.back().test_loss);
  CHECK(std::isnan(plain.arms[2].seeds[0].epochs.back().validation_accuracy));
  // without learning, nothing gets better: training ends after as many epochs as it waits
  const RunRecord patient = run({"data.validation=100", "train.seeds=[3]", "train.epochs=9",
                                 "train.learning_rate=0", "train.patience=2"},
                                1);
  CHECK(patient.status == RunStatus::complete);
  // the first epoch is better than none
  CHECK(patient.arms[2].seeds[0].epochs.size() == 1 + 1 + 2);
  CHECK(patient.arms[2].seeds[0].confusion.sum() == 300);
}

TEST_CASE("augmentation changes what is learned from and not what is measured on",
          "[run][property]") {
  // nothing is learned, so that every loss depends on the samples only
  const std::vector<std::string> still{"train.learning_rate=0", "train.seeds=[3]",
                                       "arm.bp.array.kind=exact"};
  auto augmented = still;
  augmented.insert(augmented.end(), {"data.augment_flip=true", "data.augment_crop=3"});
  const RunRecord plain = run(still, 1);
  const RunRecord changed = run(augmented, 1);
  const auto& a = plain.arms[2].seeds[0];
  const auto& b = changed.arms[2].seeds[0];
  CHECK(b.epochs[0].train_loss == a.epochs[0].train_loss);
  CHECK(b.epochs[2].test_loss == a.epochs[2].test_loss);
  CHECK(b.epochs[1].train_loss != a.epochs[1].train_loss);
  // afresh in every epoch: without augmentation, only the order of the sums changes
  CHECK(a.epochs[1].train_loss == Approx(a.epochs[2].train_loss).epsilon(1e-6));
  CHECK(b.epochs[1].train_loss != Approx(b.epochs[2].train_loss).epsilon(1e-6));
  // arms meet the same images, whatever the number of jobs
  CHECK(changed.arms[1].seeds[0].epochs[1].train_loss == b.epochs[1].train_loss);
  check_same_numbers(changed, run(augmented, 3));
}

TEST_CASE("gradients are clipped layer by layer, biases included where there are any", "[run]") {
  // one mini-batch, so that the change of the weights is the gradient
  const std::vector<std::string> one{"train.samples_per_epoch=32", "train.epochs=1",
                                     "train.seeds=[3]", "train.learning_rate=1"};
  const auto changes = [&](const std::string& clip, const std::vector<std::string>& more = {}) {
    auto still = one;
    still.back() = "train.learning_rate=0";
    auto overrides = one;
    for (auto* each : {&still, &overrides}) each->insert(each->end(), more.begin(), more.end());
    overrides.push_back("arm.exact.train.clip_norm=" + clip);
    const auto before = run(still, 1).arms[2].seeds[0].weights;
    const auto after = run(overrides, 1).arms[2].seeds[0].weights;
    std::vector<float> norms;
    for (std::size_t l = 0; l < before.size(); ++l) norms.push_back((after[l] - before[l]).norm());
    return norms;
  };
  const auto whole = changes("0");
  const auto loose = changes("1e6");
  const auto tight = changes("0.01");
  for (std::size_t l = 0; l < whole.size(); ++l) {
    CHECK(loose[l] == whole[l]);
    CHECK(whole[l] > 0.02F);
    CHECK(tight[l] <= 0.01F);
    CHECK(tight[l] > 0.005F);  // the rest is the biases'
  }
  const auto alone = changes("0.01", {"network.layers=[{units=8, bias=false}, {units=10, "
                                      "activation=\"softmax\", bias=false}]"});
  for (const float norm : alone) CHECK(norm == Approx(0.01).epsilon(1e-3));
}

TEST_CASE("a rule that writes labels into the input needs room for them", "[run]") {
  const Scenario scenario =
      read_scenario({"x.toml", text}, {"arm.bp.rule=ff", "data.crop=13", "data.train_limit=600"});
  const Dataset data = load_dataset(scenario.data, {});
  CHECK_THROWS_WITH(
      arm_shape(scenario.arms[1], data),
      "--set arm.bp.rule=ff: rule: 'ff' of arm 'bp' writes the label over the first inputs, but "
      "'fashion-mnist' has 4 features for 10 classes");
}

TEST_CASE("every rule trains on every kind of array", "[run]") {
  class Last final : public ArmObserver {
   public:
    void batch(Index, Index, double) override {}
    void epoch(const EpochRecord& record) override { last = record; }
    EpochRecord last;
  };
  const std::vector<std::vector<std::string>> arrays{
      {"array.kind=exact"},          {"array.kind=quantised"},
      {"array.kind=crossbar"},       {"array.kind=crossbar", "cell.kind=differential"},
      {"array.kind=transfer"},       {"array.kind=buffered_transfer"},
      {"array.kind=mixed_precision"}};
  const Dataset data = load_dataset({.train_limit = 64, .test_limit = 20}, {});
  for (const RuleKind* kind : rule_kinds()) {
    for (const auto& array : arrays) {
      INFO(kind->name << " on " << array.back());
      std::vector<std::string> overrides{"train.epochs=1",
                                         "arm.bp.rule=" + std::string(kind->name)};
      for (const std::string& each : array) {
        overrides.push_back("arm.bp." + each);
        if (kind->needs({}).feedback_arrays) overrides.push_back("arm.bp.feedback." + each);
      }
      const Scenario scenario = read_scenario({"x.toml", text}, overrides);
      Last seen;
      const ArmOutcome outcome = train_arm(scenario.arms[1], 3, data, scenario.record, seen, {});
      CHECK(outcome.end == ArmEnd::finished);
      CHECK(seen.last.macs > 0);
      const bool digital =
          array.front() == "array.kind=exact" || array.front() == "array.kind=quantised";
      CHECK((seen.last.write_pulses > 0) == !digital);
    }
  }
}
