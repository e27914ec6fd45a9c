#pragma once
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "sim/base/error.h"
#include "sim/data/dataset.h"

// Files of data sets, and what loading them is refused with.
namespace memtrain::test {

namespace fs = std::filesystem;

/// A folder that lives as long as the test.
struct Folder {
  fs::path path;
  Folder() {
    std::string name = (fs::temp_directory_path() / "memtrain-data-XXXXXX").string();
    path = mkdtemp(name.data());
  }
  ~Folder() { fs::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
};

inline void write(const fs::path& file, const std::string& contents) {
  std::ofstream(file, std::ios::binary) << contents;
}

/// What `work` is refused with, its exit code first; "loaded" when it is not.
template <class Work>
std::string refusal_of(const Work& work) {
  try {
    static_cast<void>(work());
  } catch (const Error& error) {
    return std::to_string(static_cast<int>(error.kind)) + " " + error.what();
  }
  return "loaded";
}

/// What loading the data set from the folder is refused with.
inline std::string refusal(const fs::path& folder,
                           const DataSettings& settings = {.name = "mnist"}) {
  return refusal_of([&] { return load_dataset(settings, folder); });
}

}  // namespace memtrain::test
