#include "sim/base/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include "sim/base/error.h"

namespace memtrain {
namespace {

/// Whether the file that was opened is still the one of that name: its last holder may have removed
/// it in between.
bool still_there(int descriptor, const std::filesystem::path& path) {
  struct stat opened {
  }, named{};
  return fstat(descriptor, &opened) == 0 && stat(path.c_str(), &named) == 0 &&
         opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

}  // namespace

std::optional<FileLock> FileLock::take(const std::filesystem::path& path, LockKind kind) {
  const int how = (kind == LockKind::exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB;
  while (true) {
    const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (descriptor < 0) {
      throw Error(Failure::output, path.string() + ": cannot write (" +
                                       std::generic_category().message(errno) + ")");
    }
    FileLock lock(path, descriptor);
    int reason = 0;
    do {
      reason = flock(descriptor, how) == 0 ? 0 : errno;
    } while (reason == EINTR);
    if (reason == EWOULDBLOCK) return std::nullopt;
    if (reason != 0) {
      throw Error(Failure::output, path.string() + ": cannot be locked (" +
                                       std::generic_category().message(reason) + ")");
    }
    if (still_there(descriptor, path)) return lock;
  }
}

bool FileLock::is_held(const std::filesystem::path& path) {
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return false;
  const bool held = flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  close(descriptor);
  return held;
}

FileLock::FileLock(FileLock&& other) noexcept
    : path_(std::move(other.path_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      remove_(other.remove_) {}

FileLock::~FileLock() {
  if (descriptor_ < 0) return;
  std::error_code ignored;
  if (remove_) std::filesystem::remove(path_, ignored);
  close(descriptor_);
}

}  // namespace memtrain
