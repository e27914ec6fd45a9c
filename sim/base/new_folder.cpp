#include "sim/base/new_folder.h"

#include <unistd.h>

#include <string>
#include <system_error>

#include "sim/base/discard.h"
#include "sim/base/error.h"

namespace memtrain {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void cannot_make(const fs::path& folder, const std::error_code& reason) {
  throw Error(Failure::output,
              folder.string() + ": cannot make the folder (" + reason.message() + ")");
}

/// The folder beside `folder` where its files are put first. A name that ends in a slash, or in
/// "/.", would lead into the folder.
fs::path part_of(const fs::path& folder) {
  fs::path part = fs::absolute(folder).lexically_normal();
  if (!part.has_filename()) part = part.parent_path();
  part += ".memtrain-part" + std::to_string(getpid());
  return part;
}

}  // namespace

void require_new_folder(const fs::path& folder) {
  std::error_code reason;
  if (folder.empty() || fs::equivalent(folder, ".", reason)) {
    throw Error(Failure::usage, "'" + folder.string() + "': is no name of a folder to be made");
  }
  const fs::file_status there = fs::symlink_status(folder, reason);
  if (!fs::exists(there)) return;
  if (fs::is_directory(there) && fs::is_empty(folder, reason) && !reason) return;
  throw Error(Failure::usage, folder.string() + ": exists already (choose another folder)");
}

void make_folder(const fs::path& folder, const std::function<void(const fs::path& part)>& fill) {
  require_new_folder(folder);
  const fs::path part = part_of(folder);
  std::error_code reason;
  // one of this name is what a killed process with this number has left
  fs::remove_all(part, reason);
  if (!fs::create_directory(part, reason)) cannot_make(folder, reason);
  Discard discard(part);
  fill(part);
  fs::rename(part, folder, reason);
  if (reason) cannot_make(folder, reason);
  discard.keep();
}

}  // namespace memtrain
