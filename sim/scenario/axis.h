#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/scenario/assignments.h"
#include "sim/scenario/scenario.h"

namespace memtrain {

/// One direction of a sweep: a setting, of the base or of one arm, or several that go together, and
/// the values that they take.
struct Axis {
  /// What the values are for: all are looked at, or the best one is chosen for each arm, by
  /// held-out samples, wherever the sweep looks.
  enum class Use : std::uint8_t { sweep, tune };

  std::string key;                  ///< "periphery.adc_bits", "arm.NAME.KEY", or "KEY+KEY"
  std::vector<std::string> values;  ///< as --set takes them; at least one, each once
  Place place;                      ///< where it is written, for messages
  Use use = Use::sweep;
  std::vector<std::string> apart = {};  ///< of one that is tuned: the arms it does not act on

  /// The settings: one, or those that go together.
  [[nodiscard]] std::vector<std::string> keys() const;
  /// What --set would be told for one of the values, for each setting.
  [[nodiscard]] std::vector<std::string> assignments(std::size_t value) const;
  /// Whether the samples are others at each of its values.
  [[nodiscard]] bool changes_data() const;
  /// The values as numbers, if all are numbers.
  [[nodiscard]] std::optional<std::vector<double>> numbers() const;
};

/// The axes of a scenario's [sweep] and [tune] tables, and KEY=SPEC as given to --vary and --tune,
/// each instead of the tables' axis of that key; those to tune come last. KEY may be several
/// settings that take the same value, with + between them. A SPEC is v1,v2,v3 or lo:hi:n (equal
/// steps) or lo:hi:n:log (equal factors); in a table it may also be a list. Settings that are lists
/// themselves, such as train.seeds, take a single value for a list of one. Errors: Failure::usage.
[[nodiscard]] std::vector<Axis> read_axes(const ScenarioText& scenario,
                                          const std::vector<std::string>& vary,
                                          const std::vector<std::string>& tune = {});

/// Checks that every value of every axis can be set, with the other axes at their first values,
/// that every axis makes a difference, and that there are held-out samples to tune by. Of long
/// axes, type and range of all values are checked, and the whole scenario for some. Returns a
/// remark for each axis that some arms do not follow because they set that themselves, or have no
/// use for it. Errors: Failure::usage.
[[nodiscard]] std::vector<std::string> check_axes(const ScenarioText& scenario,
                                                  const std::vector<std::string>& set,
                                                  const std::vector<Axis>& axes);

/// Notes which arms each axis that is tuned does not act on, as check_axes() remarks of others. The
/// axes are checked.
void note_arms_apart(const ScenarioText& scenario, const std::vector<std::string>& set,
                     std::vector<Axis>& axes);

/// The axes as [sweep] and [tune] tables; empty without any.
[[nodiscard]] std::string axes_toml(const std::vector<Axis>& axes);

}  // namespace memtrain
