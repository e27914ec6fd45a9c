#pragma once
#include <filesystem>
#include <system_error>
#include <utility>

namespace memtrain {

/// Removes a file, or a folder with all in it, when the scope is left before `keep()`.
class Discard {
 public:
  explicit Discard(std::filesystem::path path) : path_(std::move(path)) {}
  ~Discard() {
    std::error_code ignored;
    if (!kept_) std::filesystem::remove_all(path_, ignored);
  }
  Discard(const Discard&) = delete;
  Discard& operator=(const Discard&) = delete;

  void keep() { kept_ = true; }

 private:
  std::filesystem::path path_;
  bool kept_ = false;
};

}  // namespace memtrain
