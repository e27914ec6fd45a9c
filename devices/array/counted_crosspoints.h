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
  explicit CountedCrosspoints(std::unique_ptr<Cell> cell) : cell_(std::move(cell)) {}

  /// Gives every cell a whole number of pulses, above 0 upwards; [outputs × inputs].
  void apply(const BatchIn& counts, const Pass& pass) {
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
  [[nodiscard]] double most_pulses() const override { return cell_->most_pulses(); }
  void state(Archive& archive) override {
    cell_->state(archive);
    archive(pulses_);
  }

 protected:
  [[nodiscard]] Cell& cell() { return *cell_; }

 private:
  std::unique_ptr<Cell> cell_;
  double pulses_ = 0;
};

}  // namespace memtrain
