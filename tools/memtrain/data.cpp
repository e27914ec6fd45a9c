#include "sim/data/dataset.h"

#include <fmt/format.h>

#include <iostream>

#include "sim/base/error.h"
#include "tools/memtrain/command.h"
#include "tools/memtrain/terminal.h"

namespace memtrain {
namespace {

namespace po = boost::program_options;

/// Whether the data set is there, and if not, how to get it.
std::string where_is(const DataSource& source, const std::filesystem::path& data_dir) {
  if (source.origin != Origin::images) return std::string(source.obtain);
  try {
    return "found in " + locate(source, data_dir, {}).string();
  } catch (const Error&) {
    return fmt::format("not found; {}", source.obtain);
  }
}

void list(const std::filesystem::path& data_dir) {
  for (const DataSource* source : data_sources()) {
    std::cout << entry(source->name, 15, source->summary)
              << entry("", 15, where_is(*source, data_dir));
  }
}

int check(const DataSource& source, const std::filesystem::path& data_dir) {
  if (source.origin != Origin::images) {
    std::cout << fmt::format("{}: nothing to check: {}\n", source.name,
                             source.origin == Origin::generated
                                 ? "it is generated"
                                 : "the file is checked when it is read");
    return 0;
  }
  const std::filesystem::path folder = locate(source, data_dir, {});
  std::string problems;
  for (const DataFile& file : source.files) {
    const std::string problem = check_file(folder, file);
    const std::string_view good = file.crc32 ? "ok" : "right size, no checksum is known";
    std::cout << fmt::format("{:<26}{}\n", file.name, problem.empty() ? good : "wrong");
    if (!problem.empty()) problems += (problems.empty() ? "" : "; ") + problem;
  }
  if (!problems.empty()) throw Error(Failure::data, problems);
  return 0;
}

CommandLine line() {
  CommandLine line;
  line.options.add_options()("data-dir", po::value<std::string>()->value_name("DIR"),
                             "look here first");
  line.positional = {"ACTION", "DATASET"};
  line.words["ACTION"] = {"list", "check", "fetch"};
  return line;
}

int run(const Command& command, const std::vector<std::string>& arguments) {
  const ParsedArguments given = parse_arguments(command, arguments);
  if (given.help) return 0;
  const std::string action = given.text("ACTION", "list");
  const std::filesystem::path data_dir = given.text("data-dir");
  if (action == "list") return list(data_dir), 0;
  if (action == "check") return check(find_source(required(given, "DATASET")), data_dir);
  if (action == "fetch") {
    const DataSource& source = find_source(required(given, "DATASET"));
    std::cout << folded(fmt::format("{}: {}", source.name, source.obtain), output_style().width)
              << '\n';
    return 0;
  }
  throw Error(Failure::usage, fmt::format("data: unknown action '{}' (known: {})", action,
                                          fmt::join(given.line.words.at("ACTION"), ", ")));
}

}  // namespace

extern const Command data_command{
    "data", "[list|check NAME|fetch NAME]",
    "tells which data sets are found and where, whether they are intact, how to get them", line,
    run};

}  // namespace memtrain
