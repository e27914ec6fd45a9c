#include "sim/sweep/folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <system_error>

#include "sim/base/atomic_file.h"
#include "sim/base/error.h"
#include "sim/base/file_bytes.h"

namespace memtrain {
namespace {

namespace fs = std::filesystem;

constexpr auto points = "points";
constexpr auto work_at = "work";
constexpr auto failures = "failed";

std::string file_name(std::size_t point, const char* ending) {
  return fmt::format("{:06}{}", point, ending);
}

/// Calls visit(point) for every file "NUMBER" + ending of a folder.
template <class Visit>
void for_points(const fs::path& folder, std::string_view ending, Visit visit) {
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(folder, none)) {
    const std::string name = entry.path().filename().string();
    if (!name.ends_with(ending)) continue;
    std::size_t point = 0;
    const char* last = name.data() + name.size() - ending.size();
    const auto [end, error] = std::from_chars(name.data(), last, point);
    if (error == std::errc() && end == last) visit(point);
  }
}

/// Whether nothing but what a sweep makes before its plan lies in a folder.
bool is_ours(const fs::path& root) {
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(root, none)) {
    const std::string name = entry.path().filename().string();
    const bool empty_folder = entry.is_directory(none) && fs::is_empty(entry.path(), none);
    if (name != SweepFolder::lock_name && !is_part(name) && !empty_folder) return false;
  }
  return true;
}

}  // namespace

fs::path SweepFolder::result(std::size_t point) const {
  return root_ / points / file_name(point, ".h5");
}
fs::path SweepFolder::work(std::size_t point) const {
  return root_ / work_at / file_name(point, ".h5");
}
fs::path SweepFolder::failure(std::size_t point) const {
  return root_ / failures / file_name(point, ".txt");
}

bool SweepFolder::lacks_plan() const {
  std::error_code problem;
  if (fs::exists(plan(), problem)) return false;
  return !problem || is_missing(plan(), problem);
}

void SweepFolder::make() const {
  if (!fs::exists(plan()) && fs::exists(root_) && !is_ours(root_)) {
    throw Error(Failure::usage, root_.string() +
                                    ": is there already, and is no sweep (choose "
                                    "another folder with -o)");
  }
  for (const char* name : {points, work_at, failures}) {
    std::error_code reason;
    fs::create_directories(root_ / name, reason);
    if (reason) {
      throw Error(Failure::output, fmt::format("{}: cannot make the folder ({})",
                                               (root_ / name).string(), reason.message()));
    }
  }
}

void SweepFolder::finish(std::size_t point) const {
  std::error_code reason;
  fs::rename(work(point), result(point), reason);
  if (reason) {
    throw Error(Failure::output,
                fmt::format("{}: cannot write ({})", result(point).string(), reason.message()));
  }
  std::error_code ignored;
  fs::remove(failure(point), ignored);
}

void SweepFolder::keep_failure(std::size_t point, const std::string& reason) const {
  std::string line = reason;
  std::replace(line.begin(), line.end(), '\n', ' ');
  replace_file(failure(point), line + "\n");
}

std::string SweepFolder::failure_reason(std::size_t point) const {
  std::ifstream file(failure(point));
  std::string reason;
  std::getline(file, reason);
  return one_line(reason);
}

std::vector<PointState> SweepFolder::states(std::size_t count) const {
  std::vector<PointState> states(count, PointState::waiting);
  const auto mark = [&](const char* folder, std::string_view ending, PointState state) {
    for_points(root_ / folder, ending, [&](std::size_t point) {
      if (point < count) states[point] = state;
    });
  };
  mark(work_at, ".h5", PointState::started);
  mark(work_at, ".h5.ckpt", PointState::started);
  mark(failures, ".txt", PointState::failed);
  mark(points, ".h5", PointState::done);
  return states;
}

std::vector<std::size_t> SweepFolder::not_done(std::size_t count) const {
  const std::vector<PointState> where = states(count);
  std::vector<std::size_t> points;
  for (std::size_t point = 0; point < count; ++point) {
    if (where[point] != PointState::done) points.push_back(point);
  }
  return points;
}

void SweepFolder::clean() const {
  for (const fs::path& folder : {root_, root_ / points, root_ / work_at, root_ / failures}) {
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(folder, none)) {
      if (is_part(entry.path().filename().string())) fs::remove(entry.path(), none);
    }
  }
}

}  // namespace memtrain
