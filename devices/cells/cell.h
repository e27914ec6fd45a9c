#pragma once
#include <memory>
#include <string>
#include <vector>

#include "devices/array/crosspoints.h"
#include "devices/array/events.h"
#include "devices/array/line_work.h"
#include "devices/array/pulse_train.h"
#include "sim/base/batch.h"
#include "sim/base/stream.h"

namespace memtrain {

/// What sits at every crosspoint of an array and holds its weight: a device, or several that make
/// up one weight. All methods act on the whole array [outputs × inputs].
class Cell {
 public:
  virtual ~Cell() = default;

  /// The mean change of the weight made by one pulse at w = 0, in the coming update.
  [[nodiscard]] virtual float step(const Pass& pass) const = 0;
  /// Plays the coincidences of pulse trains.
  virtual void play(const PulseTrains& trains, const Pass& pass) = 0;
  /// Gives every cell a number of pulses, above 0 upwards, possibly a fraction of one. `sample`
  /// says which of several calls in one pass this is: it names the noise.
  virtual void apply(const BatchIn& counts, const Pass& pass, std::uint32_t sample) = 0;
  /// Writes the weights exactly, as far as the devices' bounds allow.
  virtual void program(const BatchIn& target) = 0;
  /// The end of a mini-batch: what happens to weights as time goes by. Returns what upkeep gave the
  /// cells (refreshes, carries), and notes in `work`, unless that is null, what it asked of the
  /// lines.
  virtual Given rest(const Pass& pass, LineWork* work) = 0;
  /// Whether there is upkeep at all.
  [[nodiscard]] virtual bool has_upkeep() const { return false; }

  /// The weights an ideal reader would see.
  [[nodiscard]] virtual ConstMatrix weights() const = 0;
  /// The devices that make up the weights, the same number at every crosspoint.
  [[nodiscard]] virtual std::vector<DevicePlane> planes() const = 0;
  [[nodiscard]] virtual double saturated_fraction() const = 0;
  /// The part of the devices that cannot be written any more.
  [[nodiscard]] virtual double stuck_fraction() const = 0;
  /// How often its devices have been written, if pulses are counted device by device.
  [[nodiscard]] virtual Wear wear() const = 0;
  /// What all pulses so far have met, if that is summed up.
  [[nodiscard]] virtual PulsedConductance pulsed_conductance() const = 0;
  /// Devices that take the pulses of one coincidence.
  [[nodiscard]] virtual double devices_per_pulse() const = 0;
  /// Saves or restores all that training has changed.
  virtual void state(Archive& archive) = 0;
};

}  // namespace memtrain
