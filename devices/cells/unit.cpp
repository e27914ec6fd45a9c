#include "devices/cells/sum.h"
#include "devices/periphery/mini_batches.h"

namespace memtrain {
namespace {

/// Equal devices, or of falling significance (Boybat et al. 2018, doi:10.1038/s41467-018-04933-y,
/// for equal ones). Policy: all devices take every pulse, or one of them takes those of a whole
/// mini-batch, in turn or at random (cell_choice).
class Unit final : public SumCell {
 public:
  explicit Unit(const CellContext& context)
      : SumCell(context, context.settings->significance),
        policy_(context.settings->policy),
        layer_(context.layer) {}

  [[nodiscard]] float step(const Pass& pass) const override {
    float size = 0;
    for_chosen(pass, [&](std::size_t k) { size += factors_[k] * grids_[k]->step(pass); });
    return size;
  }
  [[nodiscard]] double devices_per_pulse() const override {
    return policy_ == "all" ? static_cast<double>(grids_.size()) : 1.0;
  }
  void play(const PulseTrains& trains, const Pass& pass) override {
    begin_turn(pass);
    for_chosen(pass, [&](std::size_t k) { grids_[k]->play(trains, pass); });
    add_up();
  }
  void apply(const BatchIn& counts, const Pass& pass, std::uint32_t sample) override {
    begin_turn(pass);
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
  void state(Archive& archive) override {
    SumCell::state(archive);
    archive(turns_);
    mini_batches_.state(archive);
  }

 private:
  /// A turn is a mini-batch with pulses, however often a rule updates in it. Turns go on from epoch
  /// to epoch, and mini-batches without pulses take none, as between two transfers: or some devices
  /// would never have theirs.
  void begin_turn(const Pass& pass) {
    if (mini_batches_.begins(pass)) ++turns_;
  }

  /// Calls visit(k) for the devices that get the pulses of this mini-batch, begun or not.
  template <class Visit>
  void for_chosen(const Pass& pass, Visit visit) const {
    if (policy_ == "all") {
      for (std::size_t k = 0; k < grids_.size(); ++k) visit(k);
    } else if (policy_ == "in_turn") {
      const std::uint64_t before = mini_batches_.is_next(pass) ? turns_ : turns_ - 1;
      visit(static_cast<std::size_t>(before % grids_.size()));
    } else {
      visit(pass.stream(Purpose::cell_choice, layer_).words(0)[0] % grids_.size());
    }
  }

  std::string policy_;
  std::uint16_t layer_;
  std::uint64_t turns_ = 0;  // that have begun
  MiniBatches mini_batches_;
};

}  // namespace

extern const CellKind unit_cell{"unit",
                                "several devices that add up, equal or of falling significance",
                                [](const CellSettings& settings) { return settings.devices; },
                                [](const CellContext& context) -> std::unique_ptr<Cell> {
                                  return std::make_unique<Unit>(context);
                                }};

}  // namespace memtrain
