#pragma once
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>

#include "devices/array/circuit_settings.h"
#include "devices/array/conductance_histogram.h"
#include "devices/array/device_model.h"
#include "devices/array/events.h"
#include "devices/array/low_precision.h"
#include "devices/array/tile.h"
#include "devices/periphery/wires.h"
#include "sim/base/archive.h"

namespace memtrain {

/// A weight matrix [outputs × inputs] as hardware realises it. The one virtual boundary on the hot
/// path: a call a mini-batch.
class Array {
 public:
  virtual ~Array() = default;

  /// y = x Wᵀ. x [samples × inputs]; y [samples × outputs], resized; must not alias x.
  virtual void forward(const BatchIn& x, Batch& y, const Pass& pass) = 0;
  /// g = d W through the same devices. d [samples × outputs]; g [samples × inputs], resized.
  virtual void transposed(const BatchIn& d, Batch& g, const Pass& pass) = 0;
  /// W ≈ W − rate/n · dᵀ x over n samples, as well as the devices can.
  virtual void update(const BatchIn& x, const BatchIn& d, const Step& step, const Pass& pass) = 0;
  /// Writes given weights [outputs × inputs], as well as programming can. Random: programming.
  virtual void program(const BatchIn& target, const Pass& pass = {}) = 0;

  /// A mini-batch goes by without a write: what time does to devices and traps. An update is also
  /// the end of a mini-batch.
  virtual void rest(const Pass& /*pass*/) {}

  /// The weights an ideal reader would see.
  [[nodiscard]] virtual ConstMatrix weights() const = 0;
  [[nodiscard]] virtual double saturated_fraction() const = 0;
  [[nodiscard]] virtual double stuck_fraction() const = 0;
  /// With a second array for errors: how far it is from the first, ‖V − Wᵀ‖/‖W‖; NaN without.
  [[nodiscard]] virtual double backward_mismatch() const {
    return std::numeric_limits<double>::quiet_NaN();
  }
  /// What happened in training.
  [[nodiscard]] virtual Account account() const = 0;
  /// How often its devices have been written, if pulses are counted device by device.
  [[nodiscard]] virtual Wear wear() const { return {}; }
  /// Its devices by their conductances, for each device of a cell; empty where there are none.
  [[nodiscard]] virtual std::vector<ConductanceHistogram> conductances() const { return {}; }
  /// Saves or restores all that training has changed.
  virtual void state(Archive& archive) = 0;
};

/// How a fast array passes on what it has learned (kinds transfer and buffered_transfer).
struct TransferSettings {
  int every = 1;       ///< samples between the transfers of one column
  float rate = 0.1F;   ///< what is passed on of a column read
  float gamma = 0.0F;  ///< how much the fast array counts in reads beside the slow one
};
[[nodiscard]] std::span<const Parameter<TransferSettings>> transfer_parameters();

/// What errors are carried back through.
struct BackwardSettings {
  std::string array = "same";         ///< same, none or second
  int refresh_every = 1;              ///< mini-batches between programmings of the second array
  std::string copied_from = "reads";  ///< reads or weights
  bool of_output_only = false;        ///< by the rule: it reads no other layer back
};
[[nodiscard]] std::span<const Parameter<BackwardSettings>> backward_parameters();

/// What an array is made of.
struct ArraySettings {
  std::string kind = "crossbar";  ///< one of array_kinds()
  const DeviceModel* device = nullptr;
  CrosspointSettings crosspoints;
  TransferSettings transfer;  ///< for the transfer kinds
  CircuitSettings circuits;
  BackwardSettings backward;
  LowPrecisionSettings low_precision;  ///< for kind quantised
};

/// A kind of array: one object a kind, from the registry.
struct ArrayKind {
  std::string_view name;
  std::string_view summary;
  /// The pulse modes it can do, the default first; empty: its weights are not written by pulses.
  std::span<const std::string_view> modes;
  bool circuits;  ///< whether converters, noise and the rest of CircuitSettings are around it
  /// `layer` names the array's random streams; below 256.
  std::unique_ptr<Array> (*make)(const ArraySettings& settings, Index outputs, Index inputs,
                                 std::uint64_t seed, std::uint16_t layer);
};
[[nodiscard]] std::span<const ArrayKind* const> array_kinds();
/// The kind of that name, or null.
[[nodiscard]] const ArrayKind* find_array_kind(std::string_view name);

/// Makes an array of settings.kind, all weights 0.
[[nodiscard]] std::unique_ptr<Array> make_array(const ArraySettings& settings, Index outputs,
                                                Index inputs, std::uint64_t seed,
                                                std::uint16_t layer);

}  // namespace memtrain
