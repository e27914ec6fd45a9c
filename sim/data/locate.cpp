#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <sstream>

#include "sim/base/error.h"
#include "sim/base/nearest_name.h"
#include "sim/data/dataset.h"

namespace memtrain {
namespace {

/// One that cannot be looked at is none.
bool is_file(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored);
}

std::vector<std::string> missing_files(const DataSource& source,
                                       const std::filesystem::path& folder) {
  std::vector<std::string> missing;
  for (const DataFile& file : source.files) {
    if (!is_file(plain_or_gzip(folder, file.name))) missing.emplace_back(file.name);
  }
  return missing;
}

const DataFile& smallest_file(const DataSource& source) {
  return *std::min_element(source.files.begin(), source.files.end(),
                           [](const DataFile& a, const DataFile& b) { return a.bytes < b.bytes; });
}

/// Whether the folder holds what this source describes, by its smallest file.
bool holds(const DataSource& source, const std::filesystem::path& folder) {
  try {
    return check_file(folder, smallest_file(source)).empty();
  } catch (const Error&) {
    return false;  // missing or damaged: the loader says so
  }
}

bool has_file(const DataSource& source, std::string_view name) {
  return std::any_of(source.files.begin(), source.files.end(),
                     [&](const DataFile& file) { return file.name == name; });
}

/// The other data set that lies in the folder under the same file names, or null. Data sets with
/// other names may well lie beside the wanted one.
const DataSource* other_in(const std::filesystem::path& folder, const DataSource& wanted) {
  for (const DataSource* source : data_sources()) {
    if (source == &wanted || source->files.empty()) continue;
    if (!has_file(wanted, smallest_file(*source).name)) continue;
    if (holds(*source, folder)) return source;
  }
  return nullptr;
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
              fmt::format("unknown data set '{}'{} (known: {})", name,
                          near.empty() ? "" : fmt::format(", did you mean '{}'?", near),
                          fmt::join(names, ", ")));
}

std::vector<std::filesystem::path> search_folders(const DataSource& source,
                                                  const std::filesystem::path& data_dir,
                                                  const std::filesystem::path& path) {
  std::vector<std::filesystem::path> folders;
  const auto add_one = [&](const std::filesystem::path& folder) {
    folders.push_back(folder);
    if (!source.archive_folder.empty()) folders.push_back(folder / source.archive_folder);
  };
  const auto add = [&](const std::filesystem::path& folder) {
    if (folder.empty()) return;
    add_one(folder / source.name);
    add_one(folder);
  };
  add(data_dir);
  add(path);
  if (!path.empty()) return folders;
  // nobody changes the environment NOLINTNEXTLINE(concurrency-mt-unsafe)
  if (const char* variable = std::getenv("MEMTRAIN_DATA"); variable != nullptr) {
    std::istringstream list(variable);
    for (std::string folder; std::getline(list, folder, ':');) add(folder);
  }
  for (const std::string_view folder : source.system_folders) add_one(folder);
  return folders;
}

std::filesystem::path locate(const DataSource& source, const std::filesystem::path& data_dir,
                             const std::filesystem::path& path) {
  const auto folders = search_folders(source, data_dir, path);
  std::string tried;
  for (const auto& folder : folders) {
    const auto missing = missing_files(source, folder);
    const DataSource* other = missing.empty() ? other_in(folder, source) : nullptr;
    if (missing.empty() && other == nullptr) return folder;
    const bool named = folder == data_dir || folder == path;
    if (named && other != nullptr) {
      throw Error(Failure::data,
                  fmt::format("{}: holds {}, not {} (give the folder of {})", folder.string(),
                              other->name, source.name, source.name));
    }
    if (named && missing.size() < source.files.size()) {
      throw Error(Failure::data,
                  fmt::format("{}: holds only a part of {} (missing: {})", folder.string(),
                              source.name, fmt::join(missing, ", ")));
    }
    tried += (tried.empty() ? "" : ", ") + folder.string();
    if (other != nullptr) {
      tried += fmt::format(" (which holds {})", other->name);
    } else if (missing.size() < source.files.size()) {
      tried += fmt::format(" (which lacks {})", fmt::join(missing, " and "));
    }
  }
  throw Error(Failure::data, fmt::format("data set '{}' was not found (looked in {}); {}",
                                         source.name, tried, source.obtain));
}

std::filesystem::path locate_series(const DataSource& source, const std::filesystem::path& data_dir,
                                    const DataSettings& settings) {
  std::filesystem::path file = settings.series.file;
  if (is_file(file) && file.is_absolute()) return file;
  if (file.is_absolute()) {
    throw Error(Failure::data, fmt::format("data.file: there is no file {}", file.string()));
  }
  std::string tried;
  for (const auto& folder : search_folders(source, data_dir, settings.path)) {
    if (is_file(folder / file)) return folder / file;
    tried += folder.string() + ", ";
  }
  if (is_file(file)) return file;
  throw Error(Failure::data, fmt::format("data.file: '{}' was not found (looked in {}the current "
                                         "folder); {}",
                                         file.string(), tried, source.obtain));
}

}  // namespace memtrain
