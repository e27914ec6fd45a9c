#pragma once
#include <filesystem>
#include <functional>
#include <string>

namespace memtrain {

/// Replaces a file whole or not at all: `write` fills a temporary file in the same folder, which is
/// flushed to the disk and then renamed over `path`. A reader or a crash meets the old file or the
/// new one, never half of one. The temporary file is removed when anything fails. Errors:
/// Failure::output, naming `path` and the system's reason; what `write` throws passes through.
void replace_file(const std::filesystem::path& path,
                  const std::function<void(const std::filesystem::path&)>& write);

/// Replaces a file by this text.
void replace_file(const std::filesystem::path& path, const std::string& text);

}  // namespace memtrain
