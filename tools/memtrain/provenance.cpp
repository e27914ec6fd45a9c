#include "tools/memtrain/provenance.h"

#include <fmt/format.h>
#include <unistd.h>

#include "tools/memtrain/version.h"

namespace memtrain {

RunRecord record_of_origin(const Command& command, const std::vector<std::string>& arguments,
                           std::size_t threads) {
  char host[256] = {};
  gethostname(host, sizeof host - 1);
  return {.version = std::string(version()),
          .git_commit = std::string(git_commit()),
          .command = fmt::format("memtrain {} {}", command.name, fmt::join(arguments, " ")),
          .host = host,
          .threads = static_cast<int>(threads)};
}

}  // namespace memtrain
