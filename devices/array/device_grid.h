#pragma once
#include <hwy/aligned_allocator.h>

#include <functional>
#include <vector>

#include "devices/array/pulse_update.h"
#include "devices/array/relaxation.h"
#include "devices/cells/cell.h"
#include "devices/periphery/faults.h"

namespace memtrain {

/// Some of the devices of a grid, [outputs × inputs].
using WhichDevices = Eigen::Array<bool, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// A device model with its parameter values, as a grid of devices sees it: the model's equation is
/// in the kernel, its columns are only memory.
struct DeviceRecipe {
  std::size_t columns = 0;  ///< floats a device
  std::size_t bound_max_column = 0, bound_min_column = 0;
  std::size_t draws = 0;  ///< N(0, 1) a device is drawn from
  float step = 0.0F;      ///< mean size of a pulse's step at w = 0
  bool noise = false;     ///< whether steps differ from cycle to cycle
  bool count_pulses = false;
  bool fractions = false;        ///< of pulses are given
  bool sum_conductance = false;  ///< what pulses meet, for their energy
  FaultSettings faults;
  EnduranceSettings endurance;
  BoundedParameters parameters;
  std::shared_ptr<const void> constants;
  std::shared_ptr<const void> half_selected;  ///< of devices on a selected line; null: none
  PulseKernel kernel{};
  /// Draws one device into its columns.
  std::function<void(std::span<const float> zeta, std::span<float> device)> draw;
};

/// Where a grid of devices is made: names its random streams.
struct GridPlace {
  std::uint64_t seed = 0;
  std::uint16_t layer = 0;
  std::uint32_t device = 0;  ///< which of the devices of a cell; below 64
};

/// One device at every crosspoint of an array. Random, of its layer: device_to_device,
/// stuck_devices, faults, endurance, relaxation_spread when made; cycle_to_cycle, diffusion.
class DeviceGrid final : public Cell {
 public:
  DeviceGrid(Index outputs, Index inputs, DeviceRecipe recipe, const GridPlace& place);

  [[nodiscard]] float step(const Pass& /*pass*/) const override { return recipe_.step; }
  void play(const PulseTrains& trains, const Pass& pass) override { play(trains, pass, {}); }
  void play(const PulseTrains& trains, const Pass& pass, const Polarity& polarity);
  void apply(const BatchIn& counts, const Pass& pass, std::uint32_t sample) override {
    apply(counts, pass, sample, {});
  }
  void apply(const BatchIn& counts, const Pass& pass, std::uint32_t sample,
             const Polarity& polarity);
  void program(const BatchIn& target) override;
  /// Puts these devices where a reset puts them: at reset + reset_dtod ζ, held between their
  /// bounds. All others are left alone: their age and their persistent weight are their own.
  void reset(const WhichDevices& which);
  Given rest(const Pass& pass, LineWork* work) override;

  [[nodiscard]] ConstMatrix weights() const override;
  [[nodiscard]] DevicePlane plane() const;
  [[nodiscard]] std::vector<DevicePlane> planes() const override { return {plane()}; }
  [[nodiscard]] double saturated_fraction() const override;
  [[nodiscard]] double stuck_fraction() const override;
  [[nodiscard]] Wear wear() const override;
  [[nodiscard]] PulsedConductance pulsed_conductance() const override;
  [[nodiscard]] double devices_per_pulse() const override { return 1.0; }
  void state(Archive& archive) override;

  /// The upper and lower bounds of the devices, [outputs × inputs].
  [[nodiscard]] ConstMatrix upper_bounds() const;
  [[nodiscard]] ConstMatrix lower_bounds() const;

 private:
  using Column = hwy::AlignedFreeUniquePtr<float[]>;  // one value a crosspoint, [outputs × stride]

  void disturb(const PulseTrains& trains, const Pass& pass, const Polarity& polarity);
  void draw_devices(std::uint64_t seed);
  void stick(std::uint64_t seed);
  void draw_endurance(std::uint64_t seed);
  /// Holds the device at a place at this weight for good: bounds that leave no room do.
  void hold(Index at, float weight);
  /// Devices that have had all the pulses they survive stay where they are.
  void wear_out();
  [[nodiscard]] PulseUpdate update(const Polarity& polarity);
  [[nodiscard]] std::array<std::uint32_t, 4> noise_of(const Stream& stream, Index row) const;
  [[nodiscard]] ConstMatrix view(const float* column) const;
  [[nodiscard]] Matrix reset_weights() const;
  [[nodiscard]] ConductanceRange range() const;

  Index outputs_, inputs_, stride_;
  DeviceRecipe recipe_;
  std::uint16_t layer_;
  std::uint32_t device_;
  Column weights_;
  Column apparent_;  // with write noise only
  std::vector<Column> columns_;
  std::vector<float*> column_pointers_;
  hwy::AlignedFreeUniquePtr<std::uint32_t[]> pulses_;  // if they are counted
  Column pulse_parts_;                                 // beside them, if fractions are given
  Column survived_;                                    // pulses, with limited endurance
  PulsedConductance pulsed_;  // in weights above the conductance 0; if it is summed up
  Relaxation relaxation_;
  std::vector<FiringWord> firing_;
  Column counts_;  // of one row
};

}  // namespace memtrain
