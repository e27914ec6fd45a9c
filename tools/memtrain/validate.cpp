#include <iostream>

#include "sim/scenario/complete_scenario.h"
#include "sim/scenario/keys.h"
#include "tools/memtrain/command.h"

namespace memtrain {
namespace {

namespace po = boost::program_options;

CommandLine line() {
  CommandLine line;
  line.options.add_options()(
      "set", po::value<std::vector<std::string>>()->composing()->value_name("KEY=VALUE"),
      "override a setting, or arm.NAME.KEY=VALUE for one arm; may be repeated");
  line.positional = {"SCENARIO"};
  line.notes = "Settings:\n" + describe_keys();
  return line;
}

int run(const Command& command, const std::vector<std::string>& arguments) {
  const ParsedArguments given = parse_arguments(command, arguments);
  if (given.help) return 0;
  const std::vector<std::string> overrides = given.texts("set");
  const ScenarioText text = find_scenario(required(given, "SCENARIO"));
  (void)read_scenario(text, overrides);
  const std::vector<Axis> axes = read_axes(text, {});
  (void)check_axes(text, overrides, axes);
  std::cout << complete_toml(text, overrides, axes);
  return 0;
}

}  // namespace

extern const Command validate_command{
    "validate", "SCENARIO.toml [--set KEY=VALUE]...",
    "checks a scenario and prints it with every default filled in", line, run};

}  // namespace memtrain
