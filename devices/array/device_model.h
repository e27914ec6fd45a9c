#pragma once
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "devices/array/crosspoints.h"
#include "devices/array/digital_weights.h"
#include "devices/array/pulse_train.h"
#include "devices/update/model_info.h"
#include "sim/base/parameter.h"

namespace memtrain {

/// What crosspoints are made from.
struct CrosspointSettings {
  ParameterValues device;  ///< parameters of the device model; what is missing keeps its default
  PulseSettings pulse;
  OptimiserSettings optimiser;  ///< for digital updates only
};

/// A kind of device that can sit at the crosspoints of an array: one object a model, from the
/// registry.
class DeviceModel {
 public:
  virtual ~DeviceModel() = default;
  [[nodiscard]] virtual const ModelInfo& info() const = 0;
  [[nodiscard]] virtual std::vector<ParameterDescription> parameters() const = 0;
  /// Why these values cannot be a device; empty when they can.
  [[nodiscard]] virtual std::string problem(const ParameterValues& values) const = 0;
  /// Whether updates are pulses; if not they are digital, and momentum and weight decay are
  /// possible.
  [[nodiscard]] virtual bool pulsed() const = 0;
  /// Bytes of memory a crosspoint takes, weight included.
  [[nodiscard]] virtual std::size_t bytes_per_crosspoint() const = 0;
  /// An array's worth of devices, all weights 0 (held between each device's bounds).
  /// Device-to-device variation: the stream device_to_device of (seed, layer), so that arms share
  /// it.
  [[nodiscard]] virtual std::unique_ptr<Crosspoints> make(Index outputs, Index inputs,
                                                          const CrosspointSettings& settings,
                                                          std::uint64_t seed,
                                                          std::uint16_t layer) const = 0;
};

/// All device models, in the order of devices/CMakeLists.txt.
[[nodiscard]] std::span<const DeviceModel* const> device_models();
/// The model of that name, or null.
[[nodiscard]] const DeviceModel* find_device_model(std::string_view name);

}  // namespace memtrain
