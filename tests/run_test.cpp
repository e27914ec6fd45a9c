#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>

#include "sim/run/side_by_side.h"

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

class Silent final : public RunObserver {
 public:
  explicit Silent(std::stop_source* stop = nullptr) : stop_(stop) {}
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
  Silent observer(stop);
  run_side_by_side(scenario, data, jobs, file.path, record, observer,
                   stop != nullptr ? stop->get_token() : std::stop_token());
  const RunRecord kept = read_result(file.path.string());
  CHECK(kept.status == record.status);
  return record;
}

bool same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

void check_same_numbers(const RunRecord& a, const RunRecord& b) {
  REQUIRE(a.arms.size() == b.arms.size());
  for (std::size_t arm = 0; arm < a.arms.size(); ++arm) {
    for (std::size_t s = 0; s < a.seeds.size(); ++s) {
      const SeedRecord& u = a.arms[arm].seeds[s];
      const SeedRecord& v = b.arms[arm].seeds[s];
      REQUIRE(u.epochs.size() == v.epochs.size());
      for (std::size_t e = 0; e < u.epochs.size(); ++e) {
        CHECK(u.epochs[e].train_loss == v.epochs[e].train_loss);
        CHECK(u.epochs[e].test_accuracy == v.epochs[e].test_accuracy);
        for (std::size_t l = 0; l < u.epochs[e].layers.size(); ++l) {
          CHECK(same(u.epochs[e].layers[l].alignment_angle, v.epochs[e].layers[l].alignment_angle));
        }
      }
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
