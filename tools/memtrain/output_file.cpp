#include "tools/memtrain/output_file.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>

#include "sim/base/atomic_file.h"
#include "sim/base/error.h"

namespace memtrain {
namespace {

/// Whether there is a file. Pipes, devices and folders cannot be replaced by one.
bool file_exists(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return false;
  if (!std::filesystem::is_regular_file(path, ignored)) {
    throw Error(Failure::usage, path + ": is no file (choose another)");
  }
  return true;
}

}  // namespace

void require_place(const std::string& path, const DerivedKind& kind) {
  if (!file_exists(path)) return;
  std::ifstream file(path, std::ios::binary);
  std::string beginning(kind.beginning.size(), '\0');
  file.read(beginning.data(), static_cast<std::streamsize>(beginning.size()));
  if (file.gcount() > 0 && beginning != kind.beginning) {
    throw Error(Failure::usage,
                fmt::format("{}: is there and is no {} (choose another file)", path, kind.name));
  }
}

void require_place(const std::string& path, OldFile old) {
  if (!file_exists(path) || old == OldFile::replace) return;
  throw Error(Failure::usage,
              path + ": exists already (choose another with -o, or replace it with --force)");
}

void write_page(const Page& page, const std::string& path) {
  require_place(path, page_kind);
  replace_file(path, page.html());
}

}  // namespace memtrain
