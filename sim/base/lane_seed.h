#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

namespace memtrain {

/// Vector kernels always work on this many lanes, whatever the machine's registers hold, so that
/// results do not depend on the vector length.
inline constexpr std::size_t virtual_lanes = 16;

/// The state of the light generator inside vector kernels: xoroshiro64** (Blackman & Vigna 2021,
/// doi:10.1145/3460772), one independent generator a lane.
struct LaneState {
  alignas(64) std::array<std::uint32_t, virtual_lanes> a;
  alignas(64) std::array<std::uint32_t, virtual_lanes> b;
};

/// Lane states from the four words of a named stream: each lane's 64 bits are a bijective mix of
/// the words and the lane number.
[[nodiscard]] inline LaneState seed_lanes(const std::array<std::uint32_t, 4>& words) {
  constexpr auto mix = [](std::uint32_t v) {  // the finaliser of MurmurHash3
    v = (v ^ (v >> 16U)) * 0x85EBCA6BU;
    v = (v ^ (v >> 13U)) * 0xC2B2AE35U;
    return v ^ (v >> 16U);
  };
  LaneState state;
  for (std::uint32_t lane = 0; lane < virtual_lanes; ++lane) {
    state.a[lane] = mix(words[0] ^ mix(words[2] + lane * 0x9E3779B9U));
    state.b[lane] = mix(words[1] ^ mix(words[3] + lane * 0x7F4A7C15U)) | 1U;  // never all zero
  }
  return state;
}

}  // namespace memtrain
