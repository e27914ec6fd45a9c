#pragma once
#include "devices/array/mapping.h"
#include "devices/array/tile.h"
#include "devices/periphery/energy.h"
#include "devices/periphery/faults.h"
#include "devices/periphery/programming.h"
#include "devices/periphery/read_path.h"
#include "devices/periphery/telegraph_noise.h"
#include "devices/periphery/wires.h"

namespace memtrain {

/// The circuits around the crosspoints of an array, and what is wrong with them.
struct CircuitSettings {
  TileSettings tile;
  MappingSettings mapping;
  WireSettings wires;
  FaultSettings faults;
  TelegraphSettings telegraph;
  ProgrammingSettings programming;
  ReadSettings forward, transposed;
  DriveSettings write;
  EnergySettings energy;
  bool digital = false;  ///< there is no analogue array: digital logic computes the products
};

}  // namespace memtrain
