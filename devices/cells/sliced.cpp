#include "devices/array/write_verify.h"
#include "devices/cells/sum.h"

namespace memtrain {
namespace {

/// Bit slicing: each device holds a digit of the weight. It has L = slice_levels levels, the
/// middles of L equal parts of its range, and the next device, which counts L times less, says
/// where in its part the weight lies; the last one takes what is left as it is. Pulses go to the
/// last device, and every so many mini-batches the digits are set anew, in a closed loop, so that
/// it has room again (Ankit et al. 2020, doi:10.1109/TC.2020.2998456).
class Sliced final : public SumCell {
 public:
  explicit Sliced(const CellContext& context)
      : SumCell(context, static_cast<float>(context.settings->slice_levels)),
        settings_(*context.settings),
        pulse_(*context.pulse) {}

  [[nodiscard]] float step(const Pass& pass) const override {
    return factors_.back() * grids_.back()->step(pass);
  }
  [[nodiscard]] double devices_per_pulse() const override { return 1.0; }
  void play(const PulseTrains& trains, const Pass& pass) override {
    grids_.back()->play(trains, pass);
    add_up();
  }
  void apply(const BatchIn& counts, const Pass& pass, std::uint32_t sample) override {
    grids_.back()->apply(counts, pass, sample);
    add_up();
  }
  void program(const BatchIn& target) override {
    set_digits(target, [](DeviceGrid& grid, const Matrix& digits) { grid.program(digits); });
  }
  Given rest(const Pass& pass, LineWork* work) override {
    Given given = SumCell::rest(pass, work);
    if (settings_.carry_every == 0 || ++batches_ % settings_.carry_every != 0) return given;
    set_digits(Matrix(weights()), [&](DeviceGrid& grid, const Matrix& digits) {
      given += write_verify(grid, digits, pulse_, pass, first_carry_sample, work);
    });
    return given;
  }
  [[nodiscard]] bool has_upkeep() const override { return settings_.carry_every > 0; }
  void state(Archive& archive) override {
    SumCell::state(archive);
    archive(batches_);
  }

 private:
  /// Sets the digits of `target` from the most significant on: what one device cannot hold is left
  /// to those after it.
  template <class Set>
  void set_digits(const Matrix& target, Set set) {
    Matrix left = target;
    for (std::size_t k = 0; k < grids_.size(); ++k) {
      Matrix digits = left / factors_[k];
      if (k + 1 < grids_.size()) {
        const ConductanceRange range = grids_[k]->plane().range;
        const float part = (range.w_max - range.w_min) / static_cast<float>(settings_.slice_levels);
        const auto which = ((digits.array() - range.w_min) / part).floor();
        const auto highest = static_cast<float>(settings_.slice_levels - 1);
        digits = range.w_min + part * (which.max(0.0F).min(highest) + 0.5F);
      }
      set(*grids_[k], digits);
      left -= factors_[k] * grids_[k]->weights();
    }
    add_up();
  }

  // beyond the samples of any mini-batch, so that a carry has noise of its own
  static constexpr std::uint32_t first_carry_sample = 999'983;
  CellSettings settings_;
  PulseSettings pulse_;
  std::int64_t batches_ = 0;
};

}  // namespace

extern const CellKind sliced_cell{"sliced", "several devices that each hold a digit of the weight",
                                  [](const CellSettings& settings) { return settings.devices; },
                                  [](const CellContext& context) -> std::unique_ptr<Cell> {
                                    return std::make_unique<Sliced>(context);
                                  }};

}  // namespace memtrain
