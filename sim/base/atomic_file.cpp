#include "sim/base/atomic_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "sim/base/discard.h"
#include "sim/base/error.h"

namespace memtrain {
namespace {

[[noreturn]] void cannot_write(const std::filesystem::path& path, int reason) {
  throw Error(Failure::output,
              path.string() + ": cannot write (" + std::generic_category().message(reason) + ")");
}

constexpr std::string_view part_ending = ".memtrain-part";

/// Fills a new file, puts it on the disk and closes it. 0, or the system's reason why not.
int write_bytes(int descriptor, std::string_view bytes) {
  int reason = 0;
  while (!bytes.empty() && reason == 0) {
    const ssize_t count = write(descriptor, bytes.data(), bytes.size());
    if (count >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno != EINTR) {
      reason = errno;
    }
  }
  if (reason == 0 && fsync(descriptor) != 0) reason = errno;
  // some network file systems report a full disk only here
  if (close(descriptor) != 0 && reason == 0) reason = errno;
  return reason;
}

/// Asks the system to put a rename in this folder on the disk; `path`: what was renamed.
void flush_folder(const std::filesystem::path& folder, const std::filesystem::path& path) {
  const int descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) cannot_write(path, errno);
  const int result = fsync(descriptor);
  const int reason = errno;
  close(descriptor);
  // some network file systems cannot flush a folder; the rename is then as safe as they make it
  if (result != 0 && reason != EINVAL) cannot_write(path, reason);
}

}  // namespace

void replace_file(const std::filesystem::path& path, std::string_view bytes) {
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
  std::filesystem::path beside = path;
  beside += std::string(part_ending) + std::to_string(getpid());
  const int descriptor = open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor < 0) cannot_write(path, errno);
  Discard discard(beside);  // not before: what could not be opened is not ours
  if (const int reason = write_bytes(descriptor, bytes); reason != 0) cannot_write(path, reason);
  std::error_code reason;
  std::filesystem::rename(beside, path, reason);
  if (reason) cannot_write(path, reason.value());
  discard.keep();
  flush_folder(folder, path);
}

bool is_part(std::string_view file_name) {
  const std::size_t at = file_name.rfind(part_ending);
  if (at == file_name.npos || at + part_ending.size() == file_name.size()) return false;
  return file_name.find_first_not_of("0123456789", at + part_ending.size()) == file_name.npos;
}

void remove_left_parts(const std::filesystem::path& path) {
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
  const std::string beginning = path.filename().string() + std::string(part_ending);
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(beginning) && is_part(name)) {
      std::filesystem::remove(entry.path(), ignored);
    }
  }
}

}  // namespace memtrain
