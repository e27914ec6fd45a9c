#include "sim/run/arm_cost.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "sim/base/unknown.h"
#include "sim/data/augment.h"
#include "sim/run/applied_products.h"
#include "sim/run/evaluate.h"
#include "sim/run/schedule.h"
#include "sim/run/train_arm.h"
#include "sim/scenario/array_settings.h"

namespace memtrain {
namespace {

constexpr int never = std::numeric_limits<int>::max();

/// An arm's network and rule, as training has them.
struct Learner {
  Learner(const Arm& arm, const Dataset& data, std::uint64_t seed)
      : network(arm_network(arm, network_arrays(arm), data, seed)),
        rule(arm.rule->make(arm.rule_settings, {&network, seed, arm.feedback})),
        products(network, arm.train.clip_norm) {
    check_output(network, arm, data);
  }

  void learn(const MiniBatch& batch, float rate, const Pass& pass) {
    products.begin(rate, pass);
    (void)rule->learn(network, batch, products, pass);
    products.end();
    rule->rest(pass);
  }
  [[nodiscard]] PartAccounts accounts() const { return accounts_of(network, *rule); }

  Network network;
  std::unique_ptr<LearningRule> rule;
  AppliedProducts products;
};

/// The account of learning from one blank sample, without what has happened before.
PartAccounts of_one_sample(const Arm& arm, const Dataset& blank) {
  Learner learner(arm, blank, 0);
  PartAccounts accounts = learner.accounts();
  Batch inputs, targets;
  const std::uint32_t first = 0;
  gather_inputs(blank.train, {&first, 1}, inputs);
  gather_targets(blank.train, {&first, 1}, blank.target, targets);
  learner.learn({inputs, targets}, 0.0F, {});
  const PartAccounts after = learner.accounts();
  for (std::size_t p = 0; p < accounts.size(); ++p) {
    Account difference = after[p];
    accounts[p] = difference.add(accounts[p], -1.0);
  }
  return accounts;
}

bool transfers(const ArraySettings& array) {
  return array.kind == "transfer" || array.kind == "buffered_transfer";
}

void add(PartAccounts& sum, const PartAccounts& other, double factor) {
  for (std::size_t p = 0; p < sum.size(); ++p) sum[p].add(other[p], factor);
}

/// Makes unknown what depends on the data. `written`: by pulses.
void forget_data(Account& account, const ArraySettings& array, bool written) {
  const bool circuits = find_array_kind(array.kind)->circuits;
  if (!circuits) return;
  for (std::size_t p = 0; p < cost_phases.size(); ++p) {
    const auto phase = static_cast<CostPhase>(p);
    Events& events = account[phase];
    const bool reads = events.forward_reads + events.transposed_reads > 0;
    if (reads) {
      const CircuitSettings& around = array.circuits;
      const ReadSettings& read =
          phase == CostPhase::transposed ? around.transposed : around.forward;
      events.energy.device_reads = events.energy.wires = unknown;
      if (read.bound_management == "iterative") {
        events.converters.dac_conversions = events.converters.adc_conversions = unknown;
        events.energy.converters = events.seconds = unknown;
      }
    }
    if (phase != CostPhase::update || events.macs == 0.0) continue;
    if (written) events.write_pulses = unknown;
    const bool copied =
        array.backward.array == "second" && array.circuits.programming.method == "write_verify";
    if (copied || (written && array.crosspoints.pulse.mode == "write_verify")) {
      events.forward_reads = unknown;
      events.converters.dac_conversions = events.converters.adc_conversions = unknown;
      events.energy.converters = unknown;
    }
    events.energy.device_writes = events.energy.half_select = events.energy.wires = unknown;
    events.seconds = unknown;
  }
}

/// Multiply-accumulates as the sheet counts them.
SheetCounts sheet_counts(Network& network) {
  SheetCounts sheet;
  std::vector<Activity> activities;
  network.forward(Batch::Zero(1, network.layer(0).inputs()), activities, {});
  for (std::size_t l = 0; l < network.size(); ++l) {
    const Layer& layer = network.layer(l);
    const double macs = layer.account().total().macs;
    sheet.forward += macs;
    if (layer.weights().empty()) continue;
    if (sheet.first_layer == 0.0) sheet.first_layer = sheet.forward;
    sheet.update += macs;
    sheet.all_outputs += static_cast<double>(layer.outputs());
  }
  sheet.outputs = static_cast<double>(network.output().outputs());
  sheet.features = static_cast<double>(network.layer(0).inputs());
  if (!network.hidden().empty()) {
    sheet.first_hidden = static_cast<double>(network.layer(network.hidden()[0]).outputs());
  }
  return sheet;
}

/// The sheet has no recurrent networks.
bool recurs(const Network& network) {
  for (std::size_t l = 0; l < network.size(); ++l) {
    if (network.layer(l).steps() > 1) return true;
  }
  return false;
}

/// Everything that follows from the accounts of one sample; `batch`: samples in the mini-batches
/// that the latency is of.
ArmCost summed_up(const Arm& arm, const Learner& learner, const Dataset& data,
                  const PartAccounts& accounts, double batch) {
  ArmCost cost{.arm = arm.name,
               .rule = std::string(arm.rule->name),
               .device = arm.device,
               .parts = part_names(learner.network)};
  Account all;
  for (const Account& part : accounts) all += part;
  const Events total = all.total();
  cost.total = phase_cost(total, arm.digital);
  cost.total.latency =
      latency(accounts, arm.digital, arm.timing, {.samples = 1.0, .batches = 1.0 / batch});
  cost.costs = phase_costs(accounts, arm.digital);
  for (const Account& part : accounts) {
    cost.by_part.push_back(phase_cost(part.total(), arm.digital));
  }
  for (const Events& phase : all.phases()) cost.by_phase.push_back(phase_cost(phase, arm.digital));
  cost.energy = total.energy;
  cost.digital_energy = digital_energy(total, arm.digital);
  cost.digital_macs = total.digital_macs;
  cost.programmed_weights = total.programmed_weights;
  for (std::size_t id = 0; id < learner.network.weight_count(); ++id) {
    cost.parameters += learner.network.weights(id).parameters();
  }
  cost.rule_parameters = learner.rule->parameters();
  cost.held_values = learner.rule->held_values(learner.network);
  if (!recurs(learner.network)) {
    Network plain = arm_network(arm, {.kind = "exact"}, data, 0);
    const SheetCounts sheet = sheet_counts(plain);
    for (const RuleKind* kind : rule_kinds()) {
      if (kind->sheet_macs == nullptr) continue;
      cost.sheet_macs.emplace_back(kind->name, kind->sheet_macs(sheet));
    }
  }
  cost.unknown = unknown_costs(arm);
  return cost;
}

/// What happens less often than in so many mini-batches.
std::vector<std::string> rarer_than(const Arm& arm, Index batches) {
  std::vector<std::string> rarer;
  const auto note = [&](const std::string& key, Index every, bool happens) {
    if (happens && every > batches) rarer.push_back(fmt::format("{} = {}", key, every));
  };
  const auto of_cells = [&](const std::string& prefix, const ArraySettings& array) {
    if (!written_by_pulses(array)) return;
    const CellSettings& cell = array.crosspoints.cell;
    note(prefix + "cell.carry_every", cell.carry_every, cell.kind == "sliced");
    note(prefix + "cell.refresh_every", cell.refresh_every, cell.kind == "one_sided");
    const Index samples = array.transfer.every;
    note(prefix + "transfer.every", samples / arm.train.batch, transfers(array));
  };
  const ArraySettings array = network_arrays(arm);
  of_cells("", array);
  if (arm.needs.learned_feedback) of_cells("feedback.", arm.feedback);
  note("backward.refresh_every", array.backward.refresh_every,
       find_array_kind(array.kind)->circuits && array.backward.array == "second");
  return rarer;
}

}  // namespace

ArmCost cost_of(const Arm& arm, const BlankDataset& data) {
  check_sizes(arm, data.data, {data.train_samples, data.validation_samples});
  const ArraySettings array = network_arrays(arm);
  Arm rarely = arm;
  rarely.array = array;
  // nothing of these changes what is counted
  rarely.array.circuits.wires = {};
  rarely.array.circuits.faults = {};
  rarely.array.circuits.telegraph = {};
  rarely.array.transfer.every = never;
  rarely.array.backward.refresh_every = never;
  rarely.feedback.transfer.every = never;
  PartAccounts accounts = of_one_sample(rarely, data.data);
  const PartAccounts without = accounts;
  // what happens now and then: what it adds when it happens, in its part of the samples
  const auto add_share = [&](const Arm& always, double samples) {
    add(accounts, of_one_sample(always, data.data), 1.0 / samples);
    add(accounts, without, -1.0 / samples);
  };
  if (transfers(array)) {
    Arm always = rarely;
    always.array.transfer.every = 1;
    add_share(always, array.transfer.every);
  }
  if (transfers(arm.feedback)) {
    Arm always = rarely;
    always.feedback.transfer.every = 1;
    add_share(always, arm.feedback.transfer.every);
  }
  if (array.backward.array == "second") {
    Arm always = rarely;
    always.array.backward.refresh_every = 1;
    add_share(always, static_cast<double>(array.backward.refresh_every) * arm.train.batch);
  }
  for (std::size_t p = 0; p + 1 < accounts.size(); ++p) {
    forget_data(accounts[p], array, written_by_pulses(array));
  }
  forget_data(accounts.back(), arm.feedback, written_by_pulses(arm.feedback));
  Learner learner(rarely, data.data, 0);
  ArmCost cost = summed_up(arm, learner, data.data, accounts, arm.train.batch);
  cost.samples_per_epoch =
      arm.train.samples_per_epoch > 0 ? arm.train.samples_per_epoch : data.train_samples;
  return cost;
}

ArmCost measured_cost(const Arm& arm, const Dataset& data, std::uint64_t seed, Index batches) {
  check_sizes(arm, data, {data.train.size(), data.validation.size()});
  Learner learner(arm, data, seed);
  PartAccounts accounts = learner.accounts();
  Augmentation augmentation(data);
  std::vector<std::uint32_t> order(static_cast<std::size_t>(data.train.size()));
  fill_permutation({.seed = seed, .purpose = Purpose::shuffle, .epoch = 1}, order);
  Batch inputs, targets;
  const auto epoch = static_cast<std::size_t>(samples_per_epoch(arm, data));
  const auto size = std::min(static_cast<std::size_t>(arm.train.batch), epoch);
  const auto most = static_cast<Index>(epoch / size);
  batches = std::min(batches, most);
  for (Index b = 0; b < batches; ++b) {
    const Pass pass{seed, 1, static_cast<std::uint32_t>(b)};
    const std::span<const std::uint32_t> which =
        std::span(order).subspan(static_cast<std::size_t>(b) * size, size);
    gather_inputs(data.train, which, inputs);
    augmentation.apply(inputs, pass.stream(Purpose::augmentation, 0));
    gather_targets(data.train, which, data.target, targets);
    const double epochs =
        static_cast<double>(b) * static_cast<double>(size) / static_cast<double>(epoch);
    learner.learn({inputs, targets},
                  static_cast<float>(arm.train.learning_rate * rate_factor(arm.train, epochs)),
                  pass);
  }
  const PartAccounts after = learner.accounts();
  const double samples = static_cast<double>(batches) * static_cast<double>(size);
  for (std::size_t p = 0; p < accounts.size(); ++p) {
    Account difference = after[p];
    difference.add(accounts[p], -1.0);
    accounts[p] = Account();
    accounts[p].add(difference, 1.0 / samples);
  }
  ArmCost cost = summed_up(arm, learner, data, accounts, static_cast<double>(size));
  cost.samples_per_epoch = samples_per_epoch(arm, data);
  cost.batches = batches;
  cost.missed = rarer_than(arm, batches);
  return cost;
}

}  // namespace memtrain
