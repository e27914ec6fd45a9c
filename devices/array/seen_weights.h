#pragma once
#include <vector>

#include "devices/array/circuit_settings.h"
#include "devices/array/crosspoints.h"

namespace memtrain {

/// A matrix that is read.
struct SeenMatrix {
  float factor;         ///< what a result counts
  ConstMatrix weights;  ///< [outputs × inputs]
};

/// The weights of crosspoints as the circuits around them see them: behind dead lines, with the
/// states of traps, and behind the resistance of the wires. All of this is linear, so these are
/// weights like any others: they are found once after every write, and then every read in either
/// direction is an ordinary product.
class SeenWeights {
 public:
  /// `seed` and `layer` name traps and dead lines.
  SeenWeights(const CircuitSettings& circuits, const std::vector<Tile>& tiles,
              const Crosspoints& crosspoints, std::uint64_t seed, std::uint16_t layer);

  /// How many matrices are read, each through converters of its own: one, or with
  /// MappingSettings::devices = separate one for each device of a cell.
  [[nodiscard]] std::size_t readings() const { return readings_; }
  /// The matrices that reads multiply with; those of the crosspoints if nothing is between.
  [[nodiscard]] std::vector<SeenMatrix> of(const Crosspoints& crosspoints);
  /// The same for an ideal reader: 0 on dead lines, as the devices are elsewhere.
  [[nodiscard]] ConstMatrix ideal(const Crosspoints& crosspoints) const;

  /// The crosspoints have changed.
  void written() { known_ = ideal_known_ = false; }
  /// A mini-batch has gone by.
  void pass_time(const Pass& pass);
  void state(Archive& archive) {
    for (TelegraphNoise& trap : traps_) trap.state(archive);
  }

 private:
  struct Part {
    Tile tile;
    DeadLines dead;
  };
  void find(const std::vector<DevicePlane>& planes);
  [[nodiscard]] Matrix behind_wires(const DevicePlane& plane, const Matrix& weights,
                                    const DeadLines& dead, bool balanced) const;
  void disconnect(Matrix& weights) const;

  MappingSettings mapping_;
  WireSettings wires_;
  std::vector<Part> parts_;
  bool dead_lines_ = false;
  std::vector<TelegraphNoise> traps_;  // a plane of devices each; empty: none
  std::size_t readings_ = 1;
  bool known_ = false;
  std::vector<Matrix> seen_;  // of every reading
  mutable bool ideal_known_ = false;
  mutable Matrix ideal_;
};

}  // namespace memtrain
