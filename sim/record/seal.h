#pragma once
#include <span>
#include <vector>

namespace memtrain {

/// A result file ends in a seal: a line of text after the HDF5 data with the CRC-32 of all that is
/// before it. HDF5 checks only part of what it stores and can crash on the rest; readers of HDF5
/// pass over the seal, and a program that changes the file drops it.
inline constexpr std::size_t seal_length = 25;

void append_seal(std::vector<char>& bytes);
[[nodiscard]] bool has_seal(std::span<const char> bytes);
/// Whether nothing changed since the file was sealed. The bytes have a seal.
[[nodiscard]] bool seal_holds(std::span<const char> bytes);

}  // namespace memtrain
