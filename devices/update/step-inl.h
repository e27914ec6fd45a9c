// The words in which a device's step is written once for one float and for a SIMD register.
// Included once per target by Highway's foreach_target.h: the toggle below takes the place of a
// guard.
#if defined(MEMTRAIN_DEVICES_UPDATE_STEP_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MEMTRAIN_DEVICES_UPDATE_STEP_INL_H_
#undef MEMTRAIN_DEVICES_UPDATE_STEP_INL_H_
#else
#define MEMTRAIN_DEVICES_UPDATE_STEP_INL_H_
#endif

#include <algorithm>
#include <cmath>

#include "devices/update/model_info.h"
#include "devices/update/pulsed_parameters.h"
#include "sim/base/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace memtrain::HWY_NAMESPACE {

using FloatMask = hn::Mask<FloatTag>;

/// The same value in every lane.
template <class T>
HWY_INLINE T splat(float value) {
  if constexpr (std::is_same_v<T, float>) {
    return value;
  } else {
    return hn::Set(FloatTag(), value);
  }
}

/// `a` where the pulse goes up, `b` where it goes down.
HWY_INLINE float pick(bool up, float a, float b) { return up ? a : b; }
HWY_INLINE FloatVector pick(FloatMask up, FloatVector a, FloatVector b) {
  return hn::IfThenElse(up, a, b);
}

HWY_INLINE float smaller(float a, float b) { return std::min(a, b); }
HWY_INLINE FloatVector smaller(FloatVector a, FloatVector b) { return hn::Min(a, b); }
HWY_INLINE float larger(float a, float b) { return std::max(a, b); }
HWY_INLINE FloatVector larger(FloatVector a, FloatVector b) { return hn::Max(a, b); }
HWY_INLINE float magnitude(float a) { return std::abs(a); }
HWY_INLINE FloatVector magnitude(FloatVector a) { return hn::Abs(a); }
HWY_INLINE float square_root(float a) { return std::sqrt(a); }
HWY_INLINE FloatVector square_root(FloatVector a) { return hn::Sqrt(a); }

/// w held between the device's own bounds. Where w is no number (a stuck device may divide by zero)
/// the result is `low`.
HWY_INLINE float clip(float w, float low, float high) { return std::max(low, std::min(w, high)); }
HWY_INLINE FloatVector clip(FloatVector w, FloatVector low, FloatVector high) {
  return hn::Max(low, hn::Min(w, high));
}

/// Whether a < b in every lane on its own.
HWY_INLINE bool below(float a, float b) { return a < b; }
HWY_INLINE FloatMask below(FloatVector a, FloatVector b) { return a < b; }
HWY_INLINE bool both(bool a, bool b) { return a && b; }
HWY_INLINE FloatMask both(FloatMask a, FloatMask b) { return hn::And(a, b); }

/// 2^x, held at |x| = 126; relative error 2e-7, and the rounding of x to a float beside it.
/// Multiplications and additions are kept apart so that every target gives the same bits.
HWY_INLINE FloatVector power_of_two(FloatVector x) {
  const FloatTag f;
  const WordTag w;
  const auto set = [&](float v) { return hn::Set(f, v); };
  const auto held = hn::Max(set(-126.0F), hn::Min(x, set(126.0F)));
  // adding 1.5 · 2^23 rounds to a whole number, which the lowest bits then hold with the bias of
  // the exponent added
  const auto shifted = held + set(0x1.8p23F + 127.0F);
  const auto scale = hn::BitCast(f, hn::ShiftLeft<23>(hn::BitCast(w, shifted)));
  const auto r = held - (shifted - set(0x1.8p23F + 127.0F));
  const auto r2 = r * r;
  // minimax fit of 2^r on |r| <= 1/2, in pairs so that they do not wait for each other
  const auto high = set(9.67150001e-3F) + set(1.32651191e-3F) * r;
  const auto middle = set(0.240222424F) + set(5.55073231e-2F) * r;
  const auto low = set(1.0F) + set(0.693146979F) * r;
  return (low + r2 * (middle + r2 * high)) * scale;
}

/// e^x; relative error as of power_of_two.
HWY_INLINE FloatVector exponential(FloatVector x) {
  return power_of_two(x * hn::Set(FloatTag(), 1.44269504F));
}
HWY_INLINE float exponential(float x) { return hn::GetLane(exponential(hn::Set(FloatTag(), x))); }

/// The logarithm to base 2 of x in [1e-30, 1]; absolute error 3e-7 and the rounding of a float.
HWY_INLINE FloatVector logarithm_to_base_two(FloatVector x) {
  const FloatTag f;
  const WordTag w;
  const hn::RebindToSigned<FloatTag> s;
  const auto set = [&](float v) { return hn::Set(f, v); };
  // x = m · 2^e with m in [√½, √2): subtracting the bits of √½ carries into the exponent where m is
  // larger
  const auto bits = hn::BitCast(w, x) - hn::Set(w, 0x3F3504F3U);
  const auto exponent = hn::ConvertTo(f, hn::ShiftRight<23>(hn::BitCast(s, bits)));
  const auto t =
      hn::BitCast(f, (bits & hn::Set(w, 0x007FFFFFU)) + hn::Set(w, 0x3F3504F3U)) - set(1.0F);
  const auto t2 = t * t;
  // fit of log2(1 + t) / t
  const auto p = (set(1.44269479F) + set(-0.721356648F) * t) +
                 t2 * ((set(0.480938469F) + set(-0.360103816F) * t) +
                       t2 * ((set(0.286727352F) + set(-0.249923793F) * t) +
                             t2 * (set(0.236745992F) + set(-0.145990158F) * t)));
  return exponent + t * p;
}

/// x^y for x in [0, 1] and y >= 0; 0^y is 0.
HWY_INLINE FloatVector power(FloatVector x, FloatVector y) {
  const FloatTag f;
  const auto positive = x > hn::Set(f, 1e-30F);
  const auto safe = hn::Max(x, hn::Set(f, 1e-30F));
  return hn::IfThenElseZero(positive, power_of_two(y * logarithm_to_base_two(safe)));
}
HWY_INLINE float power(float x, float y) {
  return hn::GetLane(power(hn::Set(FloatTag(), x), hn::Set(FloatTag(), y)));
}

/// The value at `position` in [0, 1] of a table of equally spaced nodes, linear between them;
/// positions outside take the value at the end.
HWY_INLINE FloatVector interpolate(const float* table, int nodes, FloatVector position) {
  const FloatTag f;
  const hn::RebindToSigned<FloatTag> s;
  const auto last = hn::Set(f, static_cast<float>(nodes - 1));
  const auto x = hn::Max(hn::Zero(f), hn::Min(position * last, last));
  const auto left = hn::Min(hn::ConvertTo(s, x), hn::Set(s, nodes - 2));
  const auto a = hn::GatherIndex(f, table, left);
  const auto b = hn::GatherIndex(f, table + 1, left);
  return a + (b - a) * (x - hn::ConvertTo(f, left));
}
HWY_INLINE float interpolate(const float* table, int nodes, float position) {
  const float last = static_cast<float>(nodes - 1);
  const float x = std::max(0.0F, std::min(position * last, last));
  const int left = std::min(static_cast<int>(x), nodes - 2);
  return table[left] + (table[left + 1] - table[left]) * (x - static_cast<float>(left));
}

/// The whole part of a number that is not negative, and the table entry with that number.
HWY_INLINE float whole(float x) { return static_cast<float>(static_cast<int>(x)); }
HWY_INLINE FloatVector whole(FloatVector x) {
  return hn::ConvertTo(FloatTag(), hn::ConvertTo(hn::RebindToSigned<FloatTag>(), x));
}
HWY_INLINE float gather(const float* table, float at) { return table[static_cast<int>(at)]; }
HWY_INLINE FloatVector gather(const float* table, FloatVector at) {
  return hn::GatherIndex(FloatTag(), table, hn::ConvertTo(hn::RebindToSigned<FloatTag>(), at));
}

/// Constants of a model whose steps need nothing but the cycle-to-cycle noise.
struct CycleNoise {
  float sigma;  ///< relative to one step
};

/// The columns of a device that has steps and bounds and nothing else: T is one float or a register
/// of them. A model with more to remember lists its own.
template <class T>
struct SteppedDevice {
  T scale_up, scale_down, bound_max, bound_min;
  void each(auto&& visit) {
    visit(scale_up), visit(scale_down), visit(bound_max), visit(bound_min);
  }
};

/// Draws such a device from four independent N(0, 1).
inline SteppedDevice<float> draw_stepped_device(const PulsedParameters& p,
                                                std::span<const float> zeta) {
  const StepsAndBounds d = draw_steps_and_bounds(p, zeta);
  return {d.scale_up, d.scale_down, d.bound_max, d.bound_min};
}

/// Constants of a model with a choice of noise.
struct StepNoise {
  float sigma;    ///< relative to one step
  bool relative;  ///< the noise shrinks with the step; if not it is that of a step at w = 0
};

/// The columns of a device whose step is a straight line over the weight: scale + slope · w.
template <class T>
struct SlopedDevice {
  T scale_up, scale_down, slope_up, slope_down, bound_max, bound_min;
  void each(auto&& visit) {
    visit(scale_up), visit(scale_down), visit(slope_up), visit(slope_down), visit(bound_max),
        visit(bound_min);
  }
};

/// One pulse of such a device; xi ~ N(0, 1). What does not depend on w is computed first, so that
/// one pulse waits little for the one before.
template <class T, class Up>
HWY_INLINE T sloped_step(const StepNoise& noise, T w, Up up, const SlopedDevice<T>& d, T xi) {
  const T scale = pick(up, d.scale_up, T{} - d.scale_down);
  const T slope = pick(up, d.slope_up, T{} - d.slope_down);
  const T factor = splat<T>(1.0F) + splat<T>(noise.sigma) * xi;
  const T size = noise.relative ? scale * factor + slope * factor * w : scale * factor + slope * w;
  return clip(w + size, d.bound_min, d.bound_max);
}

}  // namespace memtrain::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
