#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "devices/array/line_work.h"

namespace memtrain {

/// How the pulses of an update reach a device: in a cell of several devices not all of them move
/// the same way.
struct Polarity {
  bool inverted = false;  ///< what means up for the cell means down for this device
  bool only_up = false;   ///< pulses that would move the device down are left out
};

/// What a kernel needs to know of the devices it updates. Columns are [rows × stride], 64-byte
/// aligned, stride a multiple of the virtual lanes.
struct PulseUpdate {
  float* weights = nullptr;                ///< the persistent weights, which pulses move
  std::span<float* const> device_columns;  ///< in the order in which the model's Device lists them
  const void* constants = nullptr;         ///< Model::Constants
  std::size_t columns = 0;                 ///< of a row, padding included
  bool noise = true;                       ///< whether steps or writes are noisy
  Polarity polarity;
  float* apparent = nullptr;  ///< what a reader sees, where write noise makes that another value
  float write_noise = 0.0F;   ///< its s.d., in weight units
  std::uint32_t* pulses = nullptr;  ///< pulses each device has had, if they are counted
  float* pulse_parts = nullptr;     ///< parts of pulses beside; null: all pulses are whole
  float* age = nullptr;             ///< mini-batches since the last write, if weights drift
  PulsedConductance* conductance = nullptr;  ///< grows by what pulses meet, if that is summed up
  float conductance_offset = 0.0F;  ///< weight + offset is a conductance, where it is above 0
};

/// A word of slots in which a row fires.
struct FiringWord {
  std::uint32_t word = 0;  ///< which word of the trains
  std::uint32_t slots = 0, signs = 0;
};

/// One row of an array and its pulses in a mini-batch.
struct PulseRow {
  std::size_t first = 0;                   ///< where the row's first crosspoint lies in the columns
  std::array<std::uint32_t, 4> noise{};    ///< the words that seed its noise
  std::span<const FiringWord> firing;      ///< in order
  std::uint32_t slots = 0;                 ///< in which the row fires, of all words
  const std::uint32_t* columns = nullptr;  ///< the column trains, as LineTrains keeps them
  std::size_t words = 0;                   ///< of a column train
};

/// One row of an array and a number of pulses for each of its devices, above 0 upwards; a fraction
/// of a pulse makes that fraction of a step, with the same fraction of its variance. A device takes
/// its pulses one by one, so counts are to be held well below 2^24, where floats no longer count.
struct CountedRow {
  std::size_t first = 0;
  std::array<std::uint32_t, 4> noise{};
  const float* counts = nullptr;  ///< [columns], padding included
};

/// The compiled kernels of a device model.
struct PulseKernel {
  void (*play)(const PulseUpdate& update, const PulseRow& row);
  void (*apply)(const PulseUpdate& update, const CountedRow& row);
};

}  // namespace memtrain
