#pragma once
#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "devices/periphery/converter.h"
#include "sim/base/archive.h"
#include "sim/base/stream.h"

namespace memtrain {

/// What a cost belongs to. `first_forward`: the first read of the weights in a mini-batch;
/// `second_forward`: every further one; `transposed`: errors read back through the weights, or
/// through a second array that holds them; `projection`: reads of a rule's own matrices; `update`:
/// all that writes weights, with the reads that arrays do by themselves to that end.
enum class CostPhase : std::uint8_t {
  first_forward,
  second_forward,
  transposed,
  projection,
  update
};
inline constexpr std::array<std::string_view, 5> cost_phases{"first_forward", "second_forward",
                                                             "transposed", "projection", "update"};

/// Where analogue energy goes, in joules; NaN where a parameter that it follows from is not known.
struct EnergyParts {
  double device_reads = 0;   ///< Σ V² G t over devices and reads
  double device_writes = 0;  ///< Σ V² G t over pulses, G on the way from before to after
  double half_select = 0;    ///< the same of devices that share a line with one that is written
  double wires = 0;          ///< charging lines
  double converters = 0;     ///< digital to analogue, and back

  [[nodiscard]] double total() const {
    return device_reads + device_writes + half_select + wires + converters;
  }
  EnergyParts& add(const EnergyParts& other, double factor);
  void state(Archive& archive);
};

/// What happened in one phase of training, counted as it happens; evaluation is not counted.
struct Events {
  double macs = 0;                ///< multiply-accumulates of reads and updates
  double digital_macs = 0;        ///< those of them that digital logic does
  double operations = 0;          ///< digital additions, multiplications and activations
  double forward_reads = 0;       ///< vectors read forward
  double transposed_reads = 0;    ///< vectors read transposed
  double write_pulses = 0;        ///< pulses given to devices
  double programmed_weights = 0;  ///< weights written into second arrays, in training
  ConversionCount converters;     ///< conversions, and how many of them saturated
  EnergyParts energy;             ///< of the arrays and the circuits around them
  double seconds = 0;             ///< that arrays are at work, one after another; NaN: not known
  Events& operator+=(const Events& other) { return add(other, 1.0); }
  /// Adds so many times the other's.
  Events& add(const Events& other, double factor);
  void state(Archive& archive);
};

/// What happened in training, phase by phase.
class Account {
 public:
  [[nodiscard]] Events& operator[](CostPhase phase) {
    return phases_[static_cast<std::size_t>(phase)];
  }
  [[nodiscard]] const Events& operator[](CostPhase phase) const {
    return phases_[static_cast<std::size_t>(phase)];
  }
  [[nodiscard]] const std::array<Events, cost_phases.size()>& phases() const { return phases_; }
  /// All phases together.
  [[nodiscard]] Events total() const;
  Account& operator+=(const Account& other) { return add(other, 1.0); }
  Account& add(const Account& other, double factor);
  /// Adds what another array did at the same time: its seconds do not add up.
  void add_beside(const Account& other);
  void state(Archive& archive);

 private:
  std::array<Events, cost_phases.size()> phases_;
};

/// A rule may read an array so often in a mini-batch; the names of further reads belong to arrays
/// that read themselves.
inline constexpr std::uint8_t reads_of_rules = 14;

/// The phase of a forward read of weights.
[[nodiscard]] constexpr CostPhase forward_phase(const Pass& pass) {
  if (pass.read >= reads_of_rules) return CostPhase::update;
  return pass.read == 0 ? CostPhase::first_forward : CostPhase::second_forward;
}

/// The account of a rule's own matrices: their reads are projections.
[[nodiscard]] Account as_projection(const Account& account);

/// How often devices have been written.
struct Wear {
  double devices = 0;  ///< that are counted; 0: none are
  double most = 0;     ///< pulses of the device that had the most
  double pulses = 0;   ///< of all counted devices together
  /// Devices by whole pulses: none, one, up to 3, up to 7 … up to 2^k − 1; as long as needed.
  std::vector<double> histogram;

  /// A device that has had so many pulses, below 2^32, possibly a part of one among them.
  void add(double device_pulses);
  Wear& operator+=(const Wear& other);
};

}  // namespace memtrain
