#include "sim/scenario/array_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/scenario/device_file.h"
#include "sim/scenario/keys.h"
#include "sim/scenario/place.h"

namespace memtrain {
double device_number(const ArraySettings& array, std::string_view name) {
  if (const auto at = array.crosspoints.device.find(name); at != array.crosspoints.device.end()) {
    return std::get<double>(at->second);
  }
  for (const ParameterDescription& row : array.device->parameters()) {
    if (row.info.name == name) return std::get<double>(row.default_value);
  }
  return 0.0;
}

namespace {

/// The circuits of the transposed read: what is not said of it is as in the forward read.
ParameterValues transposed_section(const Assignments& merged) {
  ParameterValues transposed = merged.section("periphery.transposed");
  transposed.merge(merged.section("periphery"));
  return transposed;
}

bool device_has(const ArraySettings& array, std::string_view name) {
  const std::vector<ParameterDescription> rows = array.device->parameters();
  return std::any_of(rows.begin(), rows.end(),
                     [&](const ParameterDescription& row) { return row.info.name == name; });
}

/// A model that is driven by voltage has pulses of its own, and resistances.
EnergySettings energy_settings(const Assignments& merged, ArraySettings& array) {
  EnergySettings energy = settings_from(energy_parameters(), merged.section("energy"));
  const auto take = [&](float& value, std::string_view name) {
    if (std::isnan(value) && device_has(array, name)) {
      value = std::abs(static_cast<float>(device_number(array, name)));
    }
  };
  take(energy.v_up, "v_up");
  take(energy.t_up, "t_up");
  take(energy.v_down, "v_down");
  take(energy.t_down, "t_down");
  const bool unsaid = device_number(array, "g_max") == 0.0 && device_number(array, "g_min") == 0.0;
  if (device_has(array, "r_on") && unsaid) {
    array.crosspoints.device["g_max"] = 1.0 / device_number(array, "r_on");
    array.crosspoints.device["g_min"] = 1.0 / device_number(array, "r_off");
  }
  return energy;
}

ArraySettings read_settings(const Assignments& merged, const Owner& owner) {
  ArraySettings array;
  array.kind = merged.word("array.kind");
  array.device = find_device_model(merged.word("device.model"));
  // shared parameters that belong to other arms' models are left out, an arm's own that its model
  // lacks are refused
  array.crosspoints = crosspoint_settings(
      merged, *array.device,
      [&](const std::string& path) {
        return owner.own->values.contains(std::string(owner.prefix) + path);
      },
      " of " + owner.name, owner.place);
  array.transfer = settings_from(transfer_parameters(), merged.section("transfer"));
  array.low_precision = settings_from(low_precision_parameters(), merged.section("quantised"));
  CircuitSettings& circuits = array.circuits;
  circuits.tile = settings_from(tile_parameters(), merged.section("tile"));
  circuits.mapping = settings_from(mapping_parameters(), merged.section("mapping"));
  circuits.wires = settings_from(wire_parameters(), merged.section("wires"));
  circuits.programming = settings_from(programming_parameters(), merged.section("programming"));
  array.backward = settings_from(backward_parameters(), merged.section("backward"));
  circuits.faults = settings_from(fault_parameters(), merged.section("faults"));
  circuits.telegraph = settings_from(telegraph_parameters(), merged.section("telegraph"));
  array.crosspoints.faults = circuits.faults;
  array.crosspoints.endurance = settings_from(endurance_parameters(), merged.section("endurance"));
  circuits.forward = settings_from(read_parameters(), merged.section("periphery"));
  circuits.transposed = settings_from(read_parameters(), transposed_section(merged));
  circuits.write = settings_from(drive_parameters(), merged.section("periphery.write"));
  circuits.energy = energy_settings(merged, array);
  const EnergySettings& energy = circuits.energy;
  array.crosspoints.note_lines = !std::isnan(energy.t_up) && !std::isnan(energy.t_down);
  return array;
}

/// An array kind needs a device that it can write, in a way that it can write it. How is left to
/// the kind where nobody says it, and where it does nothing: it may then be said for other arrays.
void check_array_kind(Assignments& merged, const Owner& owner, ArraySettings& array) {
  const ArrayKind& kind = *find_array_kind(array.kind);
  if (kind.modes.empty()) return;
  if (!array.device->pulsed()) {
    if (array.kind == "crossbar") return;
    refuse(merged.place_of({"array.kind"}, owner.place),
           fmt::format("array.kind: '{}' needs a device that is written by pulses, not '{}' ({})",
                       array.kind, array.device->info().name, owner.name));
  }
  std::string& mode = array.crosspoints.pulse.mode;
  if (std::find(kind.modes.begin(), kind.modes.end(), mode) != kind.modes.end()) return;
  if (!owner.written || !merged.values.contains("pulse.mode")) {
    mode = kind.modes.front();
    merged.values["pulse.mode"] = {mode, owner.place};
    return;
  }
  refuse(merged.place_of({"pulse.mode"}, owner.place),
         fmt::format("pulse.mode: '{}' cannot be done by array.kind '{}' of {} (it can do: {})",
                     mode, array.kind, owner.name, fmt::join(kind.modes, ", ")));
}

/// Half-select disturb comes with coincidences: nothing would come of it where an array kind counts
/// out the pulses of its devices.
void check_half_select(const Assignments& merged, const Owner& owner, const ArraySettings& array) {
  const ParameterValues& device = array.crosspoints.device;
  const auto given = device.find("half_select");
  const bool asked = given != device.end() && std::get<bool>(given->second);
  if (!asked || !owner.written || find_array_kind(array.kind)->modes.empty()) return;
  const bool counts = array.kind == "buffered_transfer";  // out to its slow array
  if (array.crosspoints.pulse.mode == "stochastic" && !counts) return;
  refuse(merged.place_of({"device.half_select"}, owner.place),
         fmt::format("device.half_select: half-select disturb comes with coincidences only, and "
                     "array.kind '{}' of {} counts out pulses",
                     array.kind, owner.name));
}

/// Wires act on conductances: the device must say what its weights are in siemens.
void check_conductances(const Assignments& merged, const Owner& owner, const ArraySettings& array) {
  if (!find_array_kind(array.kind)->circuits || !array.circuits.wires.on()) return;
  const Place place = merged.place_of(
      {"wires.row_segment", "wires.column_segment", "wires.row_terminal", "wires.column_terminal"},
      "");
  for (const std::string_view name : {"w_max", "w_min"}) {
    if (std::isfinite(device_number(array, name))) continue;
    refuse(place, fmt::format("wires: the device of {0} must have bounds that stand for "
                              "conductances (give device.{1})",
                              owner.name, name));
  }
  if (device_number(array, "g_max") <= device_number(array, "g_min")) {
    refuse(place, fmt::format("wires: the conductances of the device of {} are not known (give "
                              "device.g_max above device.g_min, in siemens)",
                              owner.name));
  }
}

/// Bits can be put on a line one after another only where a converter makes some.
void check_encoding(const Assignments& merged, const Owner& owner, const ArraySettings& array) {
  const CircuitSettings& circuits = array.circuits;
  if (!find_array_kind(array.kind)->circuits || circuits.energy.encoding != "bit_serial") return;
  if (circuits.forward.dac.bits > 1 && circuits.transposed.dac.bits > 1) return;
  refuse(
      merged.place_of({"energy.encoding"}, owner.place),
      fmt::format("energy.encoding: bit_serial needs periphery.dac_bits of 2 at least in {} (and "
                  "periphery.transposed.dac_bits, if it is given)",
                  owner.name));
}

/// Devices can be stuck at their bounds only if they have some.
void check_faults(const Assignments& merged, const Owner& owner, const ArraySettings& array) {
  const FaultSettings& faults = array.circuits.faults;
  if (!find_array_kind(array.kind)->circuits || !faults.stuck()) return;
  const Place place =
      merged.place_of({"faults.stuck_low", "faults.stuck_high", "faults.stuck_random"}, "");
  if (faults.stuck_low + faults.stuck_high + faults.stuck_random > 1.0F) {
    refuse(place, fmt::format("faults: more than all devices of {} are stuck (the sum of "
                              "stuck_low, stuck_high and stuck_random is above 1)",
                              owner.name));
  }
  for (const std::string_view name : {"w_max", "w_min"}) {
    if (std::isfinite(device_number(array, name))) continue;
    refuse(place, fmt::format("faults: the device of {0} has no bounds to be stuck at (give "
                              "device.{1})",
                              owner.name, name));
  }
}

}  // namespace

ArraySettings array_settings(Assignments& merged, const Owner& owner) {
  ArraySettings array = read_settings(merged, owner);
  check_array_kind(merged, owner, array);
  check_half_select(merged, owner, array);
  check_conductances(merged, owner, array);
  check_faults(merged, owner, array);
  check_encoding(merged, owner, array);
  return array;
}

Assignments feedback_assignments(const Assignments& merged, const Needs& needs) {
  Assignments feedback;
  Assignments of_errors;
  Assignments own;
  for (const auto& [path, assignment] : merged.values) {
    if (is_of_feedback(path)) {
      // messages name the key as it is written
      own.values[path.substr(feedback_prefix.size())] = {
          assignment.value, assignment.place + std::string(feedback_prefix),
          assignment.from_preset};
      continue;
    }
    feedback.values[path] = assignment;
    if (!needs.errors_in_feedback) continue;
    if (section_of(path) == "periphery.transposed") {
      of_errors.values["periphery." + std::string(name_in_section(path))] = assignment;
    } else if (path == "quantised.error_bits") {
      of_errors.values["quantised.activation_bits"] = assignment;
    } else if (path == "quantised.error_bound") {
      of_errors.values["quantised.activation_bound"] = assignment;
    }
  }
  if (own.values.contains("device.preset") || own.values.contains("device.model")) {
    drop_preset(feedback);
  }
  feedback.values.erase("array.kind");
  feedback.overlay(of_errors);
  feedback.overlay(own);
  feedback.values.try_emplace(
      "array.kind",
      Assignment{find_key(std::string(feedback_prefix) + "array.kind")->default_value, ""});
  return feedback;
}

bool feedback_written(const Needs& needs, std::string_view programming_method) {
  return needs.learned_feedback || programming_method == "write_verify";
}

bool written_by_pulses(const ArraySettings& array) {
  return !find_array_kind(array.kind)->modes.empty() && array.device->pulsed();
}

std::string device_word(const ArraySettings& array, const std::string& preset) {
  if (array.kind == "exact") return "exact";
  if (array.kind == "quantised") {
    const LowPrecisionSettings& q = array.low_precision;
    return fmt::format("{} w{} a{} e{}", q.reading, q.weight_bits, q.activation_bits, q.error_bits);
  }
  std::string device = preset.empty() ? std::string(array.device->info().name) : preset;
  if (array.crosspoints.cell.kind != "single") device += " " + array.crosspoints.cell.kind;
  return array.kind == "crossbar" ? device : device + " " + array.kind;
}

}  // namespace memtrain
