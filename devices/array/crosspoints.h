#pragma once
#include <vector>

#include "devices/array/events.h"
#include "devices/array/line_work.h"
#include "devices/array/mapping.h"
#include "devices/array/step.h"
#include "sim/base/archive.h"
#include "sim/base/batch.h"
#include "sim/base/stream.h"

namespace memtrain {

/// One device of every crosspoint: a physical array of its own. The array's weight is
/// Σ factor · weights over its planes.
struct DevicePlane {
  ConstMatrix weights;  ///< [outputs × inputs], what an ideal reader would see
  float factor = 1.0F;
  ConductanceRange range;
};

/// What holds the weights [outputs × inputs] of one array and changes them. Reading them through
/// converters is the array's business.
class Crosspoints {
 public:
  virtual ~Crosspoints() = default;

  /// W ≈ W − rate/n · dᵀ x over n samples, as well as the devices can; x [rows × inputs], d [rows
  /// × outputs]. The rows act one after another.
  virtual void update(const BatchIn& x, const BatchIn& d, const Step& step, const Pass& pass) = 0;

  /// Writes the weights `target` [outputs × inputs], each held between its device's bounds. Exact:
  /// no programming error.
  virtual void program(const BatchIn& target) = 0;

  /// The same by pulses in a closed loop, with the errors it leaves. Digital weights are exact.
  virtual void write(const BatchIn& target, const Pass& /*pass*/) { program(target); }

  /// A mini-batch goes by without an update.
  virtual void rest(const Pass& /*pass*/) {}

  /// The weights an ideal reader would see, [outputs × inputs].
  [[nodiscard]] virtual ConstMatrix weights() const = 0;

  /// The devices that make up the weights.
  [[nodiscard]] virtual std::vector<DevicePlane> planes() const = 0;

  /// The part of the devices that lie within 1 % of their range from one of their bounds; 0 without
  /// bounds.
  [[nodiscard]] virtual double saturated_fraction() const = 0;

  /// The part of the devices that cannot be written, or not any more.
  [[nodiscard]] virtual double stuck_fraction() const = 0;

  /// Pulses given to devices so far, all together.
  [[nodiscard]] virtual double pulses() const { return 0.0; }
  /// Devices that take the pulses of one coincidence, as a part of a crosspoint's.
  [[nodiscard]] virtual double pulsed_share() const { return 0.0; }
  /// How often devices have been written, if pulses are counted device by device.
  [[nodiscard]] virtual Wear wear() const { return {}; }
  /// What pulses so far have met, if that is summed up.
  [[nodiscard]] virtual PulsedConductance pulsed_conductance() const { return {}; }
  /// Reads of all devices in closed loops so far.
  [[nodiscard]] virtual double verify_rounds() const { return 0.0; }
  /// What the last update, write or rest asked of the lines; null if that is not noted.
  [[nodiscard]] virtual const LineWork* line_work() const { return nullptr; }
  /// Whether devices may be written while they rest.
  [[nodiscard]] virtual bool has_upkeep() const { return false; }
  /// Whether outer products are computed by digital logic, not by coincidences at the devices.
  [[nodiscard]] virtual bool digital_products() const { return true; }
  /// Saves or restores all that training has changed.
  virtual void state(Archive& archive) = 0;
};

}  // namespace memtrain
