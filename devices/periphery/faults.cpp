#include "devices/periphery/faults.h"

#include <array>

#include "sim/base/stream.h"

namespace memtrain {

std::span<const Parameter<FaultSettings>> fault_parameters() {
  using S = FaultSettings;
  static constexpr std::array<Parameter<S>, 6> rows{{
      {{"stuck_low", "1", 0, 1, "part of the devices stuck at their lower bound"},
       member<&S::stuck_low>},
      {{"stuck_high", "1", 0, 1, "part of the devices stuck at their upper bound"},
       member<&S::stuck_high>},
      {{"stuck_random", "1", 0, 1, "part of the devices stuck anywhere between their bounds"},
       member<&S::stuck_random>},
      {{"dead_rows", "1", 0, 1, "part of the word lines (inputs) of a tile that are open"},
       member<&S::dead_rows>},
      {{"dead_columns", "1", 0, 1, "part of the bit lines (outputs) of a tile that are open"},
       member<&S::dead_columns>},
      {{"seed", "1", -1, 2147483647, "which faults; -1: others for every seed of the run"},
       member<&S::seed>},
  }};
  return rows;
}

std::span<const Parameter<EnduranceSettings>> endurance_parameters() {
  using S = EnduranceSettings;
  static constexpr std::array<Parameter<S>, 2> rows{{
      {{"writes", "pulse", 0, 1e9, "median number of pulses after which a device sticks; 0: never"},
       member<&S::writes>},
      {{"spread", "1", 0, 10, "log-normal spread of that number from device to device"},
       member<&S::spread>},
  }};
  return rows;
}

namespace {

/// Uniform on (0, 1).
float unit(float on_minus_one_to_one) { return 0.5F * (on_minus_one_to_one + 1.0F); }

// draws of a row of the stream `faults`
constexpr std::uint8_t stuck_draw = 0, row_draw = 1, column_draw = 2;

}  // namespace

std::vector<StuckDevice> draw_stuck_devices(const FaultSettings& faults, Index outputs,
                                            Index inputs, const FaultPlace& place) {
  std::vector<StuckDevice> stuck;
  if (!faults.stuck()) return stuck;
  const Stream stream{.seed = faults.seed_of(place.seed),
                      .purpose = Purpose::faults,
                      .layer = place.layer,
                      .batch = place.device};
  std::vector<float> drawn(2 * static_cast<std::size_t>(inputs));
  for (Index j = 0; j < outputs; ++j) {
    fill_uniform(stream, static_cast<std::uint32_t>(j), drawn, stuck_draw);
    for (Index i = 0; i < inputs; ++i) {
      const float chance = unit(drawn[static_cast<std::size_t>(i)]);
      if (chance < faults.stuck_low) {
        stuck.push_back({j, i, 0.0F});
      } else if (chance < faults.stuck_low + faults.stuck_high) {
        stuck.push_back({j, i, 1.0F});
      } else if (chance < faults.stuck_low + faults.stuck_high + faults.stuck_random) {
        stuck.push_back({j, i, unit(drawn[static_cast<std::size_t>(inputs + i)])});
      }
    }
  }
  return stuck;
}

DeadLines draw_dead_lines(const FaultSettings& faults, Index outputs, Index inputs,
                          const FaultPlace& place) {
  const Stream stream{
      .seed = faults.seed_of(place.seed), .purpose = Purpose::faults, .layer = place.layer};
  const auto draw = [&](float rate, Index lines, std::uint8_t which) {
    std::vector<Index> dead;
    if (rate == 0.0F) return dead;
    std::vector<float> drawn(static_cast<std::size_t>(lines));
    fill_uniform(stream, place.device, drawn, which);
    for (Index line = 0; line < lines; ++line) {
      if (unit(drawn[static_cast<std::size_t>(line)]) < rate) dead.push_back(line);
    }
    return dead;
  };
  return {draw(faults.dead_rows, inputs, row_draw),
          draw(faults.dead_columns, outputs, column_draw)};
}

}  // namespace memtrain
