#include <fmt/format.h>

#include <cstdlib>
#include <sstream>

#include "sim/base/error.h"
#include "sim/base/nearest_name.h"
#include "sim/data/dataset.h"

namespace memtrain {
namespace {

std::vector<std::string> missing_files(const DataSource& source,
                                       const std::filesystem::path& folder) {
  std::vector<std::string> missing;
  for (const DataFile& file : source.files) {
    const std::filesystem::path plain = folder / file.name;
    if (!std::filesystem::exists(plain) && !std::filesystem::exists(plain.string() + ".gz")) {
      missing.emplace_back(file.name);
    }
  }
  return missing;
}

}  // namespace

const DataSource& find_source(std::string_view name) {
  std::vector<std::string_view> names;
  for (const DataSource* source : data_sources()) {
    if (source->name == name) return *source;
    names.push_back(source->name);
  }
  const std::string near = nearest_name(name, names);
  throw Error(Failure::usage,
              fmt::format("data.name: unknown data set '{}'{} (known: {})", name,
                          near.empty() ? "" : fmt::format(", did you mean '{}'?", near),
                          fmt::join(names, ", ")));
}

std::vector<std::filesystem::path> search_folders(const DataSource& source,
                                                  const std::filesystem::path& data_dir,
                                                  const std::filesystem::path& path) {
  std::vector<std::filesystem::path> folders;
  const auto add = [&](const std::filesystem::path& folder) {
    if (folder.empty()) return;
    folders.push_back(folder / source.name);
    folders.push_back(folder);
  };
  add(data_dir);
  add(path);
  if (const char* variable = std::getenv("MEMTRAIN_DATA"); variable != nullptr) {
    std::istringstream list(variable);
    for (std::string folder; std::getline(list, folder, ':');) add(folder);
  }
  folders.insert(folders.end(), source.system_folders.begin(), source.system_folders.end());
  return folders;
}

std::filesystem::path locate(const DataSource& source, const std::filesystem::path& data_dir,
                             const std::filesystem::path& path) {
  const auto folders = search_folders(source, data_dir, path);
  std::string tried;
  for (const auto& folder : folders) {
    const auto missing = missing_files(source, folder);
    if (missing.empty()) return folder;
    const bool named = folder == data_dir || folder == path;
    if (named && missing.size() < source.files.size()) {
      throw Error(Failure::data,
                  fmt::format("{}: holds only a part of {} (missing: {})", folder.string(),
                              source.name, fmt::join(missing, ", ")));
    }
    tried += (tried.empty() ? "" : ", ") + folder.string();
  }
  throw Error(Failure::data, fmt::format("data set '{}' was not found (looked in {}); {}",
                                         source.name, tried, source.obtain));
}

}  // namespace memtrain
