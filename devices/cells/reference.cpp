#include "devices/cells/pair.h"

namespace memtrain {
namespace {

/// Only the first device is written; the second is a reference that was set once.
class Reference final : public PairCell {
 public:
  explicit Reference(const CellContext& context) : PairCell(context) {
    Matrix reference(context.outputs, context.inputs);
    const Stream stream{.seed = context.seed,
                        .purpose = Purpose::device_to_device,
                        .layer = context.layer,
                        .batch = reference_spread};
    for (Index i = 0; i < reference.rows(); ++i) {
      fill_gaussian(stream, static_cast<std::uint32_t>(i),
                    {reference.row(i).data(), static_cast<std::size_t>(reference.cols())});
    }
    minus_->program((context.settings->reference_std * reference).array() +
                    context.settings->reference);
    program(Matrix::Zero(context.outputs, context.inputs));
  }

  [[nodiscard]] float step(const Pass& pass) const override { return plus_->step(pass); }
  [[nodiscard]] double devices_per_pulse() const override { return 1.0; }
  void play(const PulseTrains& trains, const Pass& pass) override {
    plus_->play(trains, pass, {});
    subtract();
  }
  void apply(const BatchIn& counts, const Pass& pass, std::uint32_t sample) override {
    plus_->apply(counts, pass, sample, {});
    subtract();
  }
  void program(const BatchIn& target) override {
    plus_->program(target + minus_->weights());
    subtract();
  }

 private:
  static constexpr std::uint32_t reference_spread = 64;  // no device of a cell has this number
};

}  // namespace

extern const CellKind reference_cell{
    "reference", "a device read against another that is set once and never written",
    [](const CellSettings& /*settings*/) { return 2; },
    [](const CellContext& context) -> std::unique_ptr<Cell> {
      return std::make_unique<Reference>(context);
    }};

}  // namespace memtrain
