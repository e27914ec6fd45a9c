#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sim/base/random_fill.cpp"
#include <hwy/foreach_target.h>

#include "sim/base/lanes-inl.h"
#include "sim/base/stream.h"

HWY_BEFORE_NAMESPACE();
namespace memtrain::HWY_NAMESPACE {

/// Calls `make(lanes)` for register after register; it returns two vectors, for the even and the
/// odd groups of sixteen numbers.
template <class Make>
void fill(const std::array<std::uint32_t, 4>& words, float* out, std::size_t size, Make make) {
  const FloatTag f;
  const LaneState seeds = seed_lanes(words);
  alignas(64) float spill[virtual_lanes];
  for (std::size_t lane = 0; lane < virtual_lanes; lane += hn::Lanes(f)) {
    Lanes lanes(seeds, lane);
    for (std::size_t at = lane; at < size; at += 2 * virtual_lanes) {
      const VectorPair pair = make(lanes);
      const auto put = [&](FloatVector v, std::size_t where) {
        if (where + hn::Lanes(f) <= size) {
          hn::StoreU(v, f, out + where);
        } else if (where < size) {
          hn::Store(v, f, spill);
          for (std::size_t i = 0; where + i < size; ++i) out[where + i] = spill[i];
        }
      };
      put(pair.first, at);
      put(pair.second, at + virtual_lanes);
    }
  }
}

void gaussian(const std::array<std::uint32_t, 4>& words, float* out, std::size_t size) {
  fill(words, out, size, [](Lanes& lanes) { return gaussian_pair(lanes.next()); });
}

void uniform(const std::array<std::uint32_t, 4>& words, float* out, std::size_t size) {
  const auto unit = [](WordVector word) {
    const FloatTag f;
    const hn::RebindToSigned<FloatTag> s;
    const auto steps = hn::ConvertTo(f, hn::BitCast(s, hn::ShiftRight<8>(word)));
    return (steps + hn::Set(f, 0.5F)) * hn::Set(f, 0x1p-23F) - hn::Set(f, 1.0F);
  };
  fill(words, out, size, [&](Lanes& lanes) {
    const auto first = unit(lanes.next());
    return VectorPair{first, unit(lanes.next())};
  });
}

}  // namespace memtrain::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace memtrain {
namespace {
HWY_EXPORT(gaussian);
HWY_EXPORT(uniform);
}  // namespace

void fill_gaussian(const Stream& stream, std::uint32_t row, std::span<float> out,
                   std::uint8_t draw) {
  HWY_DYNAMIC_DISPATCH(gaussian)(stream.words(row, draw), out.data(), out.size());
}

void fill_uniform(const Stream& stream, std::uint32_t row, std::span<float> out,
                  std::uint8_t draw) {
  HWY_DYNAMIC_DISPATCH(uniform)(stream.words(row, draw), out.data(), out.size());
}

}  // namespace memtrain
#endif
