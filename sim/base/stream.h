#pragma once
#include <array>
#include <cstdint>
#include <span>

namespace memtrain {

/// What a stream of random numbers is for. Append only: the numbers are part of every result.
enum class Purpose : std::uint8_t {
  initial_weights = 1,
  shuffle = 2,
  device_to_device = 3,
  row_pulses = 4,
  column_pulses = 5,
  cycle_to_cycle = 6,
  forward_noise = 7,
  transposed_noise = 8,
  feedback_weights = 9,
  stuck_devices = 10,
  relaxation_spread = 11,
  diffusion = 12,
  cell_choice = 13,
  rounding = 14,
  half_select = 15,
  converter_spread = 16,
  write_drive = 17,
  telegraph = 18,
  faults = 19,
  endurance = 20,
  programming = 21,
  low_precision = 22,
  inverse_noise = 23,
  negative_labels = 24,
  augmentation = 25,
  dropout = 26,
  generated_task = 27,
};

/// The name of a stream of random numbers, not its state: the same name always gives the same
/// numbers, whoever asks, in whatever order. Philox4x32-10 (Salmon et al. 2011,
/// doi:10.1145/2063384.2063405) keyed by the seed; the coordinates fill its 128-bit counter without
/// overlap, so two names never share a number.
struct Stream {
  std::uint64_t seed = 0;
  Purpose purpose = Purpose::initial_weights;
  std::uint16_t layer = 0;
  std::uint32_t epoch = 0;
  std::uint32_t batch = 0;

  /// Four independent uniform words for one element (a device, a sample, a row) and one draw of it.
  [[nodiscard]] std::array<std::uint32_t, 4> words(std::uint32_t element,
                                                   std::uint8_t draw = 0) const;
};

/// Which kind of work a pass through the network is part of; each has random numbers of its own.
/// upkeep: what is read in training without teaching converters their ranges, with the numbers of
/// evaluation; preparation: what is written before training, with the numbers of training.
enum class Phase : std::uint8_t { training, evaluation, alignment, upkeep, preparation };

/// Where and when we are: handed down with every read and update, never stored. Arms are not part
/// of it, so arms that differ in nothing but the rule meet the same noise.
struct Pass {
  std::uint64_t seed = 0;
  std::uint32_t epoch = 0;  ///< below 2²⁰
  std::uint32_t batch = 0;  ///< below 2²⁶
  Phase phase = Phase::training;
  std::uint8_t read = 0;   ///< how often the same array was read before in this pass; below 16
  std::uint16_t step = 0;  ///< which part of a read: a step of a sequence, some samples; below 2¹²

  /// Whether what happens is part of what training costs.
  [[nodiscard]] bool counts() const { return phase == Phase::training || phase == Phase::upkeep; }
  /// The same place, one read later: a rule that reads a layer twice meets fresh noise.
  [[nodiscard]] Pass next_read() const;
  /// The same place, one part of a read that an array does one after another.
  [[nodiscard]] Pass at_step(std::size_t step) const;
  [[nodiscard]] Stream stream(Purpose purpose, std::uint16_t layer) const;
};

/// A uniform number in (0, 1) from one word.
[[nodiscard]] inline float to_unit(std::uint32_t word) {
  return (static_cast<float>(word >> 8U) + 0.5F) * 0x1p-24F;
}

/// Fills `out` with numbers ~ N(0, 1). `row` and `draw` name the element of the stream, so that
/// rows of a batch may be filled in any order. Vectorised; bits do not depend on the machine's
/// vector length. Resolution: 2¹⁹ radii × 2¹³ angles (Box & Muller 1958,
/// doi:10.1214/aoms/1177706645), |value| < 5.3.
void fill_gaussian(const Stream& stream, std::uint32_t row, std::span<float> out,
                   std::uint8_t draw = 0);

/// Fills `out` with numbers uniform on (−1, 1), named as in fill_gaussian.
void fill_uniform(const Stream& stream, std::uint32_t row, std::span<float> out,
                  std::uint8_t draw = 0);

/// A random order of 0 … n−1 (Fisher–Yates).
void fill_permutation(const Stream& stream, std::span<std::uint32_t> out);

}  // namespace memtrain
