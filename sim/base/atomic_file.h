#pragma once
#include <filesystem>
#include <string_view>

namespace memtrain {

/// Replaces a file whole or not at all: the bytes go to a temporary file in the same folder, which
/// is flushed to the disk and then renamed over `path`. A reader or a crash meets the old file or
/// the new one, never half of one. The temporary file is removed when anything fails. Errors:
/// Failure::output, naming `path` and the system's reason.
void replace_file(const std::filesystem::path& path, std::string_view bytes);

/// Removes the temporary files of `path` that processes which were killed have left behind. Nobody
/// else may be replacing it now.
void remove_left_parts(const std::filesystem::path& path);
/// Whether a file of this name is such a temporary file.
[[nodiscard]] bool is_part(std::string_view file_name);

}  // namespace memtrain
