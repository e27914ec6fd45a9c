#pragma once
#include "devices/array/pulsed_crosspoints.h"

namespace memtrain {

/// The registry entry of a pulsed device model M: see devices/update/README.md for what M must
/// have.
template <class M>
class PulsedModel final : public DeviceModel {
 public:
  explicit PulsedModel(UpdateRow update_row) : update_row_(update_row) {}

  [[nodiscard]] const ModelInfo& info() const override { return M::info; }
  [[nodiscard]] std::vector<ParameterDescription> parameters() const override {
    return describe(M::table());
  }
  [[nodiscard]] std::string problem(const ParameterValues& values) const override {
    return M::problem(settings_from(M::table(), values));
  }
  [[nodiscard]] bool pulsed() const override { return true; }
  [[nodiscard]] std::size_t bytes_per_crosspoint() const override {
    return sizeof(float) + sizeof(Device);
  }

  [[nodiscard]] std::unique_ptr<Crosspoints> make(Index outputs, Index inputs,
                                                  const CrosspointSettings& settings,
                                                  std::uint64_t seed,
                                                  std::uint16_t layer) const override {
    const auto parameters = settings_from(M::table(), settings.device);
    const PulsedCrosspoints::Model model{
        .device_columns = sizeof(Device) / sizeof(float),
        .bound_max_column = offsetof(Device, bound_max) / sizeof(float),
        .bound_min_column = offsetof(Device, bound_min) / sizeof(float),
        .dw_min = parameters.dw_min,
        .cycle_to_cycle = parameters.dw_min_std,
        .update_row = update_row_,
        .draw =
            [parameters](const std::array<float, 4>& zeta, std::span<float> columns) {
              Device device = M::draw(parameters, zeta);
              std::size_t column = 0;
              device.each([&](float field) { columns[column++] = field; });
            },
    };
    return std::make_unique<PulsedCrosspoints>(outputs, inputs, model, settings.pulse, seed, layer);
  }

 private:
  using Device = typename M::template Device<float>;
  UpdateRow update_row_;
};

}  // namespace memtrain
