#pragma once
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "devices/array/crosspoints.h"
#include "devices/array/device_grid.h"
#include "devices/array/digital_weights.h"
#include "devices/cells/cell_kind.h"
#include "devices/update/model_info.h"
#include "sim/base/parameter.h"

namespace memtrain {

/// What crosspoints are made from.
struct CrosspointSettings {
  ParameterValues device;  ///< parameters of the device model; what is missing keeps its default
  CellSettings cell;
  PulseSettings pulse;
  bool count_pulses = false;  ///< count every device's pulses; 4 or 8 bytes a device
  bool note_lines = false;    ///< note what energy needs: line pulses, conductances under pulses
  FaultSettings faults;
  EnduranceSettings endurance;  ///< of pulsed devices
  OptimiserSettings optimiser;  ///< for digital updates only
};

/// A kind of device that can sit at the crosspoints of an array: one object a model, from the
/// registry. A model is either pulsed, and then makes grids of devices, or digital, and then makes
/// crosspoints by itself.
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
  /// Bytes of memory a crosspoint takes with these values, weight included.
  [[nodiscard]] virtual std::size_t bytes_per_crosspoint(const ParameterValues& values) const = 0;
  /// A pulsed model: what a grid of such devices is made of. Errors: Failure::data for a file that
  /// cannot be read.
  [[nodiscard]] virtual DeviceRecipe recipe(const ParameterValues& values) const = 0;
  /// A digital model: an array's worth of weights, all 0.
  [[nodiscard]] virtual std::unique_ptr<Crosspoints> make_digital(
      Index outputs, Index inputs, const CrosspointSettings& settings, std::uint64_t seed,
      std::uint16_t layer) const = 0;
};

/// All device models, in the order of devices/CMakeLists.txt.
[[nodiscard]] std::span<const DeviceModel* const> device_models();
/// The model of that name, or null.
[[nodiscard]] const DeviceModel* find_device_model(std::string_view name);

/// A cell of the kind that the settings name, with devices of a pulsed model. Device-to-device
/// variation: the streams of (seed, layer), so that arms share it.
[[nodiscard]] std::unique_ptr<Cell> make_cell(const DeviceModel& model, Index outputs, Index inputs,
                                              const CrosspointSettings& settings,
                                              std::uint64_t seed, std::uint16_t layer);
/// An array's worth of crosspoints, all weights 0 (held between each device's bounds).
[[nodiscard]] std::unique_ptr<Crosspoints> make_crosspoints(const DeviceModel& model, Index outputs,
                                                            Index inputs,
                                                            const CrosspointSettings& settings,
                                                            std::uint64_t seed,
                                                            std::uint16_t layer);

}  // namespace memtrain
