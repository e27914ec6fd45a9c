#include <cmath>
#include <numeric>
#include <vector>

#include "devices/cells/cell_kind.h"

namespace memtrain {
namespace {

/// Several devices whose weighted sum is the weight: w = Σ f_k w_k with f_k = s^(−k), scaled so
/// that Σ f_k = 1 (Boybat et al. 2018, doi:10.1038/s41467-018-04933-y, for equal factors). Policy:
/// all devices take every pulse, or one of them takes those of a whole mini-batch, in turn or at
/// random (cell_choice).
class Unit final : public Cell {
 public:
  explicit Unit(const CellContext& context)
      : policy_(context.settings->policy),
        layer_(context.layer),
        sum_(Matrix::Zero(context.outputs, context.inputs)) {
    for (int k = 0; k < context.settings->devices; ++k) {
      grids_.push_back(context.make_grid(static_cast<std::uint32_t>(k)));
      factors_.push_back(std::pow(context.settings->significance, -static_cast<float>(k)));
    }
    const float all = std::accumulate(factors_.begin(), factors_.end(), 0.0F);
    for (float& factor : factors_) factor /= all;
    add_up();
  }

  [[nodiscard]] float step(const Pass& pass) const override {
    float size = 0;
    for_chosen(pass, [&](std::size_t k) { size += factors_[k] * grids_[k]->step(pass); });
    return size;
  }
  [[nodiscard]] double devices_per_pulse() const override {
    return policy_ == "all" ? static_cast<double>(grids_.size()) : 1.0;
  }
  void play(const PulseTrains& trains, const Pass& pass) override {
    for_chosen(pass, [&](std::size_t k) { grids_[k]->play(trains, pass); });
    add_up();
  }
  void apply(const BatchIn& counts, const Pass& pass, std::uint32_t sample) override {
    for_chosen(pass, [&](std::size_t k) { grids_[k]->apply(counts, pass, sample); });
    add_up();
  }
  void program(const BatchIn& target) override {
    for (const auto& grid : grids_) grid->program(target);
    // what some could not hold, the others take over, the most significant first
    for (std::size_t k = 0; k < grids_.size(); ++k) {
      add_up();
      grids_[k]->program(grids_[k]->weights() + (target - sum_) / factors_[k]);
    }
    add_up();
  }
  void rest(const Pass& pass) override {
    for (const auto& grid : grids_) grid->rest(pass);
    add_up();
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
  [[nodiscard]] double most_pulses() const override {
    double most = grids_.front()->most_pulses();
    for (const auto& grid : grids_) most = std::max(most, grid->most_pulses());
    return most;
  }

 private:
  /// Calls visit(k) for the devices that get the pulses of this mini-batch.
  template <class Visit>
  void for_chosen(const Pass& pass, Visit visit) const {
    if (policy_ == "all") {
      for (std::size_t k = 0; k < grids_.size(); ++k) visit(k);
    } else if (policy_ == "in_turn") {
      visit(pass.batch % grids_.size());
    } else {
      visit(pass.stream(Purpose::cell_choice, layer_).words(0)[0] % grids_.size());
    }
  }

  void add_up() {
    sum_ = factors_[0] * grids_[0]->weights();
    for (std::size_t k = 1; k < grids_.size(); ++k) sum_ += factors_[k] * grids_[k]->weights();
  }

  std::string policy_;
  std::uint16_t layer_;
  std::vector<std::unique_ptr<DeviceGrid>> grids_;
  std::vector<float> factors_;
  Matrix sum_;
};

}  // namespace

extern const CellKind unit_cell{"unit",
                                "several devices that add up, equal or of falling significance",
                                [](const CellSettings& settings) { return settings.devices; },
                                [](const CellContext& context) -> std::unique_ptr<Cell> {
                                  return std::make_unique<Unit>(context);
                                }};

}  // namespace memtrain
