#pragma once
#include <filesystem>
#include <fstream>
#include <string>

#include "sim/base/error.h"
#include "sim/data/dataset.h"
#include "tests/temporary_folder.h"

// Files of data sets, and what loading them is refused with.
namespace memtrain::test {

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
inline std::string load_refusal(const fs::path& folder,
                                const DataSettings& settings = {.name = "mnist"}) {
  return refusal_of([&] { return load_dataset(settings, folder); });
}

}  // namespace memtrain::test
