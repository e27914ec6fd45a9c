#pragma once
#include <filesystem>
#include <system_error>
#include <vector>

namespace memtrain {

/// The whole contents of a file; nothing, and why in `problem`, where it cannot be read. A folder
/// is no file: std::errc::is_a_directory.
[[nodiscard]] std::vector<char> file_bytes(const std::filesystem::path& path,
                                           std::error_code& problem);

}  // namespace memtrain
