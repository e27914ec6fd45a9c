#pragma once
#include <limits>

#include "sim/base/batch.h"
#include "sim/base/stream.h"

namespace memtrain {

/// What holds the weights [outputs × inputs] of one array and changes them. Reading them through
/// converters is the array's business.
class Crosspoints {
 public:
  virtual ~Crosspoints() = default;

  /// W ≈ W − rate/n · dᵀ x, as well as the devices can; x [n × inputs], d [n × outputs]. The
  /// samples act one after another.
  virtual void update(const BatchIn& x, const BatchIn& d, float rate, const Pass& pass) = 0;

  /// Writes the weights `target` [outputs × inputs], each held between its device's bounds. Exact:
  /// no programming error.
  virtual void program(const BatchIn& target) = 0;

  /// The weights an ideal reader would see, [outputs × inputs].
  [[nodiscard]] virtual ConstMatrix weights() const = 0;

  /// The part of the devices that lie within 1 % of their range from one of their bounds; 0 without
  /// bounds.
  [[nodiscard]] virtual double saturated_fraction() const = 0;

  /// Pulses given to devices so far, all together.
  [[nodiscard]] virtual double pulses() const { return 0.0; }
  /// The most pulses any device has had; NaN if they are not counted device by device.
  [[nodiscard]] virtual double most_pulses() const {
    return std::numeric_limits<double>::quiet_NaN();
  }
};

}  // namespace memtrain
