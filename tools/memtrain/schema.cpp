#include <iostream>

#include "sim/report/schema_page.h"
#include "tools/memtrain/command.h"

namespace memtrain {
namespace {

CommandLine line() { return {}; }

int run(const Command& command, const std::vector<std::string>& arguments) {
  const ParsedArguments given = parse_arguments(command, arguments);
  if (given.help) return 0;
  std::cout << schema_page();
  return 0;
}

}  // namespace

extern const Command schema_command{"schema", "",
                                    "tells what result files hold, dataset by dataset", line, run};

}  // namespace memtrain
