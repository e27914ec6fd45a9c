#include <iostream>

#include "sim/report/schema_page.h"
#include "tools/memtrain/command.h"

namespace memtrain {
namespace {

int run(const Command& command, const std::vector<std::string>& arguments) {
  const ParsedArguments given = parse_arguments(
      command, arguments, boost::program_options::options_description("Options"), {});
  if (given.help) return 0;
  std::cout << schema_page();
  return 0;
}

}  // namespace

extern const Command schema_command{"schema", "",
                                    "tells what result files hold, dataset by dataset", run};

}  // namespace memtrain
