#include "sim/scenario/effect.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "sim/scenario/array_settings.h"

namespace memtrain {
namespace {

std::string always(const Arm& /*arm*/, std::string_view /*name*/) { return ""; }

std::string of_train(const Arm& arm, std::string_view name) {
  const TrainSettings& train = arm.train;
  const bool step = train.schedule == "step";
  const bool to_the_end = train.schedule == "linear" || train.schedule == "cosine";
  const bool adam = train.optimiser.method == OptimiserMethod::adam;
  if (name == "decay" && !step && train.schedule != "exponential") {
    return "train.schedule is neither step nor exponential";
  }
  if (name == "decay_epochs" && !step) return "train.schedule is not step";
  if (name == "final_rate" && !to_the_end) return "train.schedule is neither linear nor cosine";
  if (name == "momentum" && adam) return "train.optimiser is adam";
  const bool of_adam = name == "beta1" || name == "beta2" || name == "epsilon";
  return of_adam && !adam ? "train.optimiser is not adam" : "";
}

std::string of_digital(const Arm& arm, std::string_view name) {
  const bool of_clock = name == "cycles_per_mac" || name == "cycles_per_operation";
  return of_clock && std::isnan(arm.digital.clock) ? "digital.clock is not known" : "";
}

std::string of_pulse_settings(const Arm& arm, std::string_view name) {
  const bool trains = arm.array.crosspoints.pulse.mode == "stochastic";
  return name == "write" && !trains ? "pulse.mode is not stochastic" : "";
}

std::string of_low_precision(const Arm& arm, std::string_view name) {
  return arm.array.kind == "quantised" ? without_effect(arm.array.low_precision, name)
                                       : "array.kind is not quantised";
}

std::string of_pulses(const Arm& arm) {
  if (arm.array.device->pulsed()) return "";
  return fmt::format("device '{}' is not written by pulses", arm.array.device->info().name);
}

std::string of_energy(const Arm& arm, std::string_view name) {
  const CircuitSettings& circuits = arm.array.circuits;
  const bool dac = circuits.forward.dac.on() || circuits.transposed.dac.on();
  const bool adc = circuits.forward.adc.on() || circuits.transposed.adc.on();
  if (name == "dac_energy" && !dac && !circuits.write.dac.on()) return "there is no DAC";
  const bool of_adc = name == "adc_energy" || name == "adc_time" || name == "outputs_per_adc";
  if (of_adc && !adc) return "there is no ADC: periphery.adc_bits and adc_resolution are 0";
  const bool of_pulse = name.ends_with("_up") || name.ends_with("_down");
  return of_pulse ? of_pulses(arm) : "";
}

std::string of_mapping(const Arm& arm, std::string_view name) {
  const CircuitSettings& circuits = arm.array.circuits;
  if (name == "offset" && !circuits.wires.on() && std::isnan(circuits.energy.v_read)) {
    return "without resistance in the wires, or energy.v_read, both ways are the same";
  }
  if (name == "devices" && arm.array.crosspoints.cell.kind == "single") {
    return "cell.kind is single: there is one device to read";
  }
  if (name == "largest" && circuits.mapping.scaling == "none") return "mapping.scaling is none";
  return "";
}

std::string of_wires(const Arm& arm, std::string_view name) {
  const bool word = name == "row_ends" || name == "column_ends" || name == "solver";
  return word && !arm.array.circuits.wires.on() ? "the wires have no resistance" : "";
}

std::string of_faults(const Arm& arm, std::string_view name) {
  return name == "seed" && !arm.array.circuits.faults.any() ? "nothing is broken" : "";
}

std::string of_endurance(const Arm& arm, std::string_view name) {
  if (name == "spread" && arm.array.crosspoints.endurance.writes == 0.0F) {
    return "endurance.writes is 0: without limit";
  }
  return of_pulses(arm);
}

std::string of_telegraph(const Arm& arm, std::string_view name) {
  const TelegraphSettings& settings = arm.array.circuits.telegraph;
  if (name != "fraction" && settings.fraction == 0.0F) return "telegraph.fraction is 0";
  if (name != "amplitude" && settings.amplitude == 0.0F) return "telegraph.amplitude is 0";
  return "";
}

std::string of_backward(const Arm& arm, std::string_view name) {
  const bool second = arm.array.backward.array == "second";
  if (second && !arm.needs.transposed_read) {
    return fmt::format("rule '{}' carries no errors back", arm.rule->name);
  }
  return name != "array" && !second ? "backward.array is not second" : "";
}

std::string of_programming(const Arm& arm, std::string_view name) {
  const bool by_pulses = arm.array.circuits.programming.method == "write_verify";
  return name == "method" && by_pulses ? of_pulses(arm) : "";
}

/// A section whose keys may do nothing, and why one of them does nothing.
struct Section {
  std::string_view name;
  bool circuits;  ///< of the circuits around an array, which not all kinds have
  std::string (*reason)(const Arm& arm, std::string_view name);
};

constexpr std::array<Section, 16> sections{{
    {"train", false, of_train},
    {"quantised", false, of_low_precision},
    {"digital", false, of_digital},
    {"pulse", false, of_pulse_settings},
    {"backward", true, of_backward},
    {"programming", true, of_programming},
    {"tile", true, always},
    {"energy", true, of_energy},
    {"mapping", true, of_mapping},
    {"wires", true, of_wires},
    {"faults", true, of_faults},
    {"endurance", true, of_endurance},
    {"telegraph", true, of_telegraph},
    {"periphery", true,
     [](const Arm& arm, std::string_view name) {
       return without_effect(arm.array.circuits.forward, name);
     }},
    {"periphery.transposed", true,
     [](const Arm& arm, std::string_view name) {
       return without_effect(arm.array.circuits.transposed, name);
     }},
    {"periphery.write", true,
     [](const Arm& arm, std::string_view name) {
       return without_effect(arm.array.circuits.write, name);
     }},
}};

}  // namespace

namespace {

/// An arm whose arrays are its rule's own: what is asked of them is asked as of a network's.
Arm with_feedback_arrays(const Arm& arm) {
  Arm own = arm;
  own.array = arm.feedback;
  own.feedback.kind = "exact";
  return own;
}

std::string of_feedback(const Arm& arm, std::string_view path) {
  if (!arm.needs.feedback_arrays) {
    return fmt::format("rule '{}' has no matrices of its own", arm.rule->name);
  }
  if (path == "array.kind") return "";
  if (arm.feedback.kind == "exact") return "feedback.array.kind is exact";
  const std::string_view section = section_of(path);
  const bool of_writing = section == "pulse" || section == "endurance" || section == "transfer";
  if (of_writing && !feedback_written(arm.needs, arm.feedback.circuits.programming.method)) {
    return fmt::format("rule '{}' does not write its matrices in training", arm.rule->name);
  }
  return without_effect(*find_key(path), with_feedback_arrays(arm));
}

std::string of_section(const Key& key, const Arm& arm) {
  const std::string_view name = section_of(key.path);
  if (find_rule_kind(name) != nullptr && name != arm.rule->name) {
    return fmt::format("its rule is '{}'", arm.rule->name);
  }
  if (name == arm.rule->name && arm.rule->without_effect != nullptr) {
    return arm.rule->without_effect(arm.rule_settings, name_in_section(key.path));
  }
  const auto section = std::find_if(sections.begin(), sections.end(),
                                    [&](const Section& each) { return each.name == name; });
  if (section == sections.end()) return "";
  if (section->circuits && !find_array_kind(arm.array.kind)->circuits) {
    return fmt::format("array.kind '{}' has no circuits around it", arm.array.kind);
  }
  return section->reason(arm, name_in_section(key.path));
}

}  // namespace

std::string without_effect(const Key& key, const Arm& arm) {
  if (is_of_feedback(key.path)) {
    return of_feedback(arm, std::string_view(key.path).substr(feedback_prefix.size()));
  }
  std::string reason = of_section(key, arm);
  // feedback arrays may have it from the network's
  const bool inherited = !reason.empty() && arm.feedback.kind != "exact" &&
                         find_key(std::string(feedback_prefix) + key.path) != nullptr;
  if (inherited && of_section(key, with_feedback_arrays(arm)).empty()) return "";
  return reason;
}

}  // namespace memtrain
