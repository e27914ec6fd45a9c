#include "sim/report/summary.h"

#include <unistd.h>

#include <iostream>

#include "tools/memtrain/command.h"

namespace memtrain {
namespace {

namespace po = boost::program_options;

int run(const Command& command, const std::vector<std::string>& arguments) {
  po::options_description options("Options");
  options.add_options()("format",
                        po::value<std::string>()->default_value("table")->value_name("FORMAT"),
                        "table, csv or json");
  const ParsedArguments given = parse_arguments(command, arguments, options, {"FILE"});
  if (given.help) return 0;
  const std::string format = given.word("format", {"table", "csv", "json"});
  const RunSummary summary = summarise(read_result(required(given, "FILE")));
  std::cout << (format == "csv"    ? summary_csv(summary)
                : format == "json" ? summary_json(summary)
                                   : summary_table(summary, may_colour(STDOUT_FILENO)));
  return 0;
}

}  // namespace

extern const Command summary_command{"summary", "FILE.h5 [--format table|csv|json]",
                                     "prints the final numbers of a result file", run};

}  // namespace memtrain
