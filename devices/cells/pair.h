#pragma once
#include "devices/cells/cell_kind.h"

namespace memtrain {

/// Two devices whose difference is the weight: w = plus − minus. Pairs differ in how pulses reach
/// them and how a weight is written.
class PairCell : public Cell {
 public:
  explicit PairCell(const CellContext& context)
      : plus_(context.make_grid(0)),
        minus_(context.make_grid(1)),
        difference_(Matrix::Zero(context.outputs, context.inputs)) {}

  [[nodiscard]] ConstMatrix weights() const override {
    return {difference_.data(), difference_.rows(), difference_.cols(),
            Eigen::OuterStride<>(difference_.cols())};
  }
  [[nodiscard]] std::vector<DevicePlane> planes() const override {
    std::vector<DevicePlane> both{plus_->plane(), minus_->plane()};
    both[1].factor = -1.0F;
    return both;
  }
  [[nodiscard]] double saturated_fraction() const override {
    return (plus_->saturated_fraction() + minus_->saturated_fraction()) / 2;
  }
  [[nodiscard]] double stuck_fraction() const override {
    return (plus_->stuck_fraction() + minus_->stuck_fraction()) / 2;
  }
  [[nodiscard]] Wear wear() const override {
    Wear both = plus_->wear();
    return both += minus_->wear();
  }
  [[nodiscard]] PulsedConductance pulsed_conductance() const override {
    PulsedConductance both = plus_->pulsed_conductance();
    return both += minus_->pulsed_conductance();
  }
  Given rest(const Pass& pass, LineWork* work) override {
    Given given = plus_->rest(pass, work);
    given += minus_->rest(pass, work);
    subtract();
    return given;
  }
  void state(Archive& archive) override {
    plus_->state(archive);
    minus_->state(archive);
    if (archive.restores()) subtract();
  }

 protected:
  void subtract() { difference_ = plus_->weights() - minus_->weights(); }

  std::unique_ptr<DeviceGrid> plus_, minus_;

 private:
  Matrix difference_;
};

}  // namespace memtrain
