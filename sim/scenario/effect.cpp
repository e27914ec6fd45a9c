#include "sim/scenario/effect.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace memtrain {
namespace {

constexpr std::array<std::string_view, 11> circuit_sections{
    "backward",       "programming", "tile",      "mapping",   "wires",
    "faults",         "endurance",   "telegraph", "periphery", "periphery.transposed",
    "periphery.write"};

bool of_circuits(std::string_view section) {
  return std::find(circuit_sections.begin(), circuit_sections.end(), section) !=
         circuit_sections.end();
}

std::string mapping_without_effect(const CircuitSettings& circuits, std::string_view name) {
  if (name == "offset" && !circuits.wires.on()) {
    return "without resistance in the wires both ways are the same";
  }
  if (name == "largest" && circuits.mapping.scaling == "none") return "mapping.scaling is none";
  return "";
}

std::string telegraph_without_effect(const TelegraphSettings& settings, std::string_view name) {
  if (name != "fraction" && settings.fraction == 0.0F) return "telegraph.fraction is 0";
  if (name != "amplitude" && settings.amplitude == 0.0F) return "telegraph.amplitude is 0";
  return "";
}

}  // namespace

std::string without_effect(const Key& key, const Arm& arm) {
  const std::string_view section = section_of(key.path);
  const std::string_view name = name_in_section(key.path);
  const auto path_is = [&](std::string_view path) { return key.path == path; };
  const CircuitSettings& circuits = arm.array.circuits;
  if (of_circuits(section) && !find_array_kind(arm.array.kind)->circuits) {
    return fmt::format("array.kind '{}' has no circuits around it", arm.array.kind);
  }
  if (section == "quantised") {
    return arm.array.kind == "quantised" ? without_effect(arm.array.low_precision, name)
                                         : "array.kind is not quantised";
  }
  if (section == "faults" && name == "seed" && !circuits.faults.any()) return "nothing is broken";
  if (section == "endurance" && !arm.array.device->pulsed()) {
    return fmt::format("device '{}' is not written by pulses", arm.array.device->info().name);
  }
  if (path_is("endurance.spread") && arm.array.crosspoints.endurance.writes == 0.0F) {
    return "endurance.writes is 0: without limit";
  }
  if (section == "backward" && name != "array" && arm.array.backward.array != "second") {
    return "backward.array is not second";
  }
  if (path_is("backward.array") && arm.array.backward.array == "second" &&
      !arm.rule->needs.transposed_read) {
    return fmt::format("rule '{}' carries no errors back", arm.rule->name);
  }
  if (path_is("programming.method") && arm.array.circuits.programming.method == "write_verify" &&
      !arm.array.device->pulsed()) {
    return fmt::format("device '{}' is not written by pulses", arm.array.device->info().name);
  }
  if (section == "telegraph") return telegraph_without_effect(circuits.telegraph, name);
  if (section == "mapping") return mapping_without_effect(circuits, name);
  if (section == "wires" && !circuits.wires.on()) {
    const bool word = name == "row_ends" || name == "column_ends" || name == "solver";
    return word ? "the wires have no resistance" : "";
  }
  if (section == "periphery") return without_effect(circuits.forward, name);
  if (section == "periphery.transposed") return without_effect(circuits.transposed, name);
  if (section == "periphery.write") return without_effect(circuits.write, name);
  return "";
}

}  // namespace memtrain
