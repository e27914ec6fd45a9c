#include <catch2/catch.hpp>
#include <fstream>
#include <set>

#include "sim/base/archive.h"
#include "sim/run/checkpoint.h"
#include "sim/run/train_arm.h"
#include "tests/checkpoint_fixture.h"
#include "tests/same_numbers.h"
#include "tests/temporary_folder.h"

using namespace memtrain;
using namespace memtrain::test;

namespace {

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
      check_breaks(quick_text, overrides);
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
    check_breaks(quick_text, overrides);
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
      {"pulse.mode=mean", "endurance.writes=6", "endurance.spread=0.5", "record.pulse_counts=true"},
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
    // all prices are known, so that meters have something to remember
    std::vector<std::string> all{"device.model=soft_bounds", "device.g_max=1e-5",
                                 "device.g_min=1e-7",        "energy.v_read=0.2",
                                 "energy.t_read=1e-8",       "energy.v_up=1",
                                 "energy.t_up=1e-7",         "energy.v_down=1.2",
                                 "energy.t_down=1e-7",       "digital.preset=eyeriss"};
    if (overrides.front() == "array.kind=exact" || overrides.front() == "array.kind=quantised") {
      all.clear();
    }
    all.insert(all.end(), overrides.begin(), overrides.end());
    check_breaks(quick_text, all);
  }
}

TEST_CASE("layers of every kind go on from a break as if there had been none",
          "[checkpoint][property]") {
  const std::string images = R"(network.layers=[
    { type = "conv", channels = 4, kernel = 3, groups = 2 }, { type = "pool" },
    { type = "dropout", rate = 0.3 }, { type = "flatten" }, { units = 4, activation = "softmax" }])";
  // sequences need real images, of the packaged data set
  std::string fashion = quick_text;
  fashion.replace(fashion.find("name = "), fashion.find("[network]") - fashion.find("name = "),
                  "name = \"fashion-mnist\"\ncrop = 10\ntrain_limit = 44\ntest_limit = 12\n");
  for (const std::string kind : {"exact", "crossbar"}) {
    std::vector<std::string> overrides{images, "arm.one.array.kind=" + kind};
    if (kind == "crossbar") overrides.emplace_back("device.model=soft_bounds");
    check_breaks(quick_text, overrides);
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
  const Scenario scenario = read_scenario({"x.toml", quick_text}, {});
  const Scenario wider =
      read_scenario({"x.toml", quick_text},
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

TEST_CASE("a state is gone on with from between two mini-batches of its training only",
          "[checkpoint]") {
  const Scenario scenario = read_scenario({"x.toml", quick_text}, {});
  const Dataset data = load_dataset(scenario.data, {});
  const auto train = [&](Until& observer, std::span<const char> from) {
    return train_arm(scenario.arms[0], 3, data, scenario.record, observer, observer.token(), from);
  };
  Until part(3);
  REQUIRE(train(part, {}).end == ArmEnd::stopped);
  // a state begins with the epoch, its samples so far (24 of 44) and its mini-batches of 8
  const auto at = [&](std::int32_t epoch, std::uint64_t samples, std::uint32_t batches) {
    SavingArchive place;
    place(epoch);
    place(samples);
    place(batches);
    std::vector<char> state = place.take();
    state.insert(state.end(), part.saved.begin() + static_cast<std::ptrdiff_t>(state.size()),
                 part.saved.end());
    return state;
  };
  REQUIRE(at(1, 24, 3) == part.saved);
  Until going(1);
  CHECK(train(going, at(1, 16, 2)).end == ArmEnd::stopped);
  Until ended(-1);
  CHECK(train(ended, at(3, 44, 6)).end == ArmEnd::finished);
  const std::vector<std::vector<char>> elsewhere{at(0, 24, 3),        at(4, 24, 3), at(1, 24, 4),
                                                 at(1, 25, 3),        at(1, 44, 5), at(1, 48, 6),
                                                 at(1, 0, 0xffffffff)};
  for (const auto& state : elsewhere) {
    Until other(-1);
    CHECK_THROWS_AS(train(other, state), ArchiveMismatch);
  }
}

TEST_CASE("data have another fingerprint if an input, a label or a value is another",
          "[checkpoint]") {
  Dataset data;
  data.train = {Batch::Random(3, 2), {1, 0, 2}, {}};
  data.test = {Batch::Random(2, 2), {}, Batch::Random(2, 4)};
  std::set<std::string> fingerprints{data_fingerprint(data)};
  data.train.inputs(2, 1) += 1.0F;
  fingerprints.insert(data_fingerprint(data));
  data.train.labels[1] = 3;
  fingerprints.insert(data_fingerprint(data));
  data.test.inputs(0, 0) += 1.0F;
  fingerprints.insert(data_fingerprint(data));
  data.test.values(1, 3) += 1.0F;
  fingerprints.insert(data_fingerprint(data));
  CHECK(fingerprints.size() == 5);

  // wherever it is
  data.train = {Batch::Random(500, 3), std::vector<std::uint8_t>(500, 1), Batch::Random(500, 2)};
  fingerprints = {data_fingerprint(data)};
  for (Index sample = 0; sample < 500; ++sample) {
    float& input = data.train.inputs(sample, sample % 3);
    float& value = data.train.values(sample, sample % 2);
    std::uint8_t& label = data.train.labels[static_cast<std::size_t>(sample)];
    const float was = input, valued = value;
    input += 0.5F;
    fingerprints.insert(data_fingerprint(data));
    input = was;
    value += 0.5F;
    fingerprints.insert(data_fingerprint(data));
    value = valued;
    label = 2;
    CHECK(fingerprints.insert(data_fingerprint(data)).second);
    label = 1;
  }
  CHECK(fingerprints.size() > 1490);  // a checksum: some may be the same by chance
}
