#pragma once
#include "devices/array/cell_crosspoints.h"
#include "devices/array/pulse_mode.h"

namespace memtrain {

/// Crosspoints whose weights are moved by pulses: cells, and the way in which updates become
/// pulses.
class PulsedCrosspoints final : public CellCrosspoints {
 public:
  /// `notes_lines`: see CrosspointSettings.
  PulsedCrosspoints(std::unique_ptr<Cell> cell, std::unique_ptr<PulseMode> mode,
                    const PulseSettings& pulse, bool notes_lines)
      : CellCrosspoints(std::move(cell), pulse, notes_lines && mode->pulses()),
        mode_(std::move(mode)) {}

  void update(const BatchIn& x, const BatchIn& d, const Step& step, const Pass& pass) override {
    begin_notes();
    count(mode_->update(cell(), x, d, step.row_rate(), pass, notes()));
    keep_up(pass);
  }
  [[nodiscard]] bool digital_products() const override { return !mode_->coincides(); }

 private:
  std::unique_ptr<PulseMode> mode_;
};

}  // namespace memtrain
