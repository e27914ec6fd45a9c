#pragma once
#include <cassert>
#include <cstddef>

#include "devices/array/device_model.h"

namespace memtrain {

/// The registry entry of a pulsed device model M: see devices/README.md for what M must have.
template <class M>
class PulsedModel final : public DeviceModel {
 public:
  explicit PulsedModel(const PulseKernel& kernel) : kernel_(kernel) {}

  [[nodiscard]] const ModelInfo& info() const override { return M::info; }
  [[nodiscard]] std::vector<ParameterDescription> parameters() const override {
    return describe(M::table());
  }
  [[nodiscard]] std::string problem(const ParameterValues& values) const override {
    return M::problem(settings_from(M::table(), values));
  }
  [[nodiscard]] bool pulsed() const override { return true; }
  [[nodiscard]] std::size_t bytes_per_crosspoint(const ParameterValues& values) const override {
    const Parameters p = settings_from(M::table(), values);
    const std::size_t relaxation =
        (p.lifetime > 0.0F ? 2U : 0U) + (p.diffusion > 0.0F ? 1U : 0U) + (p.drift > 0.0F ? 2U : 0U);
    const std::size_t apparent = p.write_noise_std > 0.0F ? 1 : 0;
    return sizeof(float) * (1 + apparent + relaxation) + sizeof(Device);
  }
  [[nodiscard]] DeviceRecipe recipe(const ParameterValues& values) const override {
    const Parameters parameters = settings_from(M::table(), values);
    const auto constants = std::make_shared<const typename M::Constants>(M::constants(parameters));
    return {
        .columns = sizeof(Device) / sizeof(float),
        .bound_max_column = offsetof(Device, bound_max) / sizeof(float),
        .bound_min_column = offsetof(Device, bound_min) / sizeof(float),
        .draws = M::draws,
        .step = step_of(parameters),
        .noise = noisy(parameters),
        .parameters = parameters,
        .constants = constants,
        .half_selected = half_selected(parameters),
        .kernel = kernel_,
        .draw =
            [parameters, constants](std::span<const float> zeta, std::span<float> columns) {
              Device device = drawn(parameters, *constants, zeta);
              std::size_t column = 0;
              device.each([&](float field) { columns[column++] = field; });
            },
    };
  }
  [[nodiscard]] std::unique_ptr<Crosspoints> make_digital(Index, Index, const CrosspointSettings&,
                                                          std::uint64_t,
                                                          std::uint16_t) const override {
    assert(false && "a pulsed model makes no digital weights");
    return nullptr;
  }

 private:
  using Device = typename M::template Device<float>;
  using Parameters = typename M::Parameters;

  /// A model that is not described by dw_min and dw_min_std says its mean step and noise itself.
  static float step_of(const Parameters& p) {
    if constexpr (requires { M::mean_step(p); }) {
      return M::mean_step(p);
    } else {
      return p.dw_min;
    }
  }
  static std::shared_ptr<const void> half_selected(const Parameters& p) {
    if constexpr (requires { M::half_selected(p); }) {
      if (auto constants = M::half_selected(p)) {
        return std::make_shared<const typename M::Constants>(*std::move(constants));
      }
    }
    return nullptr;
  }
  static bool noisy(const Parameters& p) {
    if constexpr (requires { M::noisy(p); }) {
      return M::noisy(p);
    } else {
      return p.dw_min_std > 0.0F;
    }
  }
  static Device drawn(const Parameters& p, const typename M::Constants& constants,
                      std::span<const float> zeta) {
    if constexpr (requires { M::draw(p, constants, zeta); }) {
      return M::draw(p, constants, zeta);
    } else {
      return M::draw(p, zeta);
    }
  }

  PulseKernel kernel_;
};

}  // namespace memtrain
