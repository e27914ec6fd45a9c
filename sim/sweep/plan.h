#pragma once
#include <cstdint>
#include <filesystem>
#include <span>

#include "sim/scenario/axis.h"

namespace memtrain {

/// A sweep, complete: what is run, and where. Written once, never changed.
struct Plan {
  ScenarioText scenario;         ///< as the user wrote it
  std::vector<std::string> set;  ///< KEY=VALUE for all points
  std::string data_dir;          ///< where data sets are looked for first; may be empty
  std::string folder;            ///< what names of files in the scenario are relative to
  std::vector<Axis> axes;
  std::vector<std::uint32_t> values;  ///< [points × axes], which value of the axis

  [[nodiscard]] std::size_t points() const {
    return axes.empty() ? 1 : values.size() / axes.size();
  }
  /// Which value of each axis a point has.
  [[nodiscard]] std::span<const std::uint32_t> point(std::size_t number) const {
    return std::span(values).subspan(number * axes.size(), axes.size());
  }
  /// Everything that is set at a point.
  [[nodiscard]] std::vector<std::string> overrides(std::size_t number) const;
  /// A point in words: "periphery.adc_bits=6, train.seeds=[1]"; empty without axes.
  [[nodiscard]] std::string label(std::size_t number) const;
};

/// Most points of a plan.
inline constexpr std::size_t most_points = 1'000'000;

/// Lays points over the axes: all of the grid, the last axis fastest, or `sample` places on those
/// that are not tuned, each with all values of those that are, spread as evenly as a Sobol sequence
/// does (Sobol 1967, doi:10.1016/0041-5553(67)90144-9; direction numbers of Joe & Kuo 2008,
/// doi:10.1137/070709359). Errors: Failure::usage for more points than there can be.
void lay_points(Plan& plan, std::size_t sample);

/// Writes the plan's file, or reads it back. Errors: Failure::output; Failure::data.
void write_plan(const std::filesystem::path& file, const Plan& plan);
[[nodiscard]] Plan read_plan(const std::filesystem::path& file);

/// In what two plans differ first, in words; empty: in nothing.
[[nodiscard]] std::string difference(const Plan& there, const Plan& here);

}  // namespace memtrain
