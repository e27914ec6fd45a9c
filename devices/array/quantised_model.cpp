#include <array>
#include <cassert>

#include "devices/array/device_model.h"
#include "devices/periphery/converter.h"

namespace memtrain {
namespace {

struct QuantisedParameters {
  int bits = 4;
  float w_max = 1.0F;
  float w_min = -1.0F;
  std::string rounding = "stochastic";
  float g_max = 0.0F;
  float g_min = 0.0F;
};

std::span<const Parameter<QuantisedParameters>> quantised_parameters() {
  using P = QuantisedParameters;
  static constexpr std::array<std::string_view, 2> roundings{"nearest", "stochastic"};
  static const std::array<Parameter<P>, 6> rows{{
      {{"bits", "bit", 1, 20, "a weight is on one of 2^bits equally spaced levels"},
       member<&P::bits>},
      {{"w_max", "weight", -100, 100, "highest level"}, member<&P::w_max>},
      {{"w_min", "weight", -100, 100, "lowest level"}, member<&P::w_min>},
      {{.name = "rounding",
        .unit = "1",
        .help = "how a written weight comes to a level",
        .choices = roundings},
       member<&P::rounding>},
      {{"g_max", "S", 0, 1e3, "conductance that w_max stands for; 0: not known"},
       member<&P::g_max>},
      {{"g_min", "S", 0, 1e3, "conductance that w_min stands for"}, member<&P::g_min>},
  }};
  return rows;
}

/// Weights on 2^bits levels: every write rounds. Stochastic rounding goes to one of the two levels
/// around with the probability that makes the mean right, so that small updates are not lost.
/// Random: rounding of its layer.
class QuantisedWeights final : public Crosspoints {
 public:
  QuantisedWeights(Index outputs, Index inputs, const QuantisedParameters& parameters,
                   const OptimiserSettings& optimiser, const FaultSettings& faults,
                   std::uint64_t seed, std::uint16_t layer)
      : range_{parameters.w_max, parameters.w_min, parameters.g_max, parameters.g_min},
        low_(parameters.w_min),
        step_((parameters.w_max - parameters.w_min) /
              static_cast<float>((1 << parameters.bits) - 1)),
        highest_(static_cast<float>((1 << parameters.bits) - 1)),
        stochastic_(parameters.rounding == "stochastic"),
        layer_(layer),
        optimiser_(optimiser),
        stuck_(faults, parameters.w_min, parameters.w_max, outputs, inputs, {seed, layer, 0}) {
    program(Matrix::Zero(outputs, inputs));
  }

  void update(const BatchIn& x, const BatchIn& d, const Step& step, const Pass& pass) override {
    gradient_.noalias() =
        (step.gradient_factor() / static_cast<float>(x.rows())) * (d.transpose() * x);
    optimiser_.step(weights_, gradient_, step.rate, 0, step.worth);
    if (!stochastic_) {
      round_to_nearest();
      return;
    }
    weights_ = (weights_.array() - low_) / step_;
    round_by_chance(weights_, pass.stream(Purpose::rounding, layer_), 0, 0);
    weights_ = low_ + step_ * weights_.array().max(0.0F).min(highest_);
    stuck_.hold(weights_);
  }
  void program(const BatchIn& target) override {
    weights_ = target;
    round_to_nearest();
  }
  [[nodiscard]] ConstMatrix weights() const override {
    return {weights_.data(), weights_.rows(), weights_.cols(),
            Eigen::OuterStride<>(weights_.cols())};
  }
  [[nodiscard]] std::vector<DevicePlane> planes() const override {
    return {{weights(), 1.0F, range_}};
  }
  [[nodiscard]] double stuck_fraction() const override {
    return stuck_.count() / static_cast<double>(weights_.size());
  }
  [[nodiscard]] double saturated_fraction() const override {
    const auto w = weights_.array();
    const auto at_end = w <= low_ + 0.5F * step_ || w >= low_ + step_ * (highest_ - 0.5F);
    return static_cast<double>(at_end.count()) / static_cast<double>(weights_.size());
  }
  void state(Archive& archive) override {
    archive(weights_);
    optimiser_.state(archive);
  }

 private:
  void round_to_nearest() {
    weights_ = low_ + step_ * ((weights_.array() - low_) / step_).round().max(0.0F).min(highest_);
    stuck_.hold(weights_);
  }

  ConductanceRange range_;
  float low_, step_, highest_;
  bool stochastic_;
  std::uint16_t layer_;
  Optimiser optimiser_;
  StuckWeights stuck_;
  Matrix weights_, gradient_;
};

class QuantisedModel final : public DeviceModel {
 public:
  [[nodiscard]] const ModelInfo& info() const override {
    static constexpr ModelInfo quantised{
        "quantised", "a weight on equally spaced levels; every write rounds",
        "W = round(W - rate * gradient) to 2^bits levels from w_min to w_max",
        "Gupta et al. 2015, arXiv:1502.02551"};
    return quantised;
  }
  [[nodiscard]] std::vector<ParameterDescription> parameters() const override {
    return describe(quantised_parameters());
  }
  [[nodiscard]] std::string problem(const ParameterValues& values) const override {
    const QuantisedParameters p = settings_from(quantised_parameters(), values);
    return p.w_min < p.w_max ? "" : "w_min must be below w_max";
  }
  [[nodiscard]] bool pulsed() const override { return false; }
  [[nodiscard]] std::size_t bytes_per_crosspoint(const ParameterValues& /*values*/) const override {
    return sizeof(float);
  }
  [[nodiscard]] DeviceRecipe recipe(const ParameterValues& /*values*/) const override {
    assert(false && "a quantised weight is no pulsed device");
    return {};
  }
  [[nodiscard]] std::unique_ptr<Crosspoints> make_digital(Index outputs, Index inputs,
                                                          const CrosspointSettings& settings,
                                                          std::uint64_t seed,
                                                          std::uint16_t layer) const override {
    return std::make_unique<QuantisedWeights>(
        outputs, inputs, settings_from(quantised_parameters(), settings.device), settings.optimiser,
        settings.faults, seed, layer);
  }
};

}  // namespace

const DeviceModel& quantised_device_model() {
  static const QuantisedModel model;
  return model;
}

}  // namespace memtrain
