#pragma once
#include "devices/array/crosspoints.h"
#include "devices/array/pulse_mode.h"
#include "devices/array/write_verify.h"

namespace memtrain {

/// Crosspoints whose weights are moved by pulses: cells, and the way in which updates become
/// pulses.
class PulsedCrosspoints final : public Crosspoints {
 public:
  PulsedCrosspoints(std::unique_ptr<Cell> cell, std::unique_ptr<PulseMode> mode,
                    const PulseSettings& pulse)
      : cell_(std::move(cell)), mode_(std::move(mode)), pulse_(pulse) {}

  void update(const BatchIn& x, const BatchIn& d, const Step& step, const Pass& pass) override {
    pulses_ += mode_->update(*cell_, x, d, step.row_rate(), pass) * cell_->devices_per_pulse();
    rest(pass);
  }
  void program(const BatchIn& target) override { cell_->program(target); }
  void write(const BatchIn& target, const Pass& pass) override {
    pulses_ += write_verify(*cell_, target, pulse_, pass, 0) * cell_->devices_per_pulse();
  }
  void rest(const Pass& pass) override { pulses_ += cell_->rest(pass); }
  [[nodiscard]] ConstMatrix weights() const override { return cell_->weights(); }
  [[nodiscard]] std::vector<DevicePlane> planes() const override { return cell_->planes(); }
  [[nodiscard]] double saturated_fraction() const override { return cell_->saturated_fraction(); }
  [[nodiscard]] double stuck_fraction() const override { return cell_->stuck_fraction(); }
  [[nodiscard]] double pulses() const override { return pulses_; }
  [[nodiscard]] double most_pulses() const override { return cell_->most_pulses(); }
  void state(Archive& archive) override {
    cell_->state(archive);
    archive(pulses_);
  }

 private:
  std::unique_ptr<Cell> cell_;
  std::unique_ptr<PulseMode> mode_;
  PulseSettings pulse_;
  double pulses_ = 0;
};

}  // namespace memtrain
