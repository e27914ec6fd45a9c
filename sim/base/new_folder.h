#pragma once
#include <filesystem>
#include <functional>

namespace memtrain {

/// Refuses the name of a folder to be made where there is anything but an empty folder. Errors:
/// Failure::usage.
void require_new_folder(const std::filesystem::path& folder);

/// Makes a folder whole or not at all: `fill` puts files into a temporary folder beside it, which
/// then gets the name of `folder`, and is removed with all that is in it when anything fails.
/// Errors: as require_new_folder(); Failure::output with the path and the system's reason; those of
/// `fill`.
void make_folder(const std::filesystem::path& folder,
                 const std::function<void(const std::filesystem::path& part)>& fill);

}  // namespace memtrain
