#pragma once
#include <fmt/format.h>

#include <filesystem>
#include <string>

#include "sim/base/error.h"

namespace memtrain {

/// Refuses what a file holds: throws Error(Failure::data) with its name before the problem.
[[noreturn]] inline void refuse_file(const std::filesystem::path& file,
                                     const std::string& problem) {
  throw Error(Failure::data, fmt::format("{}: {}", file.string(), problem));
}

}  // namespace memtrain
