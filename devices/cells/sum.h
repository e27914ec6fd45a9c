#pragma once
#include <algorithm>
#include <cmath>
#include <vector>

#include "devices/cells/cell_kind.h"

namespace memtrain {

/// Several devices whose weighted sum is the weight: w = Σ f_k w_k with f_k = s^(−k), scaled so
/// that Σ f_k = 1. Such cells differ in which device takes the pulses and in how a weight is
/// written.
class SumCell : public Cell {
 public:
  SumCell(const CellContext& context, float significance)
      : sum_(Matrix::Zero(context.outputs, context.inputs)) {
    float all = 0;
    for (int k = 0; k < context.settings->devices; ++k) {
      grids_.push_back(context.make_grid(static_cast<std::uint32_t>(k)));
      factors_.push_back(std::pow(significance, -static_cast<float>(k)));
      all += factors_.back();
    }
    for (float& factor : factors_) factor /= all;
    add_up();
  }

  Given rest(const Pass& pass, LineWork* work) override {
    Given given;
    for (const auto& grid : grids_) given += grid->rest(pass, work);
    add_up();
    return given;
  }
  void state(Archive& archive) override {
    for (const auto& grid : grids_) grid->state(archive);
    if (archive.restores()) add_up();
  }
  [[nodiscard]] ConstMatrix weights() const override {
    return {sum_.data(), sum_.rows(), sum_.cols(), Eigen::OuterStride<>(sum_.cols())};
  }
  [[nodiscard]] std::vector<DevicePlane> planes() const override {
    std::vector<DevicePlane> all;
    for (std::size_t k = 0; k < grids_.size(); ++k) {
      all.push_back(grids_[k]->plane());
      all.back().factor = factors_[k];
    }
    return all;
  }
  [[nodiscard]] double saturated_fraction() const override {
    double all = 0;
    for (const auto& grid : grids_) all += grid->saturated_fraction();
    return all / static_cast<double>(grids_.size());
  }
  [[nodiscard]] double stuck_fraction() const override {
    double all = 0;
    for (const auto& grid : grids_) all += grid->stuck_fraction();
    return all / static_cast<double>(grids_.size());
  }
  [[nodiscard]] Wear wear() const override {
    Wear all;
    for (const auto& grid : grids_) all += grid->wear();
    return all;
  }
  [[nodiscard]] PulsedConductance pulsed_conductance() const override {
    PulsedConductance all;
    for (const auto& grid : grids_) all += grid->pulsed_conductance();
    return all;
  }

 protected:
  void add_up() {
    sum_ = factors_[0] * grids_[0]->weights();
    for (std::size_t k = 1; k < grids_.size(); ++k) sum_ += factors_[k] * grids_[k]->weights();
  }

  std::vector<std::unique_ptr<DeviceGrid>> grids_;
  std::vector<float> factors_;
  Matrix sum_;
};

}  // namespace memtrain
