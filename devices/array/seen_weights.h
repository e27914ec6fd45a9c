#pragma once
#include <vector>

#include "devices/array/circuit_settings.h"
#include "devices/array/crosspoints.h"

namespace memtrain {

/// The weights of crosspoints as the circuits around them see them: behind dead lines, with the
/// states of traps, and behind the resistance of the wires. All of this is linear, so these are
/// weights like any others: they are found once after every write, and then every read in either
/// direction is an ordinary product.
class SeenWeights {
 public:
  /// `seed` and `layer` name traps and dead lines.
  SeenWeights(const CircuitSettings& circuits, const std::vector<Tile>& tiles,
              const Crosspoints& crosspoints, std::uint64_t seed, std::uint16_t layer);

  /// The weights [outputs × inputs] that reads multiply with; those of the crosspoints if nothing
  /// is between.
  [[nodiscard]] ConstMatrix of(const Crosspoints& crosspoints);
  /// The same for an ideal reader: 0 on dead lines, as the devices are elsewhere.
  [[nodiscard]] ConstMatrix ideal(const Crosspoints& crosspoints) const;

  /// The crosspoints have changed.
  void written() { known_ = ideal_known_ = false; }
  /// A mini-batch has gone by.
  void pass_time(const Pass& pass);

 private:
  struct Part {
    Tile tile;
    DeadLines dead;
  };
  [[nodiscard]] Matrix behind_wires(const DevicePlane& plane, const Matrix& weights,
                                    const DeadLines& dead, bool balanced) const;
  void disconnect(Matrix& weights) const;

  MappingSettings mapping_;
  WireSettings wires_;
  std::vector<Part> parts_;
  bool dead_lines_ = false;
  std::vector<TelegraphNoise> traps_;  // a plane of devices each; empty: none
  bool known_ = false;
  Matrix seen_;
  mutable bool ideal_known_ = false;
  mutable Matrix ideal_;
};

}  // namespace memtrain
