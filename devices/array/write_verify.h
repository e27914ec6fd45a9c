#pragma once
#include "devices/array/pulse_settings.h"
#include "devices/cells/cell.h"

namespace memtrain {

/// Writes weights in a closed loop: read, pulse what is off by more than the tolerance (in steps)
/// by the number of pulses that would be right on average, read again; a device gets at most
/// settings.verify_pulses. `sample` as in Cell::apply; the loop takes
/// numbers from there on. What it asks of the lines is added to `work`, unless that is null.
Given write_verify(Cell& cell, const BatchIn& target, const PulseSettings& settings,
                   const Pass& pass, std::uint32_t sample, LineWork* work = nullptr);

}  // namespace memtrain
