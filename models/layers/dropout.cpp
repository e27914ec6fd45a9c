#include <array>

#include "models/layers/layer.h"

namespace memtrain {
namespace {

struct DropoutSettings {
  float rate = 0.1F;
};

std::span<const Parameter<DropoutSettings>> dropout_parameters() {
  using S = DropoutSettings;
  static constexpr std::array<Parameter<S>, 1> rows{{
      {{"rate", "1", 0, 0.99, "part of the activities that are silenced in training"},
       member<&S::rate>},
  }};
  return rows;
}

/// In training, silences a part of the activities at random, sample by sample, and scales up what
/// is left by 1/(1 − rate) (Srivastava et al. 2014). All reads of a mini-batch meet the same mask:
/// a second pass differs from the first by what it was given, not by chance. Random: dropout.
class Dropout final : public Layer {
 public:
  Dropout(const DropoutSettings& settings, const LayerContext& context)
      : Layer(context, context.input), rate_(settings.rate), index_(context.index) {}

  void compute(const BatchIn& x, Activity& out, const Pass& pass) override {
    silence(x, out.h, pass);
  }
  void compute_back(const BatchIn& /*x*/, const BatchIn& d, Batch& g, ErrorPath& /*path*/,
                    const Pass& pass) override {
    silence(d, g, pass);
  }
  [[nodiscard]] bool in_place() const override { return true; }
  [[nodiscard]] std::unique_ptr<Layer> exact_twin() const override {
    return std::make_unique<Dropout>(*this);
  }

 private:
  void silence(const BatchIn& in, Batch& out, Pass pass) {
    if (pass.phase == Phase::evaluation) {
      out = in;
      return;
    }
    pass.read = 0;
    const Stream stream = pass.stream(Purpose::dropout, index_);
    out.resize(in.rows(), in.cols());
    drawn_.resize(in.cols());
    const float scale = 1.0F / (1.0F - rate_);
    for (Index i = 0; i < in.rows(); ++i) {
      fill_uniform(stream, static_cast<std::uint32_t>(i),
                   {drawn_.data(), static_cast<std::size_t>(drawn_.size())});
      // uniform on (−1, 1)
      out.row(i) = (drawn_.array() > 2.0F * rate_ - 1.0F).select(scale * in.row(i).array(), 0.0F);
    }
  }

  float rate_;
  std::uint16_t index_;
  Vector drawn_;
};

}  // namespace

extern const LayerKind dropout_layer{
    .name = "dropout",
    .summary = "silences a part of the activities at random in training",
    .parameters = [] { return describe(dropout_parameters()); },
    .make = [](const ParameterValues& values,
               const LayerContext& context) -> std::unique_ptr<Layer> {
      return std::make_unique<Dropout>(settings_from(dropout_parameters(), values), context);
    }};

}  // namespace memtrain
