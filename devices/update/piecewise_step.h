// piecewise_step: the step follows a line through given nodes, equally spaced from bound to bound.
//
//   dw = s · scale_s · v_s((w − bound_min) / (bound_max − bound_min)) · (1 + σξ)         then clip
//
// where v_up and v_down are linear between their nodes (piecewise_up, piecewise_down: the first at
// the lower bound, the last at the upper). σ = dw_min_std, ξ ~ N(0, 1) fresh a pulse.
// Source: a table of steps as in Agarwal et al. 2016, doi:10.1109/IJCNN.2016.7727298.
// Compiled once per SIMD target: the toggle takes the place of an include guard.
#if defined(MEMTRAIN_DEVICES_UPDATE_PIECEWISE_STEP_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MEMTRAIN_DEVICES_UPDATE_PIECEWISE_STEP_H_
#undef MEMTRAIN_DEVICES_UPDATE_PIECEWISE_STEP_H_
#else
#define MEMTRAIN_DEVICES_UPDATE_PIECEWISE_STEP_H_
#endif

#include <vector>

#include "devices/update/step-inl.h"

HWY_BEFORE_NAMESPACE();
namespace memtrain::HWY_NAMESPACE {

struct PiecewiseStep {
  static constexpr ModelInfo info{"piecewise_step", "the step follows a line through given nodes",
                                  "dw = s * scale_s * v_s((w - bound_min) / (bound_max - "
                                  "bound_min)) * (1 + dw_min_std * xi), v_s "
                                  "linear between the nodes; then clip",
                                  "Agarwal et al. 2016, doi:10.1109/IJCNN.2016.7727298"};

  struct Parameters : PulsedParameters {
    std::vector<float> piecewise_up{1.0F, 1.0F};
    std::vector<float> piecewise_down{1.0F, 1.0F};
  };
  static std::span<const Parameter<Parameters>> table() {
    using P = Parameters;
    static constexpr auto rows = joined<P>(
        pulsed_parameters<P>,
        std::array<Parameter<P>, 2>{{
            {{"piecewise_up", "1", 0, 1e6, "up steps from bound to bound, relative to dw_min"},
             member<&P::piecewise_up>},
            {{"piecewise_down", "1", 0, 1e6, "down steps from bound to bound, relative to dw_min"},
             member<&P::piecewise_down>},
        }});
    return rows;
  }
  static std::string problem(const Parameters& p) {
    if (p.piecewise_up.size() < 2 || p.piecewise_down.size() < 2) {
      return "piecewise_up and piecewise_down need two nodes at least";
    }
    return bounds_problem(p);
  }

  struct Constants {
    float sigma;
    std::vector<float> up, down;
  };
  static Constants constants(const Parameters& p) {
    return {p.dw_min_std, p.piecewise_up, p.piecewise_down};
  }

  template <class T>
  using Device = SteppedDevice<T>;
  static constexpr std::size_t draws = 4;
  static Device<float> draw(const Parameters& p, std::span<const float> zeta) {
    return draw_stepped_device(p, zeta);
  }

  /// One pulse; xi ~ N(0, 1).
  template <class T, class Up>
  static HWY_INLINE T step(const Constants& c, T w, Up up, const Device<T>& d, T xi) {
    const T position = (w - d.bound_min) * (splat<T>(1.0F) / (d.bound_max - d.bound_min));
    const T above = interpolate(c.up.data(), static_cast<int>(c.up.size()), position);
    const T beneath = interpolate(c.down.data(), static_cast<int>(c.down.size()), position);
    const T size = pick(up, d.step_up * above, d.step_down * beneath);
    return clip(w + size * (splat<T>(1.0F) + splat<T>(c.sigma) * xi), d.bound_min, d.bound_max);
  }
};

}  // namespace memtrain::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
