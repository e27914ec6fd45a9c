#pragma once
#include <memory>

#include "devices/array/pulse_settings.h"
#include "devices/cells/cell.h"

namespace memtrain {

/// How the outer products of a mini-batch become pulses (pulse.mode).
class PulseMode {
 public:
  virtual ~PulseMode() = default;
  /// W ≈ W − rate/n · dᵀ x; x [n × inputs], d [n × outputs]. Returns what cells were given, and
  /// notes in `work`, unless that is null, what it asked of the lines.
  virtual Given update(Cell& cell, const BatchIn& x, const BatchIn& d, float rate, const Pass& pass,
                       LineWork* work) = 0;
  /// Whether the outer products form at the devices, by pulses that meet there.
  [[nodiscard]] virtual bool coincides() const { return false; }
  /// Whether weights move by pulses that could be counted.
  [[nodiscard]] virtual bool pulses() const { return true; }
};

/// The mode that the settings name, for an array of this size.
[[nodiscard]] std::unique_ptr<PulseMode> make_pulse_mode(const PulseSettings& settings,
                                                         Index outputs, Index inputs,
                                                         std::uint16_t layer);

}  // namespace memtrain
