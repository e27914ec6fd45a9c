#include "devices/array/write_verify.h"
#include "devices/cells/pair.h"

namespace memtrain {
namespace {

/// Both devices only ever go up: an up pulse goes to plus, a down pulse to minus. When a device
/// nears the end of its range, the pair is refreshed: both are reset and the difference is written
/// again, in a closed loop.
class OneSided final : public PairCell {
 public:
  explicit OneSided(const CellContext& context)
      : PairCell(context), settings_(*context.settings), pulse_(*context.pulse) {}

  [[nodiscard]] float step(const Pass& pass) const override { return plus_->step(pass); }
  [[nodiscard]] double devices_per_pulse() const override { return 1.0; }
  void play(const PulseTrains& trains, const Pass& pass) override {
    plus_->play(trains, pass, {.only_up = true});
    minus_->play(trains, pass, {.inverted = true, .only_up = true});
    subtract();
  }
  void apply(const BatchIn& counts, const Pass& pass, std::uint32_t sample) override {
    plus_->apply(counts, pass, sample, {.only_up = true});
    minus_->apply(counts, pass, sample, {.inverted = true, .only_up = true});
    subtract();
  }
  void program(const BatchIn& target) override {
    plus_->program(plus_->lower_bounds() + target.cwiseMax(0.0F));
    minus_->program(minus_->lower_bounds() + (-target).cwiseMax(0.0F));
    subtract();
  }
  Given rest(const Pass& pass, LineWork* work) override {
    Given given = PairCell::rest(pass, work);
    if (settings_.refresh_every == 0 || ++batches_ % settings_.refresh_every != 0) return given;
    return given += refresh(pass, work);
  }
  [[nodiscard]] bool has_upkeep() const override { return settings_.refresh_every > 0; }
  void state(Archive& archive) override {
    PairCell::state(archive);
    archive(batches_);
  }

 private:
  Given refresh(const Pass& pass, LineWork* work) {
    const Matrix kept = weights();
    const auto level = [](const DeviceGrid& grid) {
      return ((grid.weights() - grid.lower_bounds()).array() /
              (grid.upper_bounds() - grid.lower_bounds()).array())
          .eval();
    };
    const WhichDevices full =
        level(*plus_) > settings_.refresh_at || level(*minus_) > settings_.refresh_at;
    if (!full.any()) return {};
    plus_->reset(full);
    minus_->reset(full);
    subtract();
    return write_verify(*this, kept, pulse_, pass, first_refresh_sample, work);
  }

  // beyond the samples of any mini-batch, so that a refresh has noise of its own
  static constexpr std::uint32_t first_refresh_sample = 999'983;
  CellSettings settings_;
  PulseSettings pulse_;
  std::int64_t batches_ = 0;
};

}  // namespace

extern const CellKind one_sided_cell{
    "one_sided", "the difference of two devices that only go up, refreshed when they are full",
    [](const CellSettings& /*settings*/) { return 2; },
    [](const CellContext& context) -> std::unique_ptr<Cell> {
      return std::make_unique<OneSided>(context);
    }};

}  // namespace memtrain
