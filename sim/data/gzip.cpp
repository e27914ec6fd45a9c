#include <fmt/format.h>
#include <zlib.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "sim/base/refuse_file.h"
#include "sim/data/dataset.h"

namespace memtrain {

std::filesystem::path plain_or_gzip(const std::filesystem::path& folder, std::string_view name) {
  std::filesystem::path plain = folder / name;
  std::error_code ignored;
  return std::filesystem::exists(plain, ignored) ? plain : folder / (std::string(name) + ".gz");
}

std::vector<std::uint8_t> read_maybe_gzip(const std::filesystem::path& file, std::uintmax_t most) {
  errno = 0;
  gzFile handle = gzopen(file.c_str(), "rb");  // reads plain files as they are
  if (handle == nullptr)
    refuse_file(file, fmt::format("cannot open ({})", std::generic_category().message(errno)));
  std::vector<std::uint8_t> contents;
  std::array<std::uint8_t, 1U << 16U> chunk;
  int got = 0;
  while ((got = gzread(handle, chunk.data(), chunk.size())) > 0) {
    contents.insert(contents.end(), chunk.begin(), chunk.begin() + got);
    if (contents.size() > most) break;
  }
  int code = Z_OK;
  const std::string problem = gzerror(handle, &code);
  const int closed = gzclose_r(handle);
  if (contents.size() > most) refuse_file(file, fmt::format("holds more than {} bytes", most));
  // a file that ends early is only told at the end of reading or on closing
  if (got < 0 || code == Z_BUF_ERROR || closed == Z_BUF_ERROR) {
    refuse_file(file, code == Z_BUF_ERROR || closed == Z_BUF_ERROR
                          ? "is truncated (the gzip stream ends early)"
                          : "is damaged (" + problem + ")");
  }
  return contents;
}

std::string check_file(const std::filesystem::path& folder, const DataFile& file) {
  const std::filesystem::path path = plain_or_gzip(folder, file.name);
  const auto contents = read_maybe_gzip(path, file.bytes);
  if (contents.size() != file.bytes) {
    return fmt::format("{}: {} bytes, expected {}", path.string(), contents.size(), file.bytes);
  }
  if (!file.crc32) return {};
  const auto sum = static_cast<std::uint32_t>(
      crc32(crc32(0, nullptr, 0), contents.data(), static_cast<uInt>(contents.size())));
  if (sum == *file.crc32) return {};
  return fmt::format("{}: checksum {:08x}, expected {:08x}", path.string(), sum, *file.crc32);
}

}  // namespace memtrain
