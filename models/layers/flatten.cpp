#include "models/layers/layer.h"

namespace memtrain {
namespace {

/// A feature map as a plain vector. Dense layers do the same by themselves.
class Flatten final : public Layer {
 public:
  explicit Flatten(const LayerContext& context) : Layer(context, flat(context.input.size())) {}
  void compute(const BatchIn& x, Activity& out, const Pass& /*pass*/) override { out.h = x; }
  void compute_back(const BatchIn& /*x*/, const BatchIn& d, Batch& g, ErrorPath& /*path*/,
                    const Pass& /*pass*/) override {
    g = d;
  }
  [[nodiscard]] bool in_place() const override { return true; }
  [[nodiscard]] std::unique_ptr<Layer> exact_twin() const override {
    return std::make_unique<Flatten>(*this);
  }
};

}  // namespace

extern const LayerKind flatten_layer{
    .name = "flatten",
    .summary = "a feature map as a plain vector",
    .parameters = [] { return std::vector<ParameterDescription>{}; },
    .make = [](const ParameterValues& /*values*/, const LayerContext& context)
        -> std::unique_ptr<Layer> { return std::make_unique<Flatten>(context); }};

}  // namespace memtrain
