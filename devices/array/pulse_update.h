#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "devices/array/pulse_train.h"

namespace memtrain {

/// What a kernel needs to know of the array it updates. Weights and device columns are [rows ×
/// stride], 64-byte aligned, stride a multiple of the virtual lanes.
struct PulseUpdate {
  float* weights = nullptr;
  std::span<float* const> device_columns;  ///< in the order in which the model's Device lists them
  std::size_t columns = 0;                 ///< of a row, padding included
  float cycle_to_cycle = 0.0F;             ///< σ of one step, relative to the step
};

/// A sample in which a row fires: the trains of all columns, the row's own, and its number of
/// slots.
struct FiringSample {
  const std::uint32_t* columns = nullptr;
  std::uint32_t row_train = 0;
  std::uint32_t slots = 0;
};

/// One row of an array and the samples in which it fires, in order.
struct PulseRow {
  std::size_t first = 0;                 ///< where the row's first crosspoint lies in the columns
  std::array<std::uint32_t, 4> noise{};  ///< the words that seed its cycle-to-cycle noise
  std::span<const FiringSample> firing;
};

/// Plays the pulses of one row to its devices.
using UpdateRow = void (*)(const PulseUpdate& update, const PulseRow& row);

}  // namespace memtrain
