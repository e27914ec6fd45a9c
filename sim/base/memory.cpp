#include "sim/base/memory.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>

namespace memtrain {
namespace {

constexpr double without_limit = std::numeric_limits<double>::infinity();

/// The number of kilobytes behind a name in a file of /proc, in bytes; `otherwise` if there is
/// none.
double bytes_in(const std::string& path, std::string_view name, double otherwise) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(name)) return std::strtod(line.c_str() + name.size(), nullptr) * 1024;
  }
  return otherwise;
}

/// A number alone in a file; `otherwise` for a file that is not there, or says "max".
double number_in(const std::filesystem::path& path, double otherwise) {
  std::ifstream file(path);
  double number = 0;
  return (file >> number) ? number : otherwise;
}

/// What the control groups of this process leave it, from its own to the root (version 2:
/// docs.kernel.org/admin-guide/cgroup-v2.html). Files that can be dropped count as used: the
/// kernel drops them only when it must.
double left_in_groups() {
  const std::filesystem::path root = "/sys/fs/cgroup";
  std::ifstream file("/proc/self/cgroup");
  double left = without_limit;
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("0::/")) continue;
    std::filesystem::path group = line.substr(4);
    while (true) {
      const double most = number_in(root / group / "memory.max", without_limit);
      const double used = number_in(root / group / "memory.current", 0.0);
      left = std::min(left, most - used);
      if (group.empty()) break;
      group = group.parent_path();
    }
  }
  return left;
}

}  // namespace

double memory_left() {
  return std::min(bytes_in("/proc/meminfo", "MemAvailable:", without_limit), left_in_groups());
}

double memory_of(pid_t process) {
  return bytes_in("/proc/" + std::to_string(process) + "/status", "RssAnon:", 0.0);
}

double peak_memory_of(pid_t process) {
  return bytes_in("/proc/" + std::to_string(process) + "/status", "VmHWM:", 0.0);
}

}  // namespace memtrain
