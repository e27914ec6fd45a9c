#pragma once
#include <memory>

#include "devices/array/crosspoints.h"
#include "devices/array/write_verify.h"

namespace memtrain {

/// Crosspoints of cells: what those share that differ in how updates become pulses.
class CellCrosspoints : public Crosspoints {
 public:
  /// `notes_lines`: see CrosspointSettings.
  CellCrosspoints(std::unique_ptr<Cell> cell, const PulseSettings& pulse, bool notes_lines)
      : cell_(std::move(cell)), pulse_(pulse), notes_lines_(notes_lines) {}

  void program(const BatchIn& target) override { cell_->program(target); }
  void write(const BatchIn& target, const Pass& pass) override {
    begin_notes();
    count(write_verify(*cell_, target, pulse_, pass, 0, notes()));
  }
  void rest(const Pass& pass) override {
    begin_notes();
    keep_up(pass);
  }
  [[nodiscard]] ConstMatrix weights() const override { return cell_->weights(); }
  [[nodiscard]] std::vector<DevicePlane> planes() const override { return cell_->planes(); }
  [[nodiscard]] double saturated_fraction() const override { return cell_->saturated_fraction(); }
  [[nodiscard]] double stuck_fraction() const override { return cell_->stuck_fraction(); }
  [[nodiscard]] double pulses() const override { return pulses_; }
  [[nodiscard]] double verify_rounds() const override { return verify_rounds_; }
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
  [[nodiscard]] bool has_upkeep() const override { return cell_->has_upkeep(); }
  void state(Archive& archive) override {
    cell_->state(archive);
    archive(pulses_);
    archive(verify_rounds_);
  }

 protected:
  [[nodiscard]] Cell& cell() { return *cell_; }
  /// Forgets what has been noted of lines.
  void begin_notes() {
    if (notes_lines_) work_.clear(weights().rows(), weights().cols());
  }
  /// Where to note it; null: nowhere.
  [[nodiscard]] LineWork* notes() { return notes_lines_ ? &work_ : nullptr; }
  void count(const Given& given) {
    pulses_ += given.pulses * cell_->devices_per_pulse();
    verify_rounds_ += given.verify_rounds;
  }
  /// The mini-batch is over; what that takes is noted beside what has been.
  void keep_up(const Pass& pass) {
    const Given given = cell_->rest(pass, notes());
    pulses_ += given.pulses;  // of devices, as upkeep counts them
    verify_rounds_ += given.verify_rounds;
  }

 private:
  std::unique_ptr<Cell> cell_;
  PulseSettings pulse_;
  bool notes_lines_;
  LineWork work_;
  double pulses_ = 0, verify_rounds_ = 0;
};

}  // namespace memtrain
