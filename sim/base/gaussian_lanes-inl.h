// Gaussian numbers by the handful, for kernels that need very many: the table-Hadamard generator.
// Included once per target by Highway's foreach_target.h: the toggle below takes the place of a
// guard.
#if defined(MEMTRAIN_SIM_BASE_GAUSSIAN_LANES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MEMTRAIN_SIM_BASE_GAUSSIAN_LANES_INL_H_
#undef MEMTRAIN_SIM_BASE_GAUSSIAN_LANES_INL_H_
#else
#define MEMTRAIN_SIM_BASE_GAUSSIAN_LANES_INL_H_
#endif

#include <algorithm>
#include <utility>

#include "sim/base/hadamard_tables.h"
#include "sim/base/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace memtrain::HWY_NAMESPACE {

/// The registers that hold the sixteen virtual lanes of this target.
inline constexpr std::size_t registers = virtual_lanes / hn::MaxLanes(FloatTag());

/// Calls visit(0) … visit(n − 1) with constants, so that what they index can live in registers.
template <std::size_t n, class Visit>
HWY_INLINE void unrolled(Visit&& visit) {
  [&]<std::size_t... i>(std::index_sequence<i...>) {
    (visit(std::integral_constant<std::size_t, i>()), ...);
  }
  (std::make_index_sequence<n>());
}

/// Table entry number `nibble` & 15: the upper half of the sixteen is the lower with its sign
/// turned.
HWY_INLINE FloatVector table_entry(const float* table, WordVector nibble) {
  const FloatTag f;
  const WordTag w;
  const hn::RebindToSigned<FloatTag> s;
  if constexpr (registers == 1) {
    const auto index = hn::BitCast(s, nibble & hn::Set(w, 15));
    return hn::TableLookupLanes(hn::Load(f, table), hn::IndicesFromVec(f, index));
  } else {
    const auto sign = hn::ShiftLeft<28>(nibble) & hn::Set(w, 0x80000000U);
    const auto index = hn::BitCast(s, nibble & hn::Set(w, 7));
    FloatVector magnitude;
    if constexpr (registers == 2) {
      magnitude = hn::TableLookupLanes(hn::Load(f, table), hn::IndicesFromVec(f, index));
    } else {
      magnitude = hn::GatherIndex(f, table, index);
    }
    return hn::BitCast(f, hn::BitCast(w, magnitude) ^ sign);
  }
}

/// Eight independent numbers ~ N(0, 1) from one word: eight 4-bit table look-ups, mixed by a
/// Hadamard transform, so that each is a sum of eight table entries (Thomas 2013,
/// doi:10.1109/FCCM.2013.53). About a quarter of the work of Box & Muller. Mean, variance,
/// third and fourth moments are exact, the sixth is 14.96 for 15, the distribution function is
/// within 1.6e-4 of the normal one, |value| < 6.1.
HWY_INLINE void eight_gaussians(WordVector word, FloatVector out[8]) {
  out[0] = table_entry(hadamard_tables[0], word);
  out[1] = table_entry(hadamard_tables[1], hn::ShiftRight<4>(word));
  out[2] = table_entry(hadamard_tables[2], hn::ShiftRight<8>(word));
  out[3] = table_entry(hadamard_tables[3], hn::ShiftRight<12>(word));
  out[4] = table_entry(hadamard_tables[4], hn::ShiftRight<16>(word));
  out[5] = table_entry(hadamard_tables[5], hn::ShiftRight<20>(word));
  out[6] = table_entry(hadamard_tables[6], hn::ShiftRight<24>(word));
  out[7] = table_entry(hadamard_tables[7], hn::ShiftRight<28>(word));
  const auto butterfly = [&](std::size_t a, std::size_t b) {
    const FloatVector sum = out[a] + out[b];
    out[b] = out[a] - out[b];
    out[a] = sum;
  };
  unrolled<4>([&](auto i) { butterfly(2 * i, 2 * i + 1); });
  unrolled<4>([&](auto i) { butterfly(i + i / 2 * 2, i + i / 2 * 2 + 2); });
  unrolled<4>([&](auto i) { butterfly(i, i + 4); });
}

/// A source of numbers ~ N(0, 1), sixteen lanes at a time. Which numbers it gives depends on its
/// seed and on what was taken before, not on the registers of the target.
class GaussianLanes {
 public:
  /// `noise` off: all numbers are 0.
  HWY_INLINE GaussianLanes(const LaneState& seeds, bool noise) : seeds_(seeds), noise_(noise) {
    if (!noise_) std::fill_n(&ready_[0][0], 8 * virtual_lanes, 0.0F);
  }

  /// `count` (1, 2, 4 or 8) times sixteen numbers, one behind the other, aligned; they stay until
  /// the next call.
  HWY_INLINE const float* take(std::size_t count) {
    if (used_ + count > 8) {
      if (noise_) refill();
      used_ = 0;
    }
    const float* taken = ready_[used_];
    used_ += count;
    return taken;
  }

 private:
  HWY_INLINE void refill() {
    const FloatTag f;
    unrolled<registers>([&](auto r) {
      constexpr std::size_t lane = decltype(r)::value * hn::MaxLanes(FloatTag());
      Lanes lanes(seeds_, lane);
      FloatVector eight[8];
      eight_gaussians(lanes.next(), eight);
      lanes.store(seeds_, lane);
      unrolled<8>([&](auto i) { hn::Store(eight[i], f, ready_[i] + lane); });
    });
  }

  LaneState seeds_;
  alignas(64) float ready_[8][virtual_lanes];
  std::size_t used_ = 8;
  bool noise_;
};

}  // namespace memtrain::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
