#pragma once
#include <optional>
#include <string>
#include <vector>

#include "sim/scenario/assignments.h"
#include "sim/scenario/scenario.h"

namespace memtrain {

/// One direction of a sweep: a setting, of the base or of one arm, and the values that it takes.
struct Axis {
  std::string key;                  ///< "periphery.adc_bits", or "arm.NAME.KEY"
  std::vector<std::string> values;  ///< as --set takes them; at least one, each once
  Place place;                      ///< where it is written, for messages

  /// What --set would be told for one of the values.
  [[nodiscard]] std::string assignment(std::size_t value) const {
    return key + "=" + values[value];
  }
  /// The values as numbers, if all are numbers.
  [[nodiscard]] std::optional<std::vector<double>> numbers() const;
};

/// The axes of a scenario's [sweep] table, and of `vary`: KEY=SPEC as given to --vary, each instead
/// of the table's axis of that key. A SPEC is v1,v2,v3 or lo:hi:n (equal steps) or lo:hi:n:log
/// (equal factors); in the table it may also be a list. Settings that are lists themselves, such as
/// train.seeds, take a single value for a list of one. Errors: Failure::usage.
[[nodiscard]] std::vector<Axis> read_axes(const ScenarioText& scenario,
                                          const std::vector<std::string>& vary);

/// Checks that every value of every axis can be set, with the other axes at their first values, and
/// that every axis makes a difference. Of long axes, type and range of all values are checked, and
/// the whole scenario for some. Returns a remark for each axis that some arms do not follow because
/// they set that themselves, or have no use for it. Errors: Failure::usage.
[[nodiscard]] std::vector<std::string> check_axes(const ScenarioText& scenario,
                                                  const std::vector<std::string>& set,
                                                  const std::vector<Axis>& axes);

/// The axes as a [sweep] table; empty without any.
[[nodiscard]] std::string axes_toml(const std::vector<Axis>& axes);

}  // namespace memtrain
