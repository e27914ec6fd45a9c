#include "sim/scenario/scenario.h"

#include <numeric>

#include "sim/scenario/axis.h"
#include "tests/fuzz/settings_mutator.h"

// A scenario: from TOML to settings, arms and axes, with all checks and without training. What a
// scenario says of itself after defaults is a scenario too, and says the same.
using namespace memtrain;

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
    if (values <= 16) (void)check_axes(text, {}, axes);
  });
  return 0;
}
