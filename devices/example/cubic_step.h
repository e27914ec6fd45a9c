// cubic_step: the step is the cube of the distance to the bound.
#if defined(MEMTRAIN_DEVICES_UPDATE_CUBIC_STEP_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MEMTRAIN_DEVICES_UPDATE_CUBIC_STEP_H_
#undef MEMTRAIN_DEVICES_UPDATE_CUBIC_STEP_H_
#else
#define MEMTRAIN_DEVICES_UPDATE_CUBIC_STEP_H_
#endif

#include "devices/update/step-inl.h"

HWY_BEFORE_NAMESPACE();
namespace memtrain::HWY_NAMESPACE {

struct CubicStep {
  static constexpr ModelInfo info{
      "cubic_step", "the step is the cube of the distance to the bound",
      "dw = s * scale_s * sharpness * (distance / range)^3 * (1 + dw_min_std * xi)",
      "the example of devices/README.md"};

  struct Parameters : PulsedParameters {
    float sharpness = 8.0F;
  };
  static std::span<const Parameter<Parameters>> table() {
    static constexpr auto rows = joined<Parameters>(
        pulsed_parameters<Parameters>,
        std::array<Parameter<Parameters>, 1>{{
            {{"sharpness", "1", 0.1, 100, "factor of the step"}, member<&Parameters::sharpness>},
        }});
    return rows;
  }
  static std::string problem(const Parameters& p) { return bounds_problem(p); }

  struct Constants {
    float sigma, sharpness;
  };
  static Constants constants(const Parameters& p) { return {p.dw_min_std, p.sharpness}; }

  template <class T>
  using Device = SteppedDevice<T>;
  static constexpr std::size_t draws = 4;
  static Device<float> draw(const Parameters& p, std::span<const float> zeta) {
    return draw_stepped_device(p, zeta);
  }

  template <class T, class Up>
  static HWY_INLINE T step(const Constants& c, T w, Up up, const Device<T>& d, T xi) {
    const T part = pick(up, d.bound_max - w, w - d.bound_min) / (d.bound_max - d.bound_min);
    const T size = pick(up, d.step_up, d.step_down) * splat<T>(c.sharpness) * part * part * part;
    return clip(w + size * (splat<T>(1.0F) + splat<T>(c.sigma) * xi), d.bound_min, d.bound_max);
  }
};

}  // namespace memtrain::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
