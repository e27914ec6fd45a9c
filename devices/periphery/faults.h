#pragma once
#include <span>
#include <vector>

#include "devices/periphery/group_seed.h"
#include "sim/base/batch.h"
#include "sim/base/parameter.h"

namespace memtrain {

/// What is broken in an array from the beginning, drawn once for a seed.
struct FaultSettings {
  float stuck_low = 0.0F;     ///< part of the devices that are stuck at their lower bound
  float stuck_high = 0.0F;    ///< … at their upper bound
  float stuck_random = 0.0F;  ///< … anywhere between
  float dead_rows = 0.0F;     ///< part of a tile's word lines that are open
  float dead_columns = 0.0F;  ///< part of a tile's bit lines that are open
  int seed = -1;              ///< of all faults, each group's its own; −1: that of the run

  [[nodiscard]] bool any() const { return stuck() || dead_rows + dead_columns > 0.0F; }
  [[nodiscard]] bool stuck() const { return stuck_low + stuck_high + stuck_random > 0.0F; }
  [[nodiscard]] std::uint64_t seed_of(std::uint64_t run) const {
    return seed < 0 ? run : seed_in_group(static_cast<std::uint64_t>(seed), group_of(run));
  }
};
[[nodiscard]] std::span<const Parameter<FaultSettings>> fault_parameters();

/// A device that cannot be written.
struct StuckDevice {
  Index output, input;
  float part;  ///< where it is between its lower bound, 0, and its upper bound, 1
};

/// Where an array of devices is: names its faults.
struct FaultPlace {
  std::uint64_t seed = 0;
  std::uint16_t layer = 0;
  std::uint32_t device = 0;  ///< which of the devices of a cell, or which of the tiles
};

/// The stuck devices of an array [outputs × inputs].
[[nodiscard]] std::vector<StuckDevice> draw_stuck_devices(const FaultSettings& faults,
                                                          Index outputs, Index inputs,
                                                          const FaultPlace& place);

/// Lines of one tile that are broken before their first crosspoint: what the cells on them hold is
/// read as nothing. Pulses still move them; nobody sees it.
struct DeadLines {
  std::vector<Index> rows;     ///< word lines, inputs
  std::vector<Index> columns;  ///< bit lines, outputs
};
[[nodiscard]] DeadLines draw_dead_lines(const FaultSettings& faults, Index outputs, Index inputs,
                                        const FaultPlace& place);

/// How many writes devices survive.
struct EnduranceSettings {
  float writes = 0.0F;  ///< median number of pulses after which a device sticks; 0: no limit
  float spread = 0.0F;  ///< s.d. of the natural logarithm of that number
};
[[nodiscard]] std::span<const Parameter<EnduranceSettings>> endurance_parameters();

}  // namespace memtrain
