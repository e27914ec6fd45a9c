#pragma once
#include <cstdint>
#include <vector>

#include "sim/scenario/device_file.h"

namespace memtrain {

/// How an ensemble of devices is pulsed: `cycles` times `up` pulses up, then `down` pulses down.
struct PulseProtocol {
  int up = 200;
  int down = 200;
  int cycles = 1;
  int count = 1000;  ///< devices
  float start = 0.0F;
  std::uint64_t seed = 0;
};

/// The ensemble after one pulse; s.d. is that of the population.
struct ResponsePoint {
  double mean = 0, std = 0, min = 0, max = 0;
};

/// Pulses cells of a device, one pulse at a time; entry 0 is the start, held between each device's
/// bounds. Time does not pass between pulses: no decay, diffusion or drift. The device must be
/// pulsed. Errors: Failure::data for a device's file that cannot be read.
[[nodiscard]] std::vector<ResponsePoint> pulse_response(const DeviceSettings& device,
                                                        const PulseProtocol& protocol);

}  // namespace memtrain
