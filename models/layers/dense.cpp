#include <array>

#include "models/layers/initialiser.h"
#include "models/layers/layer.h"

namespace memtrain {
namespace {

struct DenseSettings {
  int units = 0;
  std::string activation = "tanh";
  std::string initialiser = "normal";
  float learning_rate_scale = 1.0F;
  bool bias = true;
  std::string name;
};

std::span<const Parameter<DenseSettings>> dense_parameters() {
  using S = DenseSettings;
  static const std::array<Parameter<S>, 6> rows{{
      {{"units", "1", 1, 1e6, "number of outputs (must be given)"}, member<&S::units>},
      {{.name = "activation",
        .unit = "1",
        .help = "activation function",
        .choices = activation_names()},
       member<&S::activation>},
      {{.name = "initialiser",
        .unit = "1",
        .help = "distribution of the initial weights; biases start at 0",
        .choices = initialiser_names()},
       member<&S::initialiser>},
      {{"learning_rate_scale", "1", 0, 1e6, "multiplies train.learning_rate in this layer"},
       member<&S::learning_rate_scale>},
      {{"bias", "1", 0, 1, "a digital bias for every output"}, member<&S::bias>},
      {{.name = "name", .unit = "1", .help = "name in the result file; empty: type and number"},
       member<&S::name>},
  }};
  return rows;
}

/// Every input connected to every output.
class Dense final : public Layer {
 public:
  Dense(const DenseSettings& settings, const LayerContext& context)
      : name_(settings.name.empty() ? "dense" + std::to_string(context.index + 1) : settings.name),
        activation_(&find_activation(settings.activation)),
        array_(make_array(*context.array, settings.units, context.inputs, context.seed,
                          context.index)),
        bias_(Vector::Zero(settings.units)),
        rate_scale_(settings.learning_rate_scale),
        has_bias_(settings.bias),
        bias_optimiser_(context.array->crosspoints.optimiser) {
    const Stream stream{
        .seed = context.seed, .purpose = Purpose::initial_weights, .layer = context.index};
    array_->program(initial_weights(settings.initialiser, settings.units, context.inputs, stream),
                    {.seed = context.seed});
  }

  Dense(std::string name, const Activation& activation, const ConstMatrix& weights, Vector bias)
      : name_(std::move(name)),
        activation_(&activation),
        bias_(std::move(bias)),
        bias_optimiser_({}) {
    array_ = make_array({.kind = "exact"}, weights.rows(), weights.cols(), 0, 0);
    array_->program(weights);
  }

  [[nodiscard]] const std::string& name() const override { return name_; }
  [[nodiscard]] Index inputs() const override { return array_->weights().cols(); }
  [[nodiscard]] Index outputs() const override { return array_->weights().rows(); }
  [[nodiscard]] const Activation& activation() const override { return *activation_; }
  [[nodiscard]] const Array& array() const override { return *array_; }
  [[nodiscard]] const Vector& bias() const override { return bias_; }

  void forward(const BatchIn& x, Activity& out, const Pass& pass) override {
    array_->forward(x, out.z, pass);
    out.z.rowwise() += bias_;
    activation_->apply(out.z, out.h);
  }
  void transposed(const BatchIn& d, Batch& g, const Pass& pass) override {
    array_->transposed(d, g, pass);
  }
  void update(const BatchIn& x, const BatchIn& d, float rate, const Pass& pass) override {
    array_->update(x, d, rate * rate_scale_, pass);
    if (!has_bias_) return;
    bias_gradient_ = d.colwise().mean();
    bias_optimiser_.step(bias_, bias_gradient_, rate * rate_scale_);
  }
  void rest(const Pass& pass) override { array_->rest(pass); }
  [[nodiscard]] std::unique_ptr<Layer> exact_twin() const override {
    return std::make_unique<Dense>(name_, *activation_, array_->weights(), bias_);
  }

 private:
  std::string name_;
  const Activation* activation_;
  std::unique_ptr<Array> array_;
  Vector bias_;
  float rate_scale_ = 1.0F;
  bool has_bias_ = true;
  Matrix bias_gradient_;
  Optimiser bias_optimiser_;
};

std::unique_ptr<Layer> make_dense(const ParameterValues& values, const LayerContext& context) {
  return std::make_unique<Dense>(settings_from(dense_parameters(), values), context);
}

std::vector<ParameterDescription> describe_dense() { return describe(dense_parameters()); }

}  // namespace

extern const LayerKind dense_layer{"dense", "every input connected to every output", describe_dense,
                                   make_dense};

}  // namespace memtrain
