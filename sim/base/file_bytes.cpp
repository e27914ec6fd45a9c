#include "sim/base/file_bytes.h"

#include <array>
#include <cerrno>
#include <fstream>

namespace memtrain {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

}  // namespace

bool is_folder(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::is_directory(path, ignored);
}

std::vector<char> file_bytes(const std::filesystem::path& path, std::error_code& problem) {
  problem.clear();
  // a folder opens like a file, and reading one fails with a reason that misleads
  if (is_folder(path)) {
    problem = std::make_error_code(std::errc::is_a_directory);
    return {};
  }
  errno = 0;
  std::ifstream stream(path, std::ios::binary | std::ios::ate);
  const std::streamoff size = stream ? static_cast<std::streamoff>(stream.tellg()) : -1;
  std::vector<char> bytes(static_cast<std::size_t>(size < 0 ? 0 : size));
  if (size >= 0) stream.seekg(0).read(bytes.data(), size);
  if (size >= 0 && stream) return bytes;
  problem = {errno == 0 ? EIO : errno, std::generic_category()};
  return {};
}

std::string file_text(const std::filesystem::path& path, std::error_code& problem) {
  problem.clear();
  if (is_folder(path)) {
    problem = std::make_error_code(std::errc::is_a_directory);
    return {};
  }
  errno = 0;
  std::ifstream stream(path, std::ios::binary);
  std::string text;
  std::array<char, 1U << 16U> part;
  while (stream.read(part.data(), part.size()) || stream.gcount() > 0) {
    text.append(part.data(), static_cast<std::size_t>(stream.gcount()));
    if (text.size() <= most_text) continue;
    problem = std::make_error_code(std::errc::file_too_large);
    return {};
  }
  if (text.starts_with(byte_order_mark)) text.erase(0, byte_order_mark.size());
  if (stream.eof()) return text;
  problem = {errno == 0 ? EIO : errno, std::generic_category()};
  return {};
}

bool is_missing(const std::filesystem::path& path, const std::error_code& problem) {
  std::error_code ignored;
  return problem == std::errc::not_a_directory || problem == std::errc::filename_too_long ||
         (problem == std::errc::no_such_file_or_directory &&
          !std::filesystem::is_symlink(path, ignored));
}

}  // namespace memtrain
