#pragma once
#include <filesystem>
#include <optional>

namespace memtrain {

/// Who may hold a lock beside us.
enum class LockKind { exclusive, shared };

/// A file that is held for as long as this object lives, or its process. Others that want it, on
/// this machine or on another that shares the file system (flock, which Linux carries over NFS),
/// are told that it is taken. A process that is killed lets go.
class FileLock {
 public:
  /// Takes hold of a file, which is made if it is not there; nothing if somebody else holds it.
  /// Errors: Failure::output where the file cannot be opened, or its file system has
  /// no locks.
  [[nodiscard]] static std::optional<FileLock> take(const std::filesystem::path& path,
                                                    LockKind kind);
  /// Whether somebody holds a file for himself alone. Writes nothing.
  [[nodiscard]] static bool is_held(const std::filesystem::path& path);
  ~FileLock();
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&&) = delete;
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

  /// The file is there for nothing but the lock: it goes when the lock does.
  void remove_file_at_end() { remove_ = true; }

 private:
  FileLock(std::filesystem::path path, int descriptor)
      : path_(std::move(path)), descriptor_(descriptor) {}

  std::filesystem::path path_;
  int descriptor_;
  bool remove_ = false;
};

}  // namespace memtrain
