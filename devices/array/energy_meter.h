#pragma once
#include <vector>

#include "devices/array/circuit_settings.h"
#include "devices/array/crosspoints.h"

namespace memtrain {

/// What reading or writing an array once took: energy, and the time it was at work.
struct Work {
  EnergyParts energy;  ///< J
  double seconds = 0;
};

/// Reads of all devices of an array in closed loops.
struct Verification {
  double rounds = 0;
  ConversionCount conversions;
};

/// Tells what the events of one array cost, from the conductances of its devices. Devices are taken
/// at the full voltage of their lines: drops in wires change what is read, not what is metered.
///
///   read    Σ_vectors Σ_devices v² t G, v and t as the input's encoding has it; C v² for each line
///   write   Σ_pulses V² t (G_before + G_after)/2; (V/2)² t G of half-selected devices; C V² for
///           each pulse of a line
///   convert figure of merit × 2^bits
///
/// A selected line is at V/2: every pulse of a line puts half the voltage (the mean of V² t up and
/// down) on all devices of the line; those that get a pulse of their own are taken off. The
/// conductance of a line is the mean of before and after a mini-batch.
class EnergyMeter {
 public:
  /// The array's crosspoints are `crosspoints`, split into `tiles`.
  EnergyMeter(const CircuitSettings& circuits, const std::vector<Tile>& tiles,
              const Crosspoints& crosspoints);

  /// Where the drive of the lines goes in a read of reading `reading` (SeenWeights), tile by tile;
  /// empty: nobody needs it.
  [[nodiscard]] std::span<LineDrive> lines(std::size_t reading, bool transposed);
  /// What a read of `vectors` vectors took, whose drive lines() has seen.
  [[nodiscard]] Work read(const Crosspoints& crosspoints, bool transposed, double vectors,
                          const ConversionCount& conversions);
  /// The crosspoints are about to be updated.
  void before_write(const Crosspoints& crosspoints);
  /// What the write took that the crosspoints have just been through since before_write(): an
  /// update, a write of given weights, or upkeep. `driven`: by the converters of the write.
  [[nodiscard]] Work write(const Crosspoints& crosspoints, const ConversionCount& driven,
                           const Verification& verification);
  /// Conductances have changed otherwise since they were last looked at.
  void written() { known_ = false; }

 private:
  /// Conductances of the lines of one tile of one plane, S.
  struct Lines {
    Eigen::ArrayXd inputs, outputs;
  };
  void look(const Crosspoints& crosspoints);
  void look(const ConductanceRange& range, const ConstMatrix& weights, Lines& lines);
  /// Conductance of all lines of outputs and of inputs, over tiles and planes.
  [[nodiscard]] Lines whole_lines() const;
  /// Pulses of a full-scale input, on its line one after another.
  [[nodiscard]] int pulses_of_full_scale(bool transposed) const;
  /// Of so many vectors, one after another.
  [[nodiscard]] double read_seconds(bool transposed, double vectors) const;
  [[nodiscard]] double write_seconds(const LineWork& work) const;
  void add_pulses(const Crosspoints& crosspoints, const LineWork& lines, EnergyParts& parts) const;
  /// Reads of all devices, one line of inputs after another at full scale.
  void add_verification(const Crosspoints& crosspoints, double rounds, Work& work);
  /// How many lines stand for one output (or input, read transposed) of one reading.
  [[nodiscard]] Index lines_in_parallel() const { return static_cast<Index>(planes_ / readings_); }

  CircuitSettings circuits_;
  std::vector<Tile> tiles_;
  Index outputs_, inputs_;
  std::size_t planes_, readings_;
  bool knows_reads_, knows_writes_;
  std::vector<double> offsets_;  // of weight 0 in the column that each reading takes off, S
  bool known_ = false;
  std::vector<std::vector<Lines>> lines_;      // [plane][tile]
  std::vector<std::vector<LineDrive>> drive_;  // [reading][tile]
  Lines before_;
  Eigen::Array<float, 1, Eigen::Dynamic> conductances_, sums_;  // of a tile's rows
  PulsedConductance pulsed_before_;
};

}  // namespace memtrain
