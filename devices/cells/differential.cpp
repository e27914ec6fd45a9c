#include "devices/cells/pair.h"

namespace memtrain {
namespace {

/// Both devices are written, in opposite directions, so a pulse makes two steps.
class Differential final : public PairCell {
 public:
  using PairCell::PairCell;

  [[nodiscard]] float step(const Pass& pass) const override { return 2.0F * plus_->step(pass); }
  [[nodiscard]] double devices_per_pulse() const override { return 2.0; }
  void play(const PulseTrains& trains, const Pass& pass) override {
    plus_->play(trains, pass, {});
    minus_->play(trains, pass, {.inverted = true});
    subtract();
  }
  void apply(const BatchIn& counts, const Pass& pass, std::uint32_t sample) override {
    plus_->apply(counts, pass, sample, {});
    minus_->apply(counts, pass, sample, {.inverted = true});
    subtract();
  }
  void program(const BatchIn& target) override {
    // each takes its half; what one cannot, the other makes up for
    plus_->program(0.5F * target);
    minus_->program(plus_->weights() - target);
    plus_->program(target + minus_->weights());
    subtract();
  }
};

}  // namespace

extern const CellKind differential_cell{
    "differential", "the difference of two devices, both written, in opposite directions",
    [](const CellSettings& /*settings*/) { return 2; },
    [](const CellContext& context) -> std::unique_ptr<Cell> {
      return std::make_unique<Differential>(context);
    }};

}  // namespace memtrain
