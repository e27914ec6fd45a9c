#pragma once
#include "devices/array/crosspoints.h"
#include "devices/array/pulse_mode.h"
#include "devices/array/write_verify.h"

namespace memtrain {

/// Crosspoints whose weights are moved by pulses: cells, and the way in which updates become
/// pulses.
class PulsedCrosspoints final : public Crosspoints {
 public:
  /// `notes_lines`: see CrosspointSettings.
  PulsedCrosspoints(std::unique_ptr<Cell> cell, std::unique_ptr<PulseMode> mode,
                    const PulseSettings& pulse, bool notes_lines)
      : cell_(std::move(cell)), mode_(std::move(mode)), pulse_(pulse), notes_lines_(notes_lines) {}

  void update(const BatchIn& x, const BatchIn& d, const Step& step, const Pass& pass) override {
    if (notes_lines_) work_.clear(d.cols(), x.cols());
    pulses_ += mode_->update(*cell_, x, d, step.row_rate(), pass, notes_lines_ ? &work_ : nullptr) *
               cell_->devices_per_pulse();
    rest(pass);
  }
  void program(const BatchIn& target) override { cell_->program(target); }
  void write(const BatchIn& target, const Pass& pass) override {
    if (notes_lines_) work_.clear(target.rows(), target.cols());
    pulses_ += write_verify(*cell_, target, pulse_, pass, 0, notes_lines_ ? &work_ : nullptr) *
               cell_->devices_per_pulse();
  }
  void rest(const Pass& pass) override { pulses_ += cell_->rest(pass); }
  [[nodiscard]] ConstMatrix weights() const override { return cell_->weights(); }
  [[nodiscard]] std::vector<DevicePlane> planes() const override { return cell_->planes(); }
  [[nodiscard]] double saturated_fraction() const override { return cell_->saturated_fraction(); }
  [[nodiscard]] double stuck_fraction() const override { return cell_->stuck_fraction(); }
  [[nodiscard]] double pulses() const override { return pulses_; }
  [[nodiscard]] double pulsed_share() const override {
    return cell_->devices_per_pulse() / static_cast<double>(cell_->planes().size());
  }
  [[nodiscard]] Wear wear() const override { return cell_->wear(); }
  [[nodiscard]] PulsedConductance pulsed_conductance() const override {
    return cell_->pulsed_conductance();
  }
  [[nodiscard]] const LineWork* line_work() const override {
    return notes_lines_ ? &work_ : nullptr;
  }
  [[nodiscard]] bool digital_products() const override { return !mode_->coincides(); }
  void state(Archive& archive) override {
    cell_->state(archive);
    archive(pulses_);
  }

 private:
  std::unique_ptr<Cell> cell_;
  std::unique_ptr<PulseMode> mode_;
  PulseSettings pulse_;
  bool notes_lines_;
  LineWork work_;
  double pulses_ = 0;
};

}  // namespace memtrain
