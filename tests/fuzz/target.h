#pragma once
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "sim/base/error.h"

// What all fuzz targets share. A target hands bytes to a reader, which takes them or refuses them
// by an Error of one line; everything else ends the target, and libFuzzer keeps the bytes as a
// finding.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace memtrain::fuzz {

/// Ends the target unless `right`; `what` says what is wrong.
inline void require(bool right, std::string_view what) {
  if (right) return;
  std::fprintf(stderr, "finding: %.*s\n", static_cast<int>(what.size()), what.data());
  std::abort();
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// Calls a reader, which may refuse what it reads.
template <class Read>
void read_or_refuse(Read read) {
  try {
    read();
  } catch (const Error& error) {
    const std::string_view message = error.what();
    require(error.kind == Failure::usage || error.kind == Failure::data, message);
    for (const char c : message) {
      require(static_cast<unsigned char>(c) >= 0x20 && c != 0x7F, "a message steers the terminal");
    }
  }
}

/// A file in memory, for readers that open a path.
class InputFile {
 public:
  InputFile() : descriptor_(memfd_create("input", 0)) {
    require(descriptor_ >= 0, "no file in memory");
  }
  ~InputFile() { close(descriptor_); }
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  /// Its path, once it holds these bytes.
  [[nodiscard]] std::string holding(std::string_view bytes) const {
    require(ftruncate(descriptor_, 0) == 0 && pwrite(descriptor_, bytes.data(), bytes.size(), 0) ==
                                                  static_cast<ssize_t>(bytes.size()),
            "the file in memory cannot be written");
    return path();
  }
  [[nodiscard]] std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  int descriptor_;
};

}  // namespace memtrain::fuzz
