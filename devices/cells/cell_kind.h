#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "devices/array/device_grid.h"
#include "devices/array/pulse_settings.h"
#include "devices/cells/cell.h"

namespace memtrain {

/// What a crosspoint is made of.
struct CellSettings {
  std::string kind = "single";  ///< one of cell_kinds()
  int devices = 2;              ///< unit, sliced: devices in a cell
  float significance = 1.0F;    ///< unit: each device counts this factor less than the one before
  std::string policy = "all";   ///< unit: which devices get the pulses of a mini-batch
  float reference = 0.0F;       ///< reference: weight of the reference device
  float reference_std = 0.0F;   ///< reference: its device-to-device s.d.
  int slice_levels = 4;         ///< sliced: levels of a digit
  int carry_every = 100;        ///< sliced: mini-batches between carries; 0: never
  int refresh_every = 0;        ///< one_sided: mini-batches between refreshes; 0: never
  float refresh_at = 0.75F;     ///< one_sided: refresh a pair if a device is above this part of its
                                ///< range
};
[[nodiscard]] std::span<const Parameter<CellSettings>> cell_parameters();

/// What a cell is made from: its settings, how big the array is, and a maker of grids of devices,
/// one for each number.
struct CellContext {
  const CellSettings* settings = nullptr;
  const PulseSettings* pulse = nullptr;
  Index outputs = 0, inputs = 0;
  std::uint64_t seed = 0;
  std::uint16_t layer = 0;
  std::function<std::unique_ptr<DeviceGrid>(std::uint32_t device)> make_grid;
};

/// A kind of cell: one object a kind, from the registry.
struct CellKind {
  std::string_view name;
  std::string_view summary;
  int (*devices)(const CellSettings& settings);  ///< how many a cell has
  std::unique_ptr<Cell> (*make)(const CellContext& context);
};
[[nodiscard]] std::span<const CellKind* const> cell_kinds();
/// The kind of that name, or null.
[[nodiscard]] const CellKind* find_cell_kind(std::string_view name);

}  // namespace memtrain
