#include <catch2/catch.hpp>
#include <cstring>
#include <fstream>

#include "sim/base/archive.h"
#include "sim/base/error.h"
#include "sim/record/metrics.h"
#include "sim/record/seal.h"
#include "sim/run/claim.h"
#include "sim/run/side_by_side.h"
#include "tests/temporary_folder.h"

using namespace memtrain;

namespace {

const std::string text = R"(
[data]
name = "patterns"
shape = [4, 4, 2]
classes = 4
train_samples = 44
test_samples = 12
[network]
layers = [ { units = 6 }, { units = 5 }, { units = 4, activation = "softmax" } ]
[train]
epochs = 3
batch = 8
learning_rate = 0.1
seeds = [3, 4]
[record]
alignment_batches = 1
[[arm]]
name = "one"
rule = "bp"
)";

/// Stops after so many mini-batches, and keeps what is told.
class Until final : public ArmObserver {
 public:
  explicit Until(int batches) : left_(batches) {}
  void batch(Index, Index, double) override {
    if (--left_ == 0) source_.request_stop();
  }
  void epoch(const EpochRecord& record) override { records.push_back(record); }
  void state(std::vector<char> state) override { saved = std::move(state); }
  [[nodiscard]] std::stop_token token() const { return source_.get_token(); }

  std::vector<EpochRecord> records;
  std::vector<char> saved;

 private:
  int left_;
  std::stop_source source_;
};

bool same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

void check_same(const std::vector<EpochRecord>& a, const std::vector<EpochRecord>& b) {
  REQUIRE(a.size() == b.size());
  for (std::size_t e = 0; e < a.size(); ++e) {
    for (const auto& metric : epoch_metrics()) {
      if (std::string(metric.path) == "wall_seconds") continue;
      INFO("epoch " << e << ", " << metric.path);
      CHECK(same(a[e].*metric.value, b[e].*metric.value));
    }
    REQUIRE(a[e].layers.size() == b[e].layers.size());
    for (std::size_t l = 0; l < a[e].layers.size(); ++l) {
      for (const auto& metric : layer_metrics()) {
        INFO("epoch " << e << ", layer " << l << ", " << metric.path);
        CHECK(same(a[e].layers[l].*metric.value, b[e].layers[l].*metric.value));
      }
    }
  }
}

/// Trains without a break, and with breaks after a few mini-batches each, every part in objects of
/// its own: the numbers must be the same bit for bit.
void check_breaks(const std::string& scenario_text, const std::vector<std::string>& overrides,
                  const std::vector<int>& breaks = {2, 5, 1, 6}) {
  const Scenario scenario = read_scenario({"x.toml", scenario_text}, overrides);
  const Dataset data = load_dataset(scenario.data, {});
  const auto train = [&](Until& observer, std::span<const char> from) {
    return train_arm(scenario.arms[0], 3, data, scenario.record, observer, observer.token(), from);
  };
  Until whole(-1);
  const ArmOutcome wanted = train(whole, {});
  REQUIRE(wanted.end == ArmEnd::finished);
  std::vector<EpochRecord> records;
  std::vector<char> state;
  for (const int batches : breaks) {
    Until part(batches);
    REQUIRE(train(part, state).end == ArmEnd::stopped);
    records.insert(records.end(), part.records.begin(), part.records.end());
    state = part.saved;
  }
  Until rest(-1);
  const ArmOutcome found = train(rest, state);
  records.insert(records.end(), rest.records.begin(), rest.records.end());
  REQUIRE(found.end == ArmEnd::finished);
  CHECK(found.weights == wanted.weights);
  CHECK(found.confusion == wanted.confusion);
  check_same(records, whole.records);
}

class Silent final : public RunObserver {
 public:
  void progress(const std::vector<TaskProgress>&, std::size_t) override {}
  void milestone(const std::vector<TaskProgress>&, std::size_t) override {}
};

/// Stops a run after so many epochs of all its tasks.
class StopAfter final : public RunObserver {
 public:
  explicit StopAfter(int milestones) : left_(milestones) {}
  void progress(const std::vector<TaskProgress>&, std::size_t) override {}
  void milestone(const std::vector<TaskProgress>&, std::size_t) override {
    if (--left_ == 0) stop.request_stop();
  }
  std::stop_source stop;

 private:
  int left_;
};

RunRecord run(const Scenario& scenario, const std::string& file, Existing existing,
              RunObserver& observer, const std::stop_token& stop = {}) {
  Claim claim = claim_run(file, scenario, existing);
  if (claim.over) return *claim.over;
  const Dataset data = load_dataset(scenario.data, {});
  RunRecord record{.scenario = scenario.toml, .started = "then"};
  run_side_by_side(scenario, data, 2, file, record, observer, stop, std::move(claim.from));
  return record;
}

void spoil(const std::string& file, std::size_t at) {
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  stream.seekg(static_cast<std::streamoff>(at));
  const char byte = static_cast<char>(stream.get() ^ 0x20);
  stream.seekp(static_cast<std::streamoff>(at));
  stream.put(byte);
}

}  // namespace

TEST_CASE("every rule goes on from a break as if there had been none", "[checkpoint][property]") {
  for (const RuleKind* rule : rule_kinds()) {
    const Needs needs = rule->needs({});
    for (const std::string kind : {"exact", "crossbar"}) {
      INFO(rule->name << " on " << kind);
      std::vector<std::string> overrides{"arm.one.rule=" + std::string(rule->name),
                                         "arm.one.array.kind=" + kind};
      if (needs.feedback_arrays) overrides.push_back("arm.one.feedback.array.kind=" + kind);
      if (kind == "crossbar") overrides.emplace_back("device.model=soft_bounds");
      check_breaks(text, overrides);
    }
  }
}

TEST_CASE("every device model goes on from a break as if there had been none",
          "[checkpoint][property]") {
  const test::Folder folder;
  for (const DeviceModel* model : device_models()) {
    INFO(model->info().name);
    std::vector<std::string> overrides{"device.model=" + std::string(model->info().name)};
    if (model->info().name == "measured") {
      std::ofstream(folder / "steps.csv") << "direction,conductance,mean,std\n"
                                             "up,0,0.02,0.01\nup,1,0.01,0.01\n"
                                             "down,0,-0.01,0.01\ndown,1,-0.02,0.01\n";
      overrides.push_back("device.file=" + (folder / "steps.csv"));
    }
    check_breaks(text, overrides);
  }
}

TEST_CASE("what devices, cells, arrays and circuits remember outlasts a break",
          "[checkpoint][property]") {
  const std::vector<std::vector<std::string>> cases{
      {"array.kind=quantised"},
      {"array.kind=quantised", "quantised.reading=grid", "quantised.grid_range=power_of_two"},
      {"array.kind=quantised", "quantised.reading=grid", "quantised.master_weights=true",
       "quantised.programming_error=0.01"},
      {"array.kind=transfer", "transfer.gamma=0.1", "transfer.every=3"},
      {"array.kind=buffered_transfer", "transfer.every=3"},
      {"array.kind=buffered_transfer", "telegraph.fraction=0.5", "telegraph.amplitude=0.1"},
      {"array.kind=buffered_transfer", "wires.row_segment=1", "device.g_max=1e-5",
       "device.g_min=1e-7"},
      {"array.kind=buffered_transfer", "faults.dead_rows=0.1"},
      {"array.kind=buffered_transfer", "periphery.weight_noise=0.1",
       "periphery.weight_noise_kind=proportional"},
      {"array.kind=transfer", "transfer.every=20", "device.lifetime=50"},
      {"array.kind=mixed_precision"},
      {"cell.kind=differential"},
      {"cell.kind=one_sided", "cell.refresh_every=4", "cell.refresh_at=0.1"},
      {"cell.kind=reference", "cell.reference_std=0.1"},
      {"cell.kind=unit", "cell.devices=3", "cell.policy=in_turn"},
      {"cell.kind=unit", "cell.devices=3", "cell.policy=random", "cell.significance=2"},
      {"cell.kind=sliced", "cell.devices=2", "cell.carry_every=4"},
      {"device.write_noise_std=0.5"},
      {"device.lifetime=50", "device.lifetime_dtod=0.2"},
      {"device.diffusion=0.01"},
      {"device.drift=0.1"},
      {"device.stuck_fraction=0.1", "endurance.writes=6", "endurance.spread=0.5",
       "record.pulse_counts=true"},
      {"telegraph.fraction=0.5", "telegraph.amplitude=0.1", "telegraph.dwell=3"},
      {"periphery.dac_bits=5", "periphery.dac_range=running", "periphery.adc_bits=6",
       "periphery.adc_range=percentile", "periphery.calibration_batches=4"},
      {"periphery.dac_bits=5", "periphery.dac_range=mse", "periphery.calibration_batches=9",
       "periphery.noise_management=running", "periphery.read_noise=0.01"},
      {"periphery.write.dac_bits=5", "periphery.write.dac_range=max",
       "periphery.write.noise_management=running"},
      {"backward.array=second", "backward.refresh_every=4", "periphery.read_noise=0.01"},
      {"mapping.scaling=column"},
      {"wires.row_segment=1", "device.g_max=1e-5", "device.g_min=1e-7"},
      {"pulse.mode=deterministic"},
      {"faults.stuck_low=0.1", "faults.dead_rows=0.1"},
      {"array.kind=exact", "train.momentum=0.9", "train.weight_decay=0.001"},
      {"array.kind=exact", "train.optimiser=adam", "train.clip_norm=0.5"},
      {"array.kind=exact", "train.schedule=cosine", "train.warmup=0.5"},
      {"array.kind=exact", "data.validation=8", "train.patience=2"},
  };
  for (const auto& overrides : cases) {
    INFO(overrides.back());
    std::vector<std::string> all{"device.model=soft_bounds"};
    if (overrides.front() == "array.kind=exact" || overrides.front() == "array.kind=quantised") {
      all.clear();
    }
    all.insert(all.end(), overrides.begin(), overrides.end());
    check_breaks(text, all);
  }
}

TEST_CASE("layers of every kind go on from a break as if there had been none",
          "[checkpoint][property]") {
  const std::string images = R"(network.layers=[
    { type = "conv", channels = 4, kernel = 3, groups = 2 }, { type = "pool" },
    { type = "dropout", rate = 0.3 }, { type = "flatten" }, { units = 4, activation = "softmax" }])";
  // sequences need real images, of the packaged data set
  std::string fashion = text;
  fashion.replace(fashion.find("name = "), fashion.find("[network]") - fashion.find("name = "),
                  "name = \"fashion-mnist\"\ncrop = 10\ntrain_limit = 44\ntest_limit = 12\n");
  for (const std::string kind : {"exact", "crossbar"}) {
    std::vector<std::string> overrides{images, "arm.one.array.kind=" + kind};
    if (kind == "crossbar") overrides.emplace_back("device.model=soft_bounds");
    check_breaks(text, overrides);
    for (const std::string cell : {"rnn", "lstm", "gru"}) {
      INFO(cell << " on " << kind);
      overrides[0] = "network.layers=[ { type = \"" + cell +
                     "\", units = 4 }, { units = 10, activation = \"softmax\" } ]";
      std::vector<std::string> all = overrides;
      all.emplace_back("data.sequence=rows");
      check_breaks(fashion, all);
    }
  }
}

TEST_CASE("a state of another training is refused", "[checkpoint]") {
  const Scenario scenario = read_scenario({"x.toml", text}, {});
  const Scenario wider =
      read_scenario({"x.toml", text},
                    {"network.layers=[ { units = 7 }, { units = 4, activation = \"softmax\" } ]"});
  const Dataset data = load_dataset(scenario.data, {});
  Until part(3);
  REQUIRE(train_arm(scenario.arms[0], 3, data, scenario.record, part, part.token()).end ==
          ArmEnd::stopped);
  Until other(-1);
  CHECK_THROWS_AS(train_arm(wider.arms[0], 3, data, wider.record, other, other.token(), part.saved),
                  ArchiveMismatch);
  std::vector<char> cut = part.saved;
  cut.pop_back();
  CHECK_THROWS_AS(train_arm(scenario.arms[0], 3, data, scenario.record, other, other.token(), cut),
                  ArchiveMismatch);
}

TEST_CASE("a run that was stopped anywhere and resumed has the numbers of one that was not",
          "[checkpoint]") {
  const test::Folder folder;
  const Scenario scenario = read_scenario({"x.toml", text}, {"device.model=soft_bounds"});
  Silent silent;
  const RunRecord whole = run(scenario, folder / "whole.h5", Existing::refuse, silent);
  CHECK_FALSE(std::filesystem::exists(folder / "whole.h5.ckpt"));
  CHECK_FALSE(std::filesystem::exists(folder / "whole.h5.lock"));
  // two seeds of three epochs, with epoch 0 and the end of each: ten milestones
  for (int milestones = 1; milestones < 10; ++milestones) {
    INFO("stopped after " << milestones << " milestones");
    const std::string file = folder / "stopped.h5";
    StopAfter stopping(milestones);
    const RunRecord stopped =
        run(scenario, file, Existing::replace, stopping, stopping.stop.get_token());
    if (stopped.status == RunStatus::complete) continue;  // both were in their last mini-batches
    CHECK(stopped.status == RunStatus::interrupted);
    CHECK(std::filesystem::exists(file + ".ckpt"));
    const RunRecord resumed = run(scenario, file, Existing::go_on, silent);
    CHECK(resumed.status == RunStatus::complete);
    CHECK_FALSE(std::filesystem::exists(file + ".ckpt"));
    const RunRecord read = read_result(file);
    for (std::size_t s = 0; s < 2; ++s) {
      check_same(read.arms[0].seeds[s].epochs, whole.arms[0].seeds[s].epochs);
      CHECK(read.arms[0].seeds[s].weights == whole.arms[0].seeds[s].weights);
      CHECK(read.arms[0].seeds[s].confusion == whole.arms[0].seeds[s].confusion);
    }
  }
}

TEST_CASE("wall time goes on where it stopped", "[checkpoint]") {
  const test::Folder folder;
  const Scenario scenario = read_scenario({"x.toml", text}, {"train.seeds=[3]"});
  StopAfter stopping(2);
  const std::string file = folder / "x.h5";
  const RunRecord stopped =
      run(scenario, file, Existing::refuse, stopping, stopping.stop.get_token());
  Silent silent;
  const RunRecord resumed = run(scenario, file, Existing::go_on, silent);
  const auto& epochs = resumed.arms[0].seeds[0].epochs;
  for (std::size_t e = 1; e < epochs.size(); ++e) {
    CHECK(epochs[e].wall_seconds >= epochs[e - 1].wall_seconds);
  }
  CHECK(epochs[1].wall_seconds == stopped.arms[0].seeds[0].epochs[1].wall_seconds);
}

TEST_CASE("a result is not replaced and not gone on with unasked", "[checkpoint]") {
  const test::Folder folder;
  const std::string file = folder / "x.h5";
  const Scenario scenario = read_scenario({"x.toml", text}, {});
  StopAfter stopping(2);
  (void)run(scenario, file, Existing::refuse, stopping, stopping.stop.get_token());
  CHECK_THROWS_WITH(claim_run(file, scenario, Existing::refuse),
                    file +
                        ": is there already, and its run is not over (go on with --resume, "
                        "choose another with -o, or start over with --force)");
  const Scenario longer = read_scenario({"x.toml", text}, {"train.epochs=9"});
  CHECK_THROWS_WITH(claim_run(file, longer, Existing::go_on),
                    file +
                        ".ckpt: is of another scenario: arm \"one\": train.epochs = 3 there, "
                        "train.epochs = 9 here (give that scenario and its --set, or start over "
                        "with --force)");
  {
    const Claim held = claim_run(file, scenario, Existing::go_on);
    CHECK(held.from.has_value());
    CHECK_THROWS_WITH(claim_run(file, scenario, Existing::go_on),
                      Catch::Matchers::Contains("another process is working on it"));
  }
  Silent silent;
  (void)run(scenario, file, Existing::go_on, silent);
  const Claim over = claim_run(file, scenario, Existing::go_on);
  REQUIRE(over.over.has_value());
  CHECK(over.over->status == RunStatus::complete);
}

TEST_CASE("a run of other data does not go on from a checkpoint", "[checkpoint]") {
  const test::Folder folder;
  const std::string file = folder / "x.h5";
  const Scenario scenario = read_scenario({"x.toml", text}, {});
  StopAfter stopping(2);
  (void)run(scenario, file, Existing::refuse, stopping, stopping.stop.get_token());
  Claim claim = claim_run(file, scenario, Existing::go_on);
  Dataset data = load_dataset(scenario.data, {});
  data.train.inputs(0, 0) += 1.0F;
  RunRecord record{.scenario = scenario.toml};
  Silent silent;
  CHECK_THROWS_WITH(
      run_side_by_side(scenario, data, 1, file, record, silent, {}, std::move(claim.from)),
      Catch::Matchers::Contains("x.h5.ckpt: was made with other data: 44x32 0x0 12x32 crc32"));
}

TEST_CASE("a damaged checkpoint is refused in one line, wherever the damage is", "[checkpoint]") {
  const test::Folder folder;
  const std::string file = folder / "x.h5", checkpoint = file + ".ckpt";
  const Scenario scenario = read_scenario({"x.toml", text}, {});
  StopAfter stopping(2);
  (void)run(scenario, file, Existing::refuse, stopping, stopping.stop.get_token());
  const auto size = std::filesystem::file_size(checkpoint);
  CHECK_NOTHROW(read_checkpoint(checkpoint));
  const auto check_refused = [&] {
    try {
      (void)claim_run(file, scenario, Existing::go_on);
      FAIL("a damaged checkpoint was taken");
    } catch (const Error& error) {
      CHECK(error.kind == Failure::data);
      CHECK(std::string(error.what()).starts_with(checkpoint + ": "));
      CHECK(std::string(error.what()).find('\n') == std::string::npos);
    }
  };
  for (std::size_t at = 0; at < size; at += 1 + size / 97) {
    INFO("byte " << at << " of " << size);
    spoil(checkpoint, at);
    check_refused();
    spoil(checkpoint, at);
  }
  CHECK_NOTHROW(read_checkpoint(checkpoint));
  for (std::size_t length : {size - 1, size / 2, std::size_t{22}, std::size_t{5}, std::size_t{0}}) {
    INFO("cut to " << length);
    std::filesystem::resize_file(checkpoint, length);
    check_refused();
  }
}

TEST_CASE("a checkpoint of another format is refused", "[checkpoint]") {
  const test::Folder folder;
  const std::string file = folder / "x.h5.ckpt";
  std::ofstream(file) << "memtrain checkpoint 99\nsomething";
  CHECK_THROWS_WITH(read_checkpoint(file),
                    file +
                        ": a checkpoint of format 99, this memtrain goes on from format 1 (start "
                        "over with --force)");
}

TEST_CASE("checkpoints come as often as they are asked for", "[checkpoint]") {
  const auto count = [](const std::string& epochs, const std::string& minutes) {
    const test::Folder folder;
    const std::string file = folder / "x.h5";
    const Scenario scenario =
        read_scenario({"x.toml", text}, {"record.checkpoint_epochs=" + epochs, "train.seeds=[3]",
                                         "record.checkpoint_minutes=" + minutes, "train.epochs=5"});
    /// Counts the versions of the file that it meets after every mini-batch.
    class Watching final : public RunObserver {
     public:
      explicit Watching(std::string checkpoint) : file_(std::move(checkpoint)) {}
      void progress(const std::vector<TaskProgress>&, std::size_t) override {}
      void milestone(const std::vector<TaskProgress>&, std::size_t) override {
        std::error_code none;
        const auto time = std::filesystem::last_write_time(file_, none);
        if (!none && time != last_) ++versions, last_ = time;
      }
      int versions = 0;

     private:
      std::string file_;
      std::filesystem::file_time_type last_;
    };
    Watching watching(file + ".ckpt");
    (void)run(scenario, file, Existing::refuse, watching);
    return watching.versions;
  };
  CHECK(count("1", "0") == 4);  // none after the last epoch
  CHECK(count("2", "0") == 2);
  CHECK(count("0", "0") == 0);
  CHECK(count("0", "1e-9") == 5);  // after every mini-batch; seen at five epochs
}
