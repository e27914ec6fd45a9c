#include <fmt/format.h>

#include <iostream>

#include "sim/scenario/scenario.h"
#include "tools/memtrain/command.h"

namespace memtrain {
namespace {

int run(const Command& command, const std::vector<std::string>& arguments) {
  const ParsedArguments given = parse_arguments(
      command, arguments, boost::program_options::options_description("Options"), {});
  if (given.help) return 0;
  std::cout << "Scenarios that ship with the program (`memtrain run NAME` from anywhere):\n\n";
  for (const ShippedScenario& shipped : shipped_scenarios()) {
    const Scenario scenario =
        read_scenario({std::string(shipped.name) + ".toml", std::string(shipped.text)}, {});
    std::cout << fmt::format("  {:<18}{}\n", shipped.name, scenario.title);
  }
  return 0;
}

}  // namespace

extern const Command scenarios_command{"scenarios", "",
                                       "lists the scenarios that ship with the program", run};

}  // namespace memtrain
