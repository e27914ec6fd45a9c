#include "tools/memtrain/provenance.h"

#include <fmt/format.h>
#include <unistd.h>

#include <fstream>

#include "sim/base/utf8.h"
#include "tools/memtrain/version.h"

namespace memtrain {
namespace {

/// The processor as Linux names it; empty where it does not.
std::string processor_model() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    const auto colon = line.find(": ");
    if (line.starts_with("model name") && colon != line.npos) return line.substr(colon + 2);
  }
  return "";
}

}  // namespace

RunRecord record_of_origin(const Command& command, const std::vector<std::string>& arguments,
                           std::size_t threads) {
  char host[256] = {};
  gethostname(host, sizeof host - 1);
  return {
      .version = std::string(version()),
      .git_commit = std::string(git_commit()),
      .command = valid_utf8(fmt::format("memtrain {} {}", command.name, fmt::join(arguments, " "))),
      .host = host,
      .processor = processor_model(),
      .threads = static_cast<int>(threads)};
}

}  // namespace memtrain
