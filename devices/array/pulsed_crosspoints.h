#pragma once
#include <hwy/aligned_allocator.h>

#include <functional>
#include <memory>
#include <vector>

#include "devices/array/device_model.h"
#include "devices/array/pulse_update.h"

namespace memtrain {

/// Devices updated by coincidences of pulse trains. The model's equation is in the kernel it is
/// made with; here its columns are only memory.
class PulsedCrosspoints final : public Crosspoints {
 public:
  /// A model as this class sees it.
  struct Model {
    std::size_t device_columns;
    std::size_t bound_max_column, bound_min_column;
    float dw_min;          ///< mean step of a pulse at w = 0
    float cycle_to_cycle;  ///< σ of one step, relative to the step
    UpdateRow update_row;
    /// Draws one device from four N(0, 1) into its columns.
    std::function<void(const std::array<float, 4>& zeta, std::span<float> device)> draw;
  };

  PulsedCrosspoints(Index outputs, Index inputs, const Model& model, const PulseSettings& pulse,
                    std::uint64_t seed, std::uint16_t layer);

  void update(const BatchIn& x, const BatchIn& d, float rate, const Pass& pass) override;
  void program(const BatchIn& target) override;
  [[nodiscard]] ConstMatrix weights() const override;
  [[nodiscard]] double saturated_fraction() const override;

 private:
  using Column = hwy::AlignedFreeUniquePtr<float[]>;  // one value a crosspoint, [outputs × stride]

  Index outputs_, inputs_, stride_;
  Model model_;
  PulseSettings pulse_;
  std::uint16_t layer_;
  Column weights_;
  std::vector<Column> columns_;
  std::vector<float*> column_pointers_;
  PulseTrains trains_;
  std::vector<FiringSample> firing_;
};

}  // namespace memtrain
