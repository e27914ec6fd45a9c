// The light random generator of vector kernels, for one SIMD target.
// Included once per target by Highway's foreach_target.h: the toggle below takes the place of a
// guard.
#if defined(MEMTRAIN_SIM_BASE_LANES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MEMTRAIN_SIM_BASE_LANES_INL_H_
#undef MEMTRAIN_SIM_BASE_LANES_INL_H_
#else
#define MEMTRAIN_SIM_BASE_LANES_INL_H_
#endif

#include <hwy/highway.h>

#include "sim/base/lane_seed.h"

HWY_BEFORE_NAMESPACE();
namespace memtrain::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using FloatTag = hn::CappedTag<float, virtual_lanes>;
using WordTag = hn::RebindToUnsigned<FloatTag>;
using FloatVector = hn::Vec<FloatTag>;
using WordVector = hn::Vec<WordTag>;
using WordMask = hn::Mask<WordTag>;

/// The lanes of one register out of the virtual sixteen, drawing words.
class Lanes {
 public:
  HWY_INLINE Lanes(const LaneState& state, std::size_t first_lane)
      : a_(hn::Load(WordTag(), state.a.data() + first_lane)),
        b_(hn::Load(WordTag(), state.b.data() + first_lane)) {}

  HWY_INLINE void store(LaneState& state, std::size_t first_lane) const {
    hn::Store(a_, WordTag(), state.a.data() + first_lane);
    hn::Store(b_, WordTag(), state.b.data() + first_lane);
  }

  /// The next uniform word of every lane (xoroshiro64**).
  HWY_INLINE WordVector next() {
    const WordVector word = output();
    const WordVector mixed = b_ ^ a_;
    a_ = scrambled(mixed);
    b_ = hn::RotateRight<32 - 13>(mixed);
    return word;
  }

  /// The next word; only lanes of `active` move on. So what a lane draws depends on its own history
  /// alone and not on its neighbours in the register.
  HWY_INLINE WordVector next(WordMask active) {
    const WordVector word = output();
    const WordVector mixed = b_ ^ a_;
    a_ = hn::IfThenElse(active, scrambled(mixed), a_);
    b_ = hn::IfThenElse(active, hn::RotateRight<32 - 13>(mixed), b_);
    return word;
  }

 private:
  HWY_INLINE WordVector output() const {
    const WordVector product = hn::RotateRight<32 - 5>(a_ * hn::Set(WordTag(), 0x9E3779BBU));
    return product + hn::ShiftLeft<2>(product);
  }
  HWY_INLINE WordVector scrambled(WordVector mixed) const {
    return hn::RotateRight<32 - 26>(a_) ^ mixed ^ hn::ShiftLeft<9>(mixed);
  }

  WordVector a_, b_;
};

/// Natural logarithm of u in (0, 1), u not denormal; relative error 1.3e-6 of log, also near u = 1.
/// Multiplications and additions are kept apart so that every target gives the same bits.
HWY_INLINE FloatVector log_unit(FloatVector u) {
  const FloatTag f;
  const WordTag w;
  const hn::RebindToSigned<FloatTag> s;
  // u = m · 2^e with m in [√½, √2): subtracting the bits of √½ carries into the exponent where m is
  // larger
  const auto bits = hn::BitCast(w, u) - hn::Set(w, 0x3F3504F3U);
  const auto exponent = hn::ConvertTo(f, hn::ShiftRight<23>(hn::BitCast(s, bits)));
  const auto mantissa = hn::BitCast(f, (bits & hn::Set(w, 0x007FFFFFU)) + hn::Set(w, 0x3F3504F3U));
  const auto t = mantissa - hn::Set(f, 1.0F);
  auto p = hn::Set(f, 0.11657806F);  // Chebyshev fit of log(1 + t) / t on [√½ − 1, √2 − 1]
  p = p * t + hn::Set(f, -0.1857384F);
  p = p * t + hn::Set(f, 0.20525444F);
  p = p * t + hn::Set(f, -0.24920337F);
  p = p * t + hn::Set(f, 0.33313563F);
  p = p * t + hn::Set(f, -0.50000876F);
  p = p * t + hn::Set(f, 1.0000011F);
  return exponent * hn::Set(f, 0.6931472F) + p * t;
}

/// sin(x) for x in [0, π/2]; relative error 1.2e-6.
HWY_INLINE FloatVector sin_first_quadrant(FloatVector x) {
  const FloatTag f;
  const auto y = x * x;
  auto p = hn::Set(f, -1.8522539e-4F);
  p = p * y + hn::Set(f, 8.313191e-3F);
  p = p * y + hn::Set(f, -0.16665676F);
  p = p * y + hn::Set(f, 0.9999992F);
  return p * x;
}

/// Two vectors drawn together.
struct VectorPair {
  FloatVector first, second;
};

/// Two independent numbers ~ N(0, 1) from one word (Box & Muller 1958): 19 bits for the radius, 11
/// for the angle within a quadrant, 2 for the signs.
HWY_INLINE VectorPair gaussian_pair(WordVector word) {
  const FloatTag f;
  const WordTag w;
  const hn::RebindToSigned<FloatTag> s;
  const auto to_float = [&](WordVector v) { return hn::ConvertTo(f, hn::BitCast(s, v)); };
  const auto half = hn::Set(f, 0.5F);
  const auto u = (to_float(hn::ShiftRight<13>(word)) + half) * hn::Set(f, 0x1p-19F);
  const auto radius = hn::Sqrt(log_unit(u) * hn::Set(f, -2.0F));
  const auto angle = (to_float(hn::ShiftRight<2>(word) & hn::Set(w, 0x7FFU)) + half) *
                     hn::Set(f, 1.57079633F / 2048.0F);
  const auto sine = sin_first_quadrant(angle);
  const auto cosine = sin_first_quadrant(hn::Set(f, 1.57079633F) - angle);
  const auto signed_by = [&](FloatVector v, WordVector sign) {
    return hn::BitCast(f, hn::BitCast(w, v) ^ sign);
  };
  const auto top = hn::Set(w, 0x80000000U);
  return {signed_by(radius * sine, hn::ShiftLeft<31>(word)),
          signed_by(radius * cosine, hn::ShiftLeft<30>(word) & top)};
}

}  // namespace memtrain::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
