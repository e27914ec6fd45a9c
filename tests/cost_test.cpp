#include <catch2/catch.hpp>
#include <map>
#include <nlohmann/json.hpp>

#include "sim/base/error.h"
#include "sim/record/metrics.h"
#include "sim/report/cost_report.h"
#include "sim/run/arm_cost.h"
#include "sim/run/train_arm.h"
#include "tests/rule_fixture.h"

// What learning costs: counts by phase, the account without training, and their prices.
namespace memtrain::test {
namespace {

/// Four classes of patterns of five numbers, 48 samples, in three layers; arms come behind.
const std::string small = R"([data]
name = "patterns"
shape = [1, 5, 1]
classes = 4
train_samples = 48
test_samples = 8
[network]
layers = [ { units = 7 }, { units = 6 }, { units = 4, activation = "softmax" } ]
[train]
epochs = 2
batch = 8
learning_rate = 0.1
[record]
alignment_batches = 0
)";

Scenario scenario_of(const std::vector<std::string>& set, const std::string& text = small) {
  return read_scenario({"x.toml", text + "[[arm]]\nname = \"a\"\n"}, set);
}

ArmCost cost_of_scenario(const Scenario& scenario) {
  return cost_of(scenario.arms[0], blank_dataset(scenario.data, {}));
}

/// What the sheet has for the network of these costs and a rule.
double sheet(const ArmCost& cost, std::string_view rule) {
  for (const auto& [name, macs] : cost.sheet_macs) {
    if (name == rule) return macs;
  }
  return 0;
}

/// Keeps what training records.
class Watch final : public ArmObserver {
 public:
  void batch(Index /*epoch*/, Index /*samples*/, double /*correct*/) override {}
  void epoch(const EpochRecord& record) override { records.push_back(record); }
  std::vector<EpochRecord> records;
};

std::vector<EpochRecord> trained(const Scenario& scenario) {
  Watch watch;
  (void)train_arm(scenario.arms[0], 0, load_dataset(scenario.data, {}), scenario.record, watch, {});
  return watch.records;
}

}  // namespace

TEST_CASE("multiply-accumulates by phase are those of each rule's equations", "[cost]") {
  // forward: 5 x 7, 7 x 6, 6 x 4, and 4 outputs compared with their targets
  using Phases = std::array<double, 5>;
  const std::map<std::string, Phases> expected{
      {"bp", {101 + 4, 0, 66, 0, 101}},
      {"ftp", {101 + 4, 66, 0, 2 * 4 * 7, 101}},
      {"fa", {101 + 4, 0, 0, 66, 101}},
      {"dfa", {101 + 4, 0, 0, 4 * (7 + 6), 101}},
      {"drtp", {101 + 4, 0, 0, 4 * (7 + 6), 101}},
      // inverses are taught with a noisy read of their layer and a read of their own, and read once
      // for a target, or twice
      {"tp", {101 + 4, 66, 0, 66 + 66, 101 + 66}},
      {"dtp", {101 + 4, 66, 0, 66 + 2 * 66, 101 + 66}},
      {"pepita", {101 + 4, 101, 0, 4 * 5, 101}},
      // normalisation of what is read, and goodness: the squares of all values
      {"ff", {101 + 4 + 18, 2 * 77 + 2 * 18, 0, 0, 2 * 77 + 24 + 2 * 13}},
      {"readout", {101 + 4, 0, 0, 0, 24}}};
  for (const RuleKind* kind : rule_kinds()) {
    const std::string name(kind->name);
    INFO(name);
    const ArmCost cost = cost_of_scenario(scenario_of({"rule=" + name, "array.kind=exact"}));
    double sum = 0;
    for (std::size_t p = 0; p < cost_phases.size(); ++p) {
      INFO(cost_phases[p]);
      CHECK(cost.by_phase[p].macs == expected.at(name)[p]);
      sum += cost.by_phase[p].macs;
    }
    CHECK(sum == cost.total.macs);
    CHECK(cost.digital_macs == cost.total.macs);
  }
}

TEST_CASE("the totals of the sheet come out, and where runs differ it is known by what", "[cost]") {
  const auto cost = [](const std::string& rule, const std::string& layers,
                       const std::string& data) {
    const std::string text =
        "[data]\nname = \"" + data + "\"\n[network]\nlayers = " + layers + "\n";
    return cost_of_scenario(scenario_of({"rule=" + rule, "array.kind=exact"}, text));
  };
  const std::string dense =
      "[ { units = 1024 }, { units = 128 }, { units = 10, activation = \"softmax\" } ]";
  struct Row {
    const char* rule;
    double mnist, cifar;
    bool counted;  // by runs as well
  };
  // shared with the sheet that accompanies arXiv:2506.11030
  for (const Row& row : {Row{"bp", 2002698, 6688522, true}, Row{"ftp", 2023178, 6709002, true},
                         Row{"pepita", 2813354, 9864970, true}, Row{"dtp", 2937866, 9966602, false},
                         Row{"ff", 3745320, 13116968, false}}) {
    INFO(row.rule);
    const ArmCost mnist = cost(row.rule, dense, "mnist");
    CHECK(sheet(mnist, row.rule) == row.mnist);
    CHECK(sheet(cost(row.rule, dense, "cifar10"), row.rule) == row.cifar);
    if (row.counted) CHECK(mnist.total.macs == row.mnist);
  }
  const std::string conv =
      "[ { type = \"conv\", channels = 32, kernel = 5 }, { type = \"pool\", size = 2 }, "
      "{ units = 10, activation = \"softmax\" } ]";
  const ArmCost convolution = cost("bp", conv, "cifar10");
  CHECK(sheet(convolution, "bp") == 4001546);
  CHECK(sheet(convolution, "ftp") == 4503306);
  CHECK(sheet(convolution, "pepita") == 5913866);
  CHECK(sheet(convolution, "ff") == 7927848);
  CHECK(cost("bp", conv, "cifar10").total.macs == 4001546);
  CHECK(cost("ftp", conv, "cifar10").total.macs == 4503306);
  CHECK(cost("pepita", conv, "cifar10").total.macs == 5913866);

  // DS-CNN: the sheet's FTP has its first target one layer later
  const Scenario tiny = read_scenario(find_scenario("costs-mlperf-tiny"), {});
  const BlankDataset words = blank_dataset(tiny.data, {});
  const std::map<std::string, double> published{
      {"bp", 7666544}, {"ftp", 7786772}, {"pepita", 7992652}};
  for (const Arm& arm : tiny.arms) {
    const auto total = published.find(arm.name);
    if (total == published.end()) continue;
    INFO(arm.name);
    const ArmCost learned = cost_of(arm, words);
    CHECK(sheet(learned, arm.name) == Approx(total->second).epsilon(0.01));
    CHECK(sheet(learned, "ff") == Approx(10931120).epsilon(0.01));
    CHECK(learned.total.macs == Approx(total->second).epsilon(0.01));
  }
}

TEST_CASE("the account without training is what a run counts, wherever data do not decide",
          "[cost]") {
  const std::vector<std::string> pulsed{"device.model=soft_bounds", "periphery.dac_bits=7",
                                        "periphery.adc_bits=9"};
  const std::vector<std::vector<std::string>> hardware{
      {"array.kind=exact"},
      {"array.kind=quantised"},
      pulsed,
      {"device.model=soft_bounds", "periphery.adc_bits=9", "tile.rows=3", "tile.columns=2",
       "mapping.scaling=column", "periphery.write.dac_bits=6"},
      {"device.model=soft_bounds", "cell.kind=differential", "mapping.devices=separate",
       "periphery.adc_bits=8"},
      {"array.kind=mixed_precision", "device.model=soft_bounds"},
      {"array.kind=transfer", "device.model=soft_bounds", "transfer.every=2", "transfer.gamma=0.5"},
      {"device.model=soft_bounds", "feedback.transfer.every=3", "feedback.array.kind=transfer"},
      {"device.model=soft_bounds", "backward.array=second", "backward.refresh_every=3",
       "periphery.adc_bits=8"}};
  for (const RuleKind* kind : rule_kinds()) {
    for (std::vector<std::string> set : hardware) {
      const bool second = set.back().starts_with("periphery") && set[1].starts_with("backward") &&
                          !kind->needs({}).transposed_read;
      const bool learned = set.back().starts_with("feedback");
      // without effect
      if (second || (learned && !kind->needs({}).learned_feedback)) continue;
      set.push_back("rule=" + std::string(kind->name));
      if (kind->needs({}).feedback_arrays && set[0] != "array.kind=exact" && !learned) {
        set.emplace_back("feedback.array.kind=crossbar");
      }
      INFO(kind->name << " on " << set[0] << " " << set[1]);
      const Scenario scenario = scenario_of(set);
      const ArmCost cost = cost_of_scenario(scenario);
      const EpochRecord last = trained(scenario).back();
      const double samples = 2.0 * 48;
      REQUIRE(last.costs.size() == cost.costs.size());
      for (std::size_t c = 0; c < cost.costs.size(); ++c) {
        for (const auto& metric : phase_cost_metrics()) {
          const double expected = cost.costs[c].*metric.value * samples;
          if (std::isnan(expected)) continue;
          INFO(cost.parts[c / cost_phases.size()] << " " << cost_phases[c % cost_phases.size()]
                                                  << " " << metric.path);
          CHECK(last.costs[c].*metric.value == Approx(expected).epsilon(1e-12));
        }
      }
      CHECK(last.macs == Approx(cost.total.macs * samples).epsilon(1e-12));
      CHECK(last.programmed_weights == Approx(cost.programmed_weights * samples).epsilon(1e-12));
    }
  }
}

TEST_CASE("a record's phases and parts add up to its totals", "[cost]") {
  const Scenario scenario = scenario_of({"rule=ftp", "device.preset=taox-hfox",
                                         "periphery.adc_bits=8", "digital.preset=fp32-45nm",
                                         "digital.clock=1e9", "feedback.array.kind=crossbar"});
  CHECK(cost_of_scenario(scenario).unknown.empty());
  for (const EpochRecord& record : trained(scenario)) {
    PhaseCost sum;
    for (const auto& metric : phase_cost_metrics()) {
      sum.*metric.value = 0;
      for (const PhaseCost& cost : record.costs) sum.*metric.value += cost.*metric.value;
    }
    CHECK(sum.macs == Approx(record.macs));
    CHECK(sum.write_pulses == record.write_pulses);
    CHECK(sum.energy == Approx(record.energy));
    CHECK(sum.latency == Approx(record.latency));  // nothing at the same time
    CHECK(record.energy == Approx(record.energy_device_reads + record.energy_device_writes +
                                  record.energy_half_select + record.energy_wires +
                                  record.energy_converters + record.energy_digital));
    CHECK((record.energy > 0) == (record.macs > 0));
  }
}

TEST_CASE("a pipeline takes as long as its slowest layer, once it is full", "[cost]") {
  const auto with = [](double first, double second, double update) {
    Account account;
    account[CostPhase::first_forward].seconds = first;
    account[CostPhase::second_forward].seconds = second;
    account[CostPhase::update].seconds = update;
    return account;
  };
  // two layers, 8 samples in 2 mini-batches: 1 and 3 seconds a sample in the first read, 2 and 1 in
  // the second
  const PartAccounts parts{with(8, 16, 5), with(24, 8, 7)};
  const Extent extent{.samples = 8, .batches = 2};
  const auto taken = [&](const std::string& pipeline) {
    return latency(parts, {}, {.pipeline = pipeline}, extent);
  };
  CHECK(taken("none") == 8 + 16 + 5 + 24 + 8 + 7);
  // 2 fillings of both layers, then 6 more samples at the pace of the slower one; updates at once
  CHECK(taken("passes") == Approx((2 * 4 + 6 * 3) + (2 * 3 + 6 * 2) + 7));
  CHECK(taken("overlapped") == Approx((2 * 7 + 6 * 4) + 7));
}

TEST_CASE("a microcontroller takes its cycles for every multiply-accumulate", "[cost]") {
  const ArmCost cost =
      cost_of_scenario(scenario_of({"rule=bp", "array.kind=exact", "digital.preset=stm32h735"}));
  CHECK(cost.total.latency == Approx(3.0 * (cost.total.macs + cost.total.operations) / 550e6));
  CHECK(std::isnan(cost.total.energy));
  CHECK(cost.unknown ==
        std::vector<std::string>{"digital.energy_per_mac", "digital.energy_per_operation"});
}

TEST_CASE("FTP's read beyond the last target teaches nothing", "[cost]") {
  const auto accuracy = [](const std::string& pass) {
    const auto records =
        trained(scenario_of({"rule=ftp", "device.model=soft_bounds", "periphery.adc_bits=5",
                             "periphery.adc_range=running", "periphery.noise_management=running",
                             "ftp.second_pass=" + pass}));
    return records.back().test_loss;
  };
  CHECK(accuracy("whole") == accuracy("hidden"));
}

TEST_CASE("measured costs say what happens too rarely to be in them", "[cost]") {
  const Scenario scenario = scenario_of(
      {"rule=bp", "device.model=soft_bounds", "backward.array=second", "backward.refresh_every=4"});
  const Dataset data = load_dataset(scenario.data, {});
  CHECK(measured_cost(scenario.arms[0], data, 0, 3).missed ==
        std::vector<std::string>{"backward.refresh_every = 4"});
  const ArmCost enough = measured_cost(scenario.arms[0], data, 0, 100);
  CHECK(enough.missed.empty());
  CHECK(enough.batches == 6);  // an epoch
}

TEST_CASE("costs are asked with samples that there are", "[cost]") {
  const auto refusal = [](const std::vector<std::string>& set) -> std::string {
    try {
      (void)cost_of_scenario(scenario_of(set));
      return "accepted";
    } catch (const Error& error) {
      return error.what();
    }
  };
  CHECK(refusal({"data.validation=48"})
            .starts_with("--set data.validation=48: data.validation: 48 is out of range [0, 47]"));
  CHECK(refusal({"train.samples_per_epoch=49"})
            .starts_with("--set train.samples_per_epoch=49: train.samples_per_epoch: 49 is out"));
  CHECK(refusal({"train.batch=49"})
            .starts_with("--set train.batch=49: train.batch: 49 is out of range [1, 48]"));
  CHECK(refusal({}) == "accepted");
}

TEST_CASE("measured costs know what depends on data", "[cost]") {
  const Scenario scenario = scenario_of(
      {"rule=bp", "device.preset=taox-hfox", "digital.preset=eyeriss", "train.epochs=1"});
  const Dataset data = load_dataset(scenario.data, {});
  const ArmCost cost = measured_cost(scenario.arms[0], data, 0, 6);  // all of an epoch
  const EpochRecord run = trained(scenario).back();
  CHECK(cost.total.energy * 48 == Approx(run.energy));
  CHECK(cost.total.write_pulses * 48 == Approx(run.write_pulses));
  CHECK(cost.total.latency * 48 == Approx(run.latency));
}

TEST_CASE("measured costs are those of training's own mini-batches and rates", "[cost]") {
  const Scenario scenario =
      scenario_of({"rule=bp", "device.preset=taox-hfox", "digital.preset=eyeriss", "train.epochs=1",
                   "train.samples_per_epoch=24", "train.warmup=1"});
  const Dataset data = load_dataset(scenario.data, {});
  const ArmCost cost = measured_cost(scenario.arms[0], data, 0, 100);  // no more than an epoch
  CHECK(cost.batches == 3);
  CHECK(cost.total.write_pulses * 24 == Approx(trained(scenario).back().write_pulses));
}

TEST_CASE("wear counts every device's pulses, and how many trainings it survives", "[cost]") {
  Scenario scenario = scenario_of(
      {"rule=bp", "device.model=soft_bounds", "record.pulse_counts=true", "endurance.writes=1e6"});
  Watch watch;
  const ArmOutcome outcome =
      train_arm(scenario.arms[0], 0, load_dataset(scenario.data, {}), scenario.record, watch, {});
  const EpochRecord last = watch.records.back();
  REQUIRE(outcome.wear.size() == 3);
  double pulses = 0, most = 0;
  for (const WearRecord& layer : outcome.wear) {
    double counted = 0;
    for (const double bin : layer.histogram) counted += bin;
    CHECK(counted == layer.devices);
    pulses += layer.mean * layer.devices;
    most = std::max(most, layer.most);
  }
  CHECK(outcome.wear[0].devices == 35);
  CHECK(pulses == Approx(last.write_pulses));
  CHECK(most == last.max_writes_per_device);
  CHECK(last.trainings_survived == Approx(1e6 / most));
  Wear wear;
  for (const std::uint32_t count : {0U, 1U, 2U, 3U, 4U, 9U}) wear.add(count);
  CHECK(wear.histogram == std::vector<double>{1, 1, 2, 1, 1});
  CHECK(wear.most == 9);
}

TEST_CASE("values that a rule has to hold are the least it can do with", "[cost]") {
  // 5 inputs, 7 and 6 hidden units, 4 outputs
  const std::map<std::string, Index> expected{
      {"bp", 22 + 13},          // all activities, errors at both sides of a layer
      {"fa", 22 + 13},          // the same
      {"dfa", 22 + 4 + 7},      // all activities, the error, and what reaches a layer
      {"drtp", 13 + 4 + 7},     // a layer, the label, and what reaches it
      {"ftp", 22 + 4 + 13},     // all activities, the comparison, targets of two layers
      {"tp", 22 + 20},          // all activities, two targets and a restored activity
      {"dtp", 22 + 20},         // the same
      {"pepita", 22 + 5 + 13},  // all activities, the shifted input, a layer of the second pass
      {"ff", 13 + 4},           // a layer
      {"readout", 13 + 4}};
  for (const RuleKind* kind : rule_kinds()) {
    const std::string name(kind->name);
    INFO(name);
    CHECK(cost_of_scenario(scenario_of({"rule=" + name, "array.kind=exact"})).held_values ==
          expected.at(name));
  }
}

TEST_CASE("costs are written with null for what is not known", "[cost]") {
  const ArmCost cost =
      cost_of_scenario(scenario_of({"rule=bp", "device.preset=taox-hfox", "periphery.adc_bits=8"}));
  const auto json = nlohmann::json::parse(cost_json({cost}));
  const auto& arm = json["arms"]["a"];
  CHECK(arm["per_sample"]["macs"] == 101 + 4 + 66 + 101);
  CHECK(arm["per_sample"]["forward_reads"] == 3);
  CHECK(arm["per_sample"]["transposed_reads"] == 2);
  CHECK(arm["per_sample"]["parameters"] == 101 + 17);
  CHECK(arm["per_sample"]["activation_bytes"] == 4 * 35);
  CHECK(arm["per_sample"]["write_pulses"].is_null());
  CHECK(arm["per_sample"]["energy"].is_null());
  CHECK(arm["per_sample"]["latency"].is_null());
  CHECK(arm["per_sample"]["energy_converters"].is_number());
  CHECK(arm["by_phase"]["update"]["macs"] == 101);
  CHECK(arm["by_layer"][0]["name"] == "dense1");
  CHECK(arm["by_layer"][0]["by_phase"]["first_forward"]["macs"] == 35);
  CHECK(arm["per_epoch"]["macs"] == 48 * (101 + 4 + 66 + 101));
  CHECK(arm["unknown"].size() == 3);  // of digital logic
  const std::string csv = cost_csv({cost});
  CHECK(csv.starts_with("arm,rule,device,part,phase,macs,"));
  CHECK(csv.find("\na,bp,taox-hfox,dense1,update,35,") != std::string::npos);
}

}  // namespace memtrain::test
