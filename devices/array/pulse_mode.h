#pragma once
#include <memory>

#include "devices/array/pulse_settings.h"
#include "devices/cells/cell.h"

namespace memtrain {

/// How the outer products of a mini-batch become pulses (pulse.mode).
class PulseMode {
 public:
  virtual ~PulseMode() = default;
  /// W ≈ W − rate/n · dᵀ x; x [n × inputs], d [n × outputs]. Returns the pulses that cells got.
  virtual double update(Cell& cell, const BatchIn& x, const BatchIn& d, float rate,
                        const Pass& pass) = 0;
};

/// The mode that the settings name, for an array of this size.
[[nodiscard]] std::unique_ptr<PulseMode> make_pulse_mode(const PulseSettings& settings,
                                                         Index outputs, Index inputs,
                                                         std::uint16_t layer);

}  // namespace memtrain
