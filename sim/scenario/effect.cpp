#include "sim/scenario/effect.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace memtrain {
namespace {

constexpr std::array<std::string_view, 6> circuit_sections{
    "mapping", "wires", "tile", "periphery", "periphery.transposed", "periphery.write"};

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

}  // namespace

std::string without_effect(const Key& key, const Arm& arm) {
  const std::string_view section = section_of(key.path);
  const std::string_view name = name_in_section(key.path);
  const CircuitSettings& circuits = arm.array.circuits;
  if (of_circuits(section) && !find_array_kind(arm.array.kind)->circuits) {
    return fmt::format("array.kind '{}' has no circuits around it", arm.array.kind);
  }
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
