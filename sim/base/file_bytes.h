#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace memtrain {

/// Whether there is a folder of that name. One that may not be looked at is none: who opens it says
/// why.
[[nodiscard]] bool is_folder(const std::filesystem::path& path);

/// The whole contents of a file; nothing, and why in `problem`, where it cannot be read. A folder
/// is no file: std::errc::is_a_directory.
[[nodiscard]] std::vector<char> file_bytes(const std::filesystem::path& path,
                                           std::error_code& problem);

/// Most bytes of a file of text: a scenario, a device, a plan, a table in CSV.
inline constexpr std::size_t most_text = 256U << 20U;

/// What every HDF5 file begins with.
inline constexpr std::string_view hdf5_signature = "\x89HDF\r\n\x1a\n";

/// The text of a file, of a pipe or of a device without end, likewise, but for a byte order mark. A
/// text that is longer than most_text is not read: std::errc::file_too_large.
[[nodiscard]] std::string file_text(const std::filesystem::path& path, std::error_code& problem);

/// Whether a file that was not read because of this problem is simply not there. One that is there
/// and may not be read, or a link to nothing, is no reason to take something else of its name.
[[nodiscard]] bool is_missing(const std::filesystem::path& path, const std::error_code& problem);

}  // namespace memtrain
