#include "sim/record/seal.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace memtrain {
namespace {

constexpr std::string_view opening = "\nmemtrain crc32 ";
static_assert(seal_length == opening.size() + 8 + 1);

std::string seal_of(std::span<const char> bytes) {
  const auto* data = reinterpret_cast<const Bytef*>(bytes.data());
  return fmt::format("{}{:08x}\n", opening, crc32_z(0, data, bytes.size()));
}

}  // namespace

void append_seal(std::vector<char>& bytes) {
  const std::string seal = seal_of(bytes);
  bytes.insert(bytes.end(), seal.begin(), seal.end());
}

bool has_seal(std::span<const char> bytes) {
  return bytes.size() >= seal_length &&
         std::ranges::equal(bytes.last(seal_length).first(opening.size()), opening);
}

bool seal_holds(std::span<const char> bytes) {
  const auto contents = bytes.first(bytes.size() - seal_length);
  return std::ranges::equal(bytes.last(seal_length), seal_of(contents));
}

}  // namespace memtrain
