#include "sim/scenario/scenario.h"

#include <numeric>

#include "sim/scenario/complete_scenario.h"
#include "tests/fuzz/settings_mutator.h"

// A scenario: from TOML to settings, arms and axes, with all checks and without training. What a
// scenario says of itself after defaults is a scenario too, and says the same, with its axes as
// well.
using namespace memtrain;

namespace {

/// The scenario at the first or at the last value of each axis; empty: these do not go together.
std::string at_end(const ScenarioText& text, const std::vector<Axis>& axes, bool last) {
  std::vector<std::string> set;
  for (const Axis& axis : axes) {
    const std::vector<std::string> assigned = axis.assignments(last ? axis.values.size() - 1 : 0);
    set.insert(set.end(), assigned.begin(), assigned.end());
  }
  try {
    return read_scenario(text, set).toml;
  } catch (const Error&) {
    return "";
  }
}

void complete(const ScenarioText& text, const std::vector<Axis>& axes) {
  // refused where it says something only at the values of its axes
  const ScenarioText again{"again.toml", complete_toml(text, {}, axes)};
  try {
    const std::vector<Axis> same = read_axes(again, {});
    (void)check_axes(again, {}, same);
    for (const bool last : {false, true}) {
      fuzz::require(at_end(again, same, last) == at_end(text, axes, last),
                    "a complete scenario has other points");
    }
  } catch (const Error& error) {
    fuzz::require(false, "a complete scenario with axes is refused: " + std::string(error.what()));
  }
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t most, unsigned seed) {
  return fuzz::mutate_settings(data, size, most, seed, "");
}

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ScenarioText text{"x.toml", std::string(fuzz::text_of(data, size))};
  fuzz::read_or_refuse([&] {
    const Scenario scenario = read_scenario(text, {});
    try {
      fuzz::require(read_scenario({"again.toml", scenario.toml}, {}).toml == scenario.toml,
                    "a complete scenario is read as another");
    } catch (const Error& error) {
      fuzz::require(false, "a complete scenario is refused: " + std::string(error.what()));
    }
  });
  fuzz::read_or_refuse([&] {
    const std::vector<Axis> axes = read_axes(text, {});
    const auto values =
        std::accumulate(axes.begin(), axes.end(), std::size_t{0},
                        [](std::size_t sum, const Axis& axis) { return sum + axis.values.size(); });
    if (values > 16) return;
    (void)check_axes(text, {}, axes);
    complete(text, axes);
  });
  return 0;
}
