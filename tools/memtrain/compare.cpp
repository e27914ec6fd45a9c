#include "sim/report/comparison/comparison.h"

#include <fmt/format.h>

#include <iostream>

#include "sim/base/error.h"
#include "tools/memtrain/command.h"
#include "tools/memtrain/terminal.h"

namespace memtrain {
namespace {

namespace po = boost::program_options;

ArmPair read_pair(const std::string& given) {
  const auto equals = given.find('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == given.size()) {
    throw Error(Failure::usage, fmt::format("--arm {}: is not NAME=NAME", given));
  }
  return {given.substr(0, equals), given.substr(equals + 1)};
}

CommandLine line() {
  CommandLine line;
  line.options.add_options()(
      "arm", po::value<std::vector<std::string>>()->composing()->value_name("NAME=NAME"),
      "compare this arm of A with that arm of B; may be repeated; default: all arms that both have "
      "by name")("format", po::value<std::string>()->default_value("table")->value_name("FORMAT"),
                 "table, csv or json");
  line.positional = {"A", "B"};
  line.notes =
      "Differences are B minus A, with their 95 % interval by Student's t, from the\n"
      "seeds that both runs have. p is the probability of such a difference if there\n"
      "were none; the table corrects it for the number of arms (Holm).\n";
  line.words["format"] = {"table", "csv", "json"};
  return line;
}

int run(const Command& command, const std::vector<std::string>& arguments) {
  const ParsedArguments given = parse_arguments(command, arguments);
  if (given.help) return 0;
  const std::string format = given.word("format");
  const std::string file_a = required(given, "A"), file_b = required(given, "B");
  std::vector<ArmPair> pairs;
  for (const std::string& pair : given.texts("arm")) pairs.push_back(read_pair(pair));
  RunComparison comparison = compare_runs(read_outcome(file_a), read_outcome(file_b), pairs);
  comparison.a.file = file_a;
  comparison.b.file = file_b;
  std::cout << (format == "csv"    ? comparison_csv(comparison)
                : format == "json" ? comparison_json(comparison)
                                   : comparison_table(comparison, output_style()));
  return 0;
}

}  // namespace

extern const Command compare_command{
    "compare", "A.h5 B.h5 [--arm NAME=NAME]... [--format table|csv|json]",
    "prints what differs between two result files, and how surely", line, run};

}  // namespace memtrain
