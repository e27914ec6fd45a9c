// The words in which a device's step is written once for one SIMD register and for several.
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
#include "sim/base/gaussian_lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace memtrain::HWY_NAMESPACE {

using FloatMask = hn::Mask<FloatTag>;

/// Several registers that a step is computed for at once, operation by operation: while one waits
/// for a result, the others go on.
template <std::size_t n>
struct Wide {
  FloatVector part[n];
};
template <std::size_t n>
struct WideMask {
  FloatMask part[n];
};

/// f of every part.
template <std::size_t n, class F, class... Args>
HWY_INLINE auto each_part(F f, const Args&... args) {
  using Result = decltype(f(args.part[0]...));
  std::conditional_t<std::is_same_v<Result, FloatVector>, Wide<n>, WideMask<n>> out;
  unrolled<n>([&](auto i) { out.part[i] = f(args.part[i]...); });
  return out;
}
template <std::size_t n>
HWY_INLINE Wide<n> operator+(const Wide<n>& a, const Wide<n>& b) {
  return each_part<n>([](FloatVector x, FloatVector y) { return x + y; }, a, b);
}
template <std::size_t n>
HWY_INLINE Wide<n> operator-(const Wide<n>& a, const Wide<n>& b) {
  return each_part<n>([](FloatVector x, FloatVector y) { return x - y; }, a, b);
}
template <std::size_t n>
HWY_INLINE Wide<n> operator*(const Wide<n>& a, const Wide<n>& b) {
  return each_part<n>([](FloatVector x, FloatVector y) { return x * y; }, a, b);
}
template <std::size_t n>
HWY_INLINE Wide<n> operator/(const Wide<n>& a, const Wide<n>& b) {
  return each_part<n>([](FloatVector x, FloatVector y) { return x / y; }, a, b);
}

/// The same value in every lane.
template <class T>
HWY_INLINE T splat(float value) {
  if constexpr (std::is_same_v<T, FloatVector>) {
    return hn::Set(FloatTag(), value);
  } else {
    T out;
    for (auto& part : out.part) part = hn::Set(FloatTag(), value);
    return out;
  }
}

/// `a` where the pulse goes up, `b` where it goes down.
HWY_INLINE FloatVector pick(FloatMask up, FloatVector a, FloatVector b) {
  return hn::IfThenElse(up, a, b);
}
template <std::size_t n>
HWY_INLINE Wide<n> pick(const WideMask<n>& up, const Wide<n>& a, const Wide<n>& b) {
  return each_part<n>([](FloatMask m, FloatVector x, FloatVector y) { return pick(m, x, y); }, up,
                      a, b);
}

HWY_INLINE FloatVector smaller(FloatVector a, FloatVector b) { return hn::Min(a, b); }
template <std::size_t n>
HWY_INLINE Wide<n> smaller(const Wide<n>& a, const Wide<n>& b) {
  return each_part<n>([](FloatVector x, FloatVector y) { return smaller(x, y); }, a, b);
}
HWY_INLINE FloatVector larger(FloatVector a, FloatVector b) { return hn::Max(a, b); }
template <std::size_t n>
HWY_INLINE Wide<n> larger(const Wide<n>& a, const Wide<n>& b) {
  return each_part<n>([](FloatVector x, FloatVector y) { return larger(x, y); }, a, b);
}
HWY_INLINE FloatVector magnitude(FloatVector a) { return hn::Abs(a); }
template <std::size_t n>
HWY_INLINE Wide<n> magnitude(const Wide<n>& a) {
  return each_part<n>([](FloatVector x) { return magnitude(x); }, a);
}
HWY_INLINE FloatVector square_root(FloatVector a) { return hn::Sqrt(a); }
template <std::size_t n>
HWY_INLINE Wide<n> square_root(const Wide<n>& a) {
  return each_part<n>([](FloatVector x) { return square_root(x); }, a);
}

/// w held between the device's own bounds. Where w is no number (a stuck device may divide by zero)
/// the result is `low`.
HWY_INLINE FloatVector clip(FloatVector w, FloatVector low, FloatVector high) {
  return hn::Max(low, hn::Min(w, high));
}
template <std::size_t n>
HWY_INLINE Wide<n> clip(const Wide<n>& w, const Wide<n>& low, const Wide<n>& high) {
  return larger(low, smaller(w, high));
}

/// Whether a < b in every lane on its own.
HWY_INLINE FloatMask below(FloatVector a, FloatVector b) { return a < b; }
template <std::size_t n>
HWY_INLINE WideMask<n> below(const Wide<n>& a, const Wide<n>& b) {
  return each_part<n>([](FloatVector x, FloatVector y) { return x < y; }, a, b);
}
HWY_INLINE FloatMask both(FloatMask a, FloatMask b) { return hn::And(a, b); }
template <std::size_t n>
HWY_INLINE WideMask<n> both(const WideMask<n>& a, const WideMask<n>& b) {
  return each_part<n>([](FloatMask x, FloatMask y) { return hn::And(x, y); }, a, b);
}

/// The exponent of a number as a number, and the number without it, in [√½, √2).
HWY_INLINE FloatVector exponent(FloatVector x) {
  const auto bits = hn::BitCast(WordTag(), x) - hn::Set(WordTag(), 0x3F3504F3U);
  const hn::RebindToSigned<FloatTag> s;
  return hn::ConvertTo(FloatTag(), hn::ShiftRight<23>(hn::BitCast(s, bits)));
}
HWY_INLINE FloatVector mantissa(FloatVector x) {
  // subtracting the bits of √½ carries into the exponent where the mantissa is larger
  const auto bits = hn::BitCast(WordTag(), x) - hn::Set(WordTag(), 0x3F3504F3U);
  return hn::BitCast(FloatTag(),
                     (bits & hn::Set(WordTag(), 0x007FFFFFU)) + hn::Set(WordTag(), 0x3F3504F3U));
}
/// The lowest bits of a float as the exponent of another.
HWY_INLINE FloatVector low_bits_as_exponent(FloatVector x) {
  return hn::BitCast(FloatTag(), hn::ShiftLeft<23>(hn::BitCast(WordTag(), x)));
}
template <std::size_t n>
HWY_INLINE Wide<n> exponent(const Wide<n>& a) {
  return each_part<n>([](FloatVector x) { return exponent(x); }, a);
}
template <std::size_t n>
HWY_INLINE Wide<n> mantissa(const Wide<n>& a) {
  return each_part<n>([](FloatVector x) { return mantissa(x); }, a);
}
template <std::size_t n>
HWY_INLINE Wide<n> low_bits_as_exponent(const Wide<n>& a) {
  return each_part<n>([](FloatVector x) { return low_bits_as_exponent(x); }, a);
}

/// 2^x, held at |x| = 126; relative error 2e-7, and the rounding of x to a float beside it.
/// Multiplications and additions are kept apart so that every target gives the same bits.
template <class T>
HWY_INLINE T power_of_two(T x) {
  const auto set = [](float v) { return splat<T>(v); };
  const T held = larger(set(-126.0F), smaller(x, set(126.0F)));
  // adding 1.5 · 2^23 rounds to a whole number, which the lowest bits then hold with the bias of
  // the exponent added
  const T shifted = held + set(0x1.8p23F + 127.0F);
  const T scale = low_bits_as_exponent(shifted);
  const T r = held - (shifted - set(0x1.8p23F + 127.0F));
  const T r2 = r * r;
  // minimax fit of 2^r on |r| <= 1/2, in pairs so that they do not wait for each other
  const T high = set(9.67150001e-3F) + set(1.32651191e-3F) * r;
  const T middle = set(0.240222424F) + set(5.55073231e-2F) * r;
  const T low = set(1.0F) + set(0.693146979F) * r;
  return (low + r2 * (middle + r2 * high)) * scale;
}

/// The logarithm to base 2 of x in [1e-37, 1]; absolute error 3e-7 and the rounding of a float.
template <class T>
HWY_INLINE T logarithm_to_base_two(T x) {
  const auto set = [](float v) { return splat<T>(v); };
  const T t = mantissa(x) - set(1.0F);
  const T t2 = t * t;
  // fit of log2(1 + t) / t
  const T p = (set(1.44269479F) + set(-0.721356648F) * t) +
              t2 * ((set(0.480938469F) + set(-0.360103816F) * t) +
                    t2 * ((set(0.286727352F) + set(-0.249923793F) * t) +
                          t2 * (set(0.236745992F) + set(-0.145990158F) * t)));
  return exponent(x) + t * p;
}

constexpr float logarithm_of_e = 1.44269504F;  // to base 2

/// e^x; relative error as of power_of_two.
template <class T>
HWY_INLINE T exponential(T x) {
  return power_of_two(x * splat<T>(logarithm_of_e));
}

/// x^y for x in [0, 1] and y >= 0; x below 1e-37 counts as that.
template <class T>
HWY_INLINE T power(T x, T y) {
  return power_of_two(y * logarithm_to_base_two(larger(x, splat<T>(1e-37F))));
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
template <std::size_t n>
HWY_INLINE Wide<n> interpolate(const float* table, int nodes, const Wide<n>& position) {
  return each_part<n>([&](FloatVector x) { return interpolate(table, nodes, x); }, position);
}

/// The whole part of a number that is not negative.
HWY_INLINE FloatVector whole(FloatVector x) {
  return hn::ConvertTo(FloatTag(), hn::ConvertTo(hn::RebindToSigned<FloatTag>(), x));
}
template <std::size_t n>
HWY_INLINE Wide<n> whole(const Wide<n>& a) {
  return each_part<n>([](FloatVector x) { return whole(x); }, a);
}
/// Entry `at` of row `row` of a table of rows of `size`; whole numbers that are not negative. Where
/// that lies is computed in whole numbers: a float holds none above 2^24.
HWY_INLINE FloatVector gather(const float* table, FloatVector row, int size, FloatVector at) {
  const hn::RebindToSigned<FloatTag> s;
  const auto place = hn::ConvertTo(s, row) * hn::Set(s, size) + hn::ConvertTo(s, at);
  return hn::GatherIndex(FloatTag(), table, place);
}
template <std::size_t n>
HWY_INLINE Wide<n> gather(const float* table, const Wide<n>& row, int size, const Wide<n>& at) {
  return each_part<n>([&](FloatVector r, FloatVector x) { return gather(table, r, size, x); }, row,
                      at);
}

/// Constants of a model whose steps need nothing but the cycle-to-cycle noise.
struct CycleNoise {
  float sigma;  ///< relative to one step
};

/// The columns of a device that has steps and bounds and nothing else: T is one float or a register
/// of them; step_down has its sign, so is negative. A model with more to remember lists its own.
template <class T>
struct SteppedDevice {
  T step_up, step_down, bound_max, bound_min;
  void each(auto&& visit) { visit(step_up), visit(step_down), visit(bound_max), visit(bound_min); }
};

/// Draws such a device from four independent N(0, 1).
inline SteppedDevice<float> draw_stepped_device(const PulsedParameters& p,
                                                std::span<const float> zeta) {
  const StepsAndBounds d = draw_steps_and_bounds(p, zeta);
  return {d.scale_up, -d.scale_down, d.bound_max, d.bound_min};
}

/// Constants of a model with a choice of noise.
struct StepNoise {
  float sigma;    ///< relative to one step
  bool relative;  ///< the noise shrinks with the step; if not it is that of a step at w = 0
};

/// The columns of a device whose step is a straight line over the weight: step + slope · w, down
/// steps with their sign.
template <class T>
struct SlopedDevice {
  T step_up, step_down, slope_up, slope_down, bound_max, bound_min;
  void each(auto&& visit) {
    visit(step_up), visit(step_down), visit(slope_up), visit(slope_down), visit(bound_max),
        visit(bound_min);
  }
};

/// One pulse of such a device; xi ~ N(0, 1). What does not depend on w is computed first, so that
/// one pulse waits little for the one before.
template <class T, class Up>
HWY_INLINE T sloped_step(const StepNoise& noise, T w, Up up, const SlopedDevice<T>& d, T xi) {
  const T step = pick(up, d.step_up, d.step_down);
  const T slope = pick(up, d.slope_up, d.slope_down);
  const T factor = splat<T>(1.0F) + splat<T>(noise.sigma) * xi;
  const T size = noise.relative ? step * factor + slope * factor * w : step * factor + slope * w;
  return clip(w + size, d.bound_min, d.bound_max);
}

}  // namespace memtrain::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
