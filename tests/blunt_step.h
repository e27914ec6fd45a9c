// blunt_step: a power of the distance to the bound, of which a part does not depend on it.
#if defined(MEMTRAIN_TESTS_BLUNT_STEP_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MEMTRAIN_TESTS_BLUNT_STEP_H_
#undef MEMTRAIN_TESTS_BLUNT_STEP_H_
#else
#define MEMTRAIN_TESTS_BLUNT_STEP_H_
#endif

#include "devices/update/step-inl.h"

HWY_BEFORE_NAMESPACE();
namespace memtrain::HWY_NAMESPACE {

struct BluntStep {
  static constexpr ModelInfo info{
      "blunt_step", "a part of the step depends on a power of the distance to the bound",
      "dw = s * scale_s * (bluntness + (1 - bluntness) * (distance / range)^order) * (1 + "
      "dw_min_std * xi)",
      "tests/fit_test.cpp"};

  struct Parameters : PulsedParameters {
    float bluntness = 0.0F;
    float order = 1.1F;
  };
  static std::span<const Parameter<Parameters>> table() {
    static constexpr auto rows =
        joined<Parameters>(pulsed_parameters<Parameters>,
                           std::array<Parameter<Parameters>, 2>{{
                               {{"bluntness", "1", 0, 1, "part that is the same everywhere"},
                                member<&Parameters::bluntness>},
                               {{"order", "1", 1.1, 100, "exponent"}, member<&Parameters::order>},
                           }});
    return rows;
  }
  static std::string problem(const Parameters& p) { return bounds_problem(p); }

  struct Constants {
    float sigma, bluntness, order;
  };
  static Constants constants(const Parameters& p) { return {p.dw_min_std, p.bluntness, p.order}; }

  template <class T>
  using Device = SteppedDevice<T>;
  static constexpr std::size_t draws = 4;
  static Device<float> draw(const Parameters& p, std::span<const float> zeta) {
    return draw_stepped_device(p, zeta);
  }

  template <class T, class Up>
  static HWY_INLINE T step(const Constants& c, T w, Up up, const Device<T>& d, T xi) {
    const T part = pick(up, d.bound_max - w, w - d.bound_min) / (d.bound_max - d.bound_min);
    const T shape =
        splat<T>(c.bluntness) + splat<T>(1.0F - c.bluntness) * power(part, splat<T>(c.order));
    const T size = pick(up, d.step_up, d.step_down) * shape;
    return clip(w + size * (splat<T>(1.0F) + splat<T>(c.sigma) * xi), d.bound_min, d.bound_max);
  }
};

}  // namespace memtrain::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
