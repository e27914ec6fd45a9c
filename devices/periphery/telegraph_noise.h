#pragma once
#include <span>
#include <vector>

#include "sim/base/archive.h"
#include "sim/base/batch.h"
#include "sim/base/parameter.h"
#include "sim/base/stream.h"

namespace memtrain {

/// Random telegraph noise: some devices have a trap that catches and releases a charge, and read
/// one of two values that lie `amplitude` apart around their weight. Frozen for a mini-batch: all
/// its reads, forward and transposed, see the same state.
struct TelegraphSettings {
  float fraction = 0.0F;   ///< part of the devices that have a trap
  float amplitude = 0.0F;  ///< distance of the two values
  float dwell = 10.0F;     ///< mean time in either state, in mini-batches

  [[nodiscard]] bool on() const { return fraction > 0.0F && amplitude > 0.0F; }
};
[[nodiscard]] std::span<const Parameter<TelegraphSettings>> telegraph_parameters();

/// The state of the traps of one plane of devices.
class TelegraphNoise {
 public:
  /// Which devices have a trap and how they begin: telegraph of (seed, layer).
  TelegraphNoise(const TelegraphSettings& settings, Index outputs, Index inputs, std::uint64_t seed,
                 std::uint16_t layer, std::uint8_t plane);

  /// What the traps add to the weights, [outputs × inputs]: 0 or ± amplitude/2.
  [[nodiscard]] const Matrix& shift() const { return shift_; }
  /// A mini-batch goes by: a trap changes its state with probability (1 − exp(−2/dwell))/2, as a
  /// symmetric two-state process of that mean dwell time does.
  void pass_time(const Pass& pass);
  void state(Archive& archive) { archive(shift_); }

 private:
  float flip_chance_;
  std::uint16_t layer_;
  std::uint8_t plane_;
  Matrix shift_;
  std::vector<float> drawn_;
};

}  // namespace memtrain
