#include <cassert>

#include "devices/array/device_model.h"

namespace memtrain {
namespace {

class IdealModel final : public DeviceModel {
 public:
  [[nodiscard]] const ModelInfo& info() const override {
    static constexpr ModelInfo ideal{"ideal", "an exact weight, updated in floating point",
                                     "W = W - rate * gradient; then clip to the bounds, if given",
                                     "the reference that every device is compared with"};
    return ideal;
  }
  [[nodiscard]] std::vector<ParameterDescription> parameters() const override {
    return describe(ideal_parameters());
  }
  [[nodiscard]] std::string problem(const ParameterValues& values) const override {
    const IdealParameters bounds = settings_from(ideal_parameters(), values);
    return bounds.w_min < bounds.w_max ? "" : "w_min must be below w_max";
  }
  [[nodiscard]] bool pulsed() const override { return false; }
  [[nodiscard]] std::size_t bytes_per_crosspoint(const ParameterValues& /*values*/) const override {
    return sizeof(float);
  }
  [[nodiscard]] DeviceRecipe recipe(const ParameterValues& /*values*/) const override {
    assert(false && "an ideal weight is no pulsed device");
    return {};
  }
  [[nodiscard]] std::unique_ptr<Crosspoints> make_digital(Index outputs, Index inputs,
                                                          const CrosspointSettings& settings,
                                                          std::uint64_t seed,
                                                          std::uint16_t layer) const override {
    return std::make_unique<DigitalWeights>(
        outputs, inputs, settings_from(ideal_parameters(), settings.device), settings.optimiser,
        settings.faults, FaultPlace{seed, layer, 0});
  }
};

}  // namespace

const DeviceModel& ideal_device_model() {
  static const IdealModel model;
  return model;
}

}  // namespace memtrain
