#pragma once
#include "devices/array/crosspoints.h"
#include "devices/array/pulse_mode.h"

namespace memtrain {

/// Crosspoints whose weights are moved by pulses: cells, and the way in which updates become
/// pulses.
class PulsedCrosspoints final : public Crosspoints {
 public:
  PulsedCrosspoints(std::unique_ptr<Cell> cell, std::unique_ptr<PulseMode> mode)
      : cell_(std::move(cell)), mode_(std::move(mode)) {}

  void update(const BatchIn& x, const BatchIn& d, float rate, const Pass& pass) override {
    pulses_ += mode_->update(*cell_, x, d, rate, pass) * cell_->devices_per_pulse();
    cell_->rest(pass);
  }
  void program(const BatchIn& target) override { cell_->program(target); }
  [[nodiscard]] ConstMatrix weights() const override { return cell_->weights(); }
  [[nodiscard]] std::vector<DevicePlane> planes() const override { return cell_->planes(); }
  [[nodiscard]] double saturated_fraction() const override { return cell_->saturated_fraction(); }
  [[nodiscard]] double stuck_fraction() const override { return cell_->stuck_fraction(); }
  [[nodiscard]] double pulses() const override { return pulses_; }
  [[nodiscard]] double most_pulses() const override { return cell_->most_pulses(); }

 private:
  std::unique_ptr<Cell> cell_;
  std::unique_ptr<PulseMode> mode_;
  double pulses_ = 0;
};

}  // namespace memtrain
