#include "sim/base/atomic_file.h"

#include <fcntl.h>
#include <unistd.h>
#include <fstream>

#include <cerrno>
#include <string>
#include <system_error>

#include "sim/base/error.h"

namespace memtrain {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path, int reason) {
  throw Error(Failure::output,
              path.string() + ": cannot write (" + std::generic_category().message(reason) + ")");
}

/// Asks the system to put a file or folder on the disk.
void flush(const std::filesystem::path& path, int flags) {
  const int descriptor = open(path.c_str(), flags | O_CLOEXEC);
  if (descriptor < 0) fail(path, errno);
  const int result = fsync(descriptor);
  const int reason = errno;
  close(descriptor);
  // some network file systems cannot flush a folder; the rename is then as safe as they make it
  if (result != 0 && reason != EINVAL) fail(path, reason);
}

/// Removes a file when the scope is left early.
struct Discard {
  const std::filesystem::path& path;
  bool armed = true;
  ~Discard() {
    std::error_code ignored;
    if (armed) std::filesystem::remove(path, ignored);
  }
};

}  // namespace

void replace_file(const std::filesystem::path& path,
                  const std::function<void(const std::filesystem::path&)>& write) {
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
  std::filesystem::path beside = path;
  beside += ".part" + std::to_string(getpid());
  Discard discard{beside};
  write(beside);
  flush(beside, O_RDONLY);
  std::error_code reason;
  std::filesystem::rename(beside, path, reason);
  if (reason) fail(path, reason.value());
  discard.armed = false;
  flush(folder, O_RDONLY | O_DIRECTORY);
}

void replace_file(const std::filesystem::path& path, const std::string& text) {
  replace_file(path, [&](const std::filesystem::path& part) {
    std::ofstream file(part, std::ios::binary);
    file << text;
    file.flush();
    if (!file) fail(path, errno);
  });
}

}  // namespace memtrain
