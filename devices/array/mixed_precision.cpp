#include <array>

#include "devices/array/counted_crosspoints.h"
#include "devices/array/crossbar.h"

namespace memtrain {
namespace {

/// Gradients add up in digital memory in full precision; whenever one is worth whole pulses, these
/// go to the device (see due()) and their worth is taken off (Nandakumar et al. 2020,
/// doi:10.3389/fnins.2020.00406).
class MixedPrecision final : public CountedCrosspoints {
 public:
  MixedPrecision(std::unique_ptr<Cell> cell, Index outputs, Index inputs,
                 const CrosspointSettings& settings)
      : CountedCrosspoints(std::move(cell), settings.pulse, settings.note_lines),
        owed_(Matrix::Zero(outputs, inputs)) {}

  void update(const BatchIn& x, const BatchIn& d, const Step& step, const Pass& pass) override {
    const float pulses_per_product =
        step.row_rate() / static_cast<float>(x.rows()) / cell().step(pass);
    owed_.noalias() -= pulses_per_product * (d.transpose() * x);
    counts_ = due(owed_);
    owed_ -= counts_;
    apply(counts_, pass);
  }
  void state(Archive& archive) override {
    CountedCrosspoints::state(archive);
    archive(owed_);
  }

 private:
  Matrix owed_;  // in pulses
  Matrix counts_;
};

constexpr std::array<std::string_view, 1> modes{"deterministic"};

std::unique_ptr<Array> make_mixed_precision(const ArraySettings& settings, Index outputs,
                                            Index inputs, std::uint64_t seed, std::uint16_t layer) {
  return std::make_unique<Crossbar>(
      std::make_unique<MixedPrecision>(
          make_cell(*settings.device, outputs, inputs, settings.crosspoints, seed, layer), outputs,
          inputs, settings.crosspoints),
      settings.circuits, seed, layer);
}

}  // namespace

extern const ArrayKind mixed_precision_array{
    "mixed_precision", "gradients add up digitally, whole pulses go to the devices", modes, true,
    make_mixed_precision};

}  // namespace memtrain
