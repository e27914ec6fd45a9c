#pragma once
#include <cassert>
#include <memory>

#include "devices/array/crosspoints.h"
#include "devices/cells/cell.h"

namespace memtrain {

/// Crosspoints that somebody else decides the pulses of: the digital part of an array kind counts
/// them out.
class CountedCrosspoints : public Crosspoints {
 public:
  /// `notes_lines`: see CrosspointSettings.
  CountedCrosspoints(std::unique_ptr<Cell> cell, bool notes_lines)
      : cell_(std::move(cell)), notes_lines_(notes_lines) {}

  /// Gives every cell a whole number of pulses, above 0 upwards; [outputs × inputs].
  void apply(const BatchIn& counts, const Pass& pass) {
    if (notes_lines_) {
      work_.clear(counts.rows(), counts.cols());
      work_.add_counted(counts);
    }
    cell_->apply(counts, pass, 0);
    pulses_ += static_cast<double>(counts.cwiseAbs().sum()) * cell_->devices_per_pulse();
    rest(pass);
  }
  void update(const BatchIn& /*x*/, const BatchIn& /*d*/, const Step& /*step*/,
              const Pass& /*pass*/) override {
    assert(false && "these crosspoints are told their pulses");
  }
  void program(const BatchIn& target) override { cell_->program(target); }
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
  void state(Archive& archive) override {
    cell_->state(archive);
    archive(pulses_);
  }

 protected:
  [[nodiscard]] Cell& cell() { return *cell_; }

 private:
  std::unique_ptr<Cell> cell_;
  bool notes_lines_;
  LineWork work_;
  double pulses_ = 0;
};

}  // namespace memtrain
