#pragma once
#include <cstdint>

namespace memtrain {

/// Random numbers of the groups of a convolution are told apart by the bits of the seed that no
/// user's has: from this one on.
inline constexpr unsigned first_group_bit = 53;

/// The seed of a group.
[[nodiscard]] constexpr std::uint64_t seed_in_group(std::uint64_t seed, std::uint64_t group) {
  return seed | (group << first_group_bit);
}
/// Which group a seed is of.
[[nodiscard]] constexpr std::uint64_t group_of(std::uint64_t seed) {
  return seed >> first_group_bit;
}

}  // namespace memtrain
