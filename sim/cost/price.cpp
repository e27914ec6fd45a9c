#include "sim/cost/price.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/base/unknown.h"
#include "sim/scenario/array_settings.h"

namespace memtrain {
namespace {

constexpr auto update_phase = static_cast<std::size_t>(CostPhase::update);

/// Nothing costs nothing, whatever the price.
double priced(double count, double price) { return count == 0.0 ? 0.0 : count * price; }

/// Seconds of a pipeline that N samples in B mini-batches pass, with the seconds of each part for
/// all of them.
double piped(const std::vector<double>& parts, const Extent& extent) {
  double sum = 0, longest = 0;
  for (const double part : parts) {
    sum += part;
    longest = larger_known(longest, part);
  }
  const double filling = extent.batches / extent.samples;
  return filling * sum + (1.0 - filling) * longest;
}

}  // namespace

PartAccounts accounts_of(const Network& network, const LearningRule& rule) {
  PartAccounts parts;
  for (std::size_t l = 0; l < network.size(); ++l) parts.push_back(network.layer(l).account());
  parts.push_back(rule.account());
  return parts;
}

std::vector<std::string> part_names(const Network& network) {
  std::vector<std::string> names;
  for (std::size_t l = 0; l < network.size(); ++l) names.push_back(network.layer(l).name());
  names.emplace_back("rule");
  return names;
}

std::vector<std::string> phase_names() { return {cost_phases.begin(), cost_phases.end()}; }

double digital_energy(const Events& events, const DigitalSettings& digital) {
  return priced(events.digital_macs, static_cast<double>(digital.energy_per_mac)) +
         priced(events.operations, static_cast<double>(digital.energy_per_operation));
}

double energy(const Events& events, const DigitalSettings& digital) {
  return events.energy.total() + digital_energy(events, digital);
}

double seconds(const Events& events, const DigitalSettings& digital) {
  const double cycles = events.digital_macs * static_cast<double>(digital.cycles_per_mac) +
                        events.operations * static_cast<double>(digital.cycles_per_operation);
  return events.seconds + priced(cycles, 1.0 / static_cast<double>(digital.clock));
}

double latency(const PartAccounts& parts, const DigitalSettings& digital,
               const TimingSettings& timing, const Extent& extent) {
  if (extent.samples == 0.0) return 0.0;
  std::vector<std::vector<double>> by_phase(cost_phases.size());
  for (std::size_t phase = 0; phase < cost_phases.size(); ++phase) {
    for (const Account& part : parts) {
      by_phase[phase].push_back(seconds(part.phases()[phase], digital));
    }
  }
  double sum = 0;
  if (timing.pipeline == "none") {
    for (const auto& phase : by_phase) {
      for (const double part : phase) sum += part;
    }
    return sum;
  }
  std::vector<double> reading(parts.size(), 0.0);
  for (std::size_t phase = 0; phase < update_phase; ++phase) {
    sum += piped(by_phase[phase], extent);
    for (std::size_t l = 0; l < parts.size(); ++l) reading[l] += by_phase[phase][l];
  }
  if (timing.pipeline == "overlapped") sum = piped(reading, extent);
  double update = 0;
  for (const double part : by_phase[update_phase]) update = larger_known(update, part);
  return sum + update;
}

PhaseCost phase_cost(const Events& events, const DigitalSettings& digital) {
  return {.macs = events.macs,
          .operations = events.operations,
          .forward_reads = events.forward_reads,
          .transposed_reads = events.transposed_reads,
          .dac_conversions = events.converters.dac_conversions,
          .adc_conversions = events.converters.adc_conversions,
          .write_pulses = events.write_pulses,
          .energy = energy(events, digital),
          .latency = seconds(events, digital)};
}

std::vector<PhaseCost> phase_costs(const PartAccounts& parts, const DigitalSettings& digital) {
  std::vector<PhaseCost> costs;
  for (const Account& part : parts) {
    for (const Events& phase : part.phases()) costs.push_back(phase_cost(phase, digital));
  }
  return costs;
}

void record_costs(const PartAccounts& parts, const Arm& arm, const Extent& extent,
                  EpochRecord& record) {
  Account all;
  for (const Account& part : parts) all += part;
  const Events events = all.total();
  record.macs = events.macs;
  record.digital_macs = events.digital_macs;
  record.operations = events.operations;
  record.forward_reads = events.forward_reads;
  record.transposed_reads = events.transposed_reads;
  record.dac_conversions = events.converters.dac_conversions;
  record.dac_saturations = events.converters.dac_saturations;
  record.adc_conversions = events.converters.adc_conversions;
  record.adc_saturations = events.converters.adc_saturations;
  record.programmed_weights = events.programmed_weights;
  record.write_pulses = events.write_pulses;
  record.energy = energy(events, arm.digital);
  record.energy_device_reads = events.energy.device_reads;
  record.energy_device_writes = events.energy.device_writes;
  record.energy_half_select = events.energy.half_select;
  record.energy_wires = events.energy.wires;
  record.energy_converters = events.energy.converters;
  record.energy_digital = digital_energy(events, arm.digital);
  record.latency = latency(parts, arm.digital, arm.timing, extent);
  record.costs = phase_costs(parts, arm.digital);
}

namespace {

/// The parameters of an array that are not known; `prefix` of its keys.
void add_unknown_of(const ArraySettings& array, const std::string& prefix, bool written,
                    std::vector<std::string>& unknown_keys) {
  if (!find_array_kind(array.kind)->circuits) return;
  const EnergySettings& energy = array.circuits.energy;
  if (device_number(array, "g_max") <= device_number(array, "g_min")) {
    unknown_keys.push_back(prefix + "device.g_max");
  }
  const auto need_all = [&](const std::vector<std::string_view>& names) {
    for (const std::string_view name : names) {
      unknown_keys.push_back(fmt::format("{}energy.{}", prefix, name));
    }
  };
  need_all(energy.unknown_of_reads());
  if (!written) return;
  if (!array.device->pulsed()) {
    unknown_keys.push_back(fmt::format("pulses of {}device.model '{}' (it has none)", prefix,
                                       array.device->info().name));
    return;
  }
  if (array.crosspoints.pulse.mode == "float") {
    unknown_keys.push_back(fmt::format("pulses of {}pulse.mode 'float' (it has none)", prefix));
  }
  need_all(energy.unknown_of_pulses());
}

}  // namespace

std::vector<std::string> unknown_costs(const Arm& arm) {
  std::vector<std::string> keys;
  add_unknown_of(arm.array, "", true, keys);
  if (arm.array.backward.array == "second" && arm.needs.transposed_read &&
      arm.array.circuits.programming.method == "exact") {
    keys.emplace_back("pulses of programming.method 'exact' (it has none)");
  }
  if (arm.needs.feedback_arrays) {
    add_unknown_of(arm.feedback, "feedback.", arm.needs.learned_feedback, keys);
  }
  const DigitalSettings& digital = arm.digital;
  if (std::isnan(digital.energy_per_mac)) keys.emplace_back("digital.energy_per_mac");
  if (std::isnan(digital.energy_per_operation)) {
    keys.emplace_back("digital.energy_per_operation");
  }
  if (std::isnan(digital.clock)) keys.emplace_back("digital.clock");
  return keys;
}

}  // namespace memtrain
