#pragma once
#include <initializer_list>
#include <map>
#include <string>
#include <vector>

#include "models/layers/layer.h"
#include "sim/base/parameter.h"
#include "sim/base/places.h"
#include "sim/scenario/place.h"

namespace memtrain {

/// A value somebody wrote for a key.
struct Assignment {
  Value value;
  Place place;
  bool from_preset = false;  ///< it came with device.preset
};

/// Checked values by key path, and the list of layers if it was given.
struct Assignments {
  std::map<std::string, Assignment, std::less<>> values;
  std::vector<LayerSettings> layers;
  Place layers_place;

  /// Lets `over` win where both say something.
  void overlay(const Assignments& over);
  /// The values given for one section, by the names its table uses.
  [[nodiscard]] ParameterValues section(std::string_view name) const;
  /// A word: what was given, or the key's default.
  [[nodiscard]] std::string word(std::string_view path) const;
  /// Where the first of these keys was written, one that did not come with a preset if there is
  /// any; else the fallback.
  [[nodiscard]] Place place_of(std::initializer_list<std::string_view> paths,
                               const Place& fallback) const;
  /// Where every key was written; else the fallback.
  [[nodiscard]] Places places(const Place& fallback) const;
};

/// An arm as it is written: its name and what it overrides.
struct ArmAssignments {
  std::string name;
  Place place;
  Assignments overrides;
};

/// A scenario as it is written, every key known and every value of the right type and in range.
struct ScenarioAssignments {
  Assignments base;
  std::vector<ArmAssignments> arms;
};

/// A device as a TOML file describes it: what it is, and the settings that make it.
struct DeviceFile {
  std::string summary, source;
  Assignments settings;  ///< of device, cell, pulse and energy
};
/// Reads the text of a device file: `model` and its parameters at the top, [cell], [pulse] and
/// [energy] as in a scenario, `summary` and `source`. Errors: Failure::usage with file and line.
[[nodiscard]] DeviceFile read_device_text(const std::string& name, const std::string& text);

/// The same of a processor: the keys of `digital` at the top, `summary` and `source`.
[[nodiscard]] DeviceFile read_processor_text(const std::string& name, const std::string& text);

/// Reads TOML text. Errors: Failure::usage with file and line.
[[nodiscard]] ScenarioAssignments read_assignments(const std::string& name,
                                                   const std::string& text);
/// Reads a value for one key and stores it, checked. Errors: Failure::usage, beginning with
/// `place`.
void assign_text(Assignments& into, const std::string& path, const std::string& text,
                 const Place& place);
/// Applies KEY=VALUE or arm.NAME.KEY=VALUE. A value that is not TOML is taken as a word. Errors:
/// Failure::usage, beginning with "--set KEY=VALUE: "; also for a text that is not UTF-8, which
/// neither a result nor a plan could hold.
void apply_override(ScenarioAssignments& scenario, const std::string& assignment);

}  // namespace memtrain
