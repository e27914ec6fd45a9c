#include <fmt/format.h>

#include <algorithm>
#include <iostream>

#include "sim/scenario/scenario.h"
#include "tools/memtrain/command.h"

namespace memtrain {
namespace {

void list_scenarios() {
  std::size_t width = 0;
  for (const ShippedScenario& shipped : shipped_scenarios()) {
    width = std::max(width, shipped.name.size());
  }
  std::cout << "Scenarios that ship with the program (`memtrain run NAME` from anywhere):\n\n";
  for (const ShippedScenario& shipped : shipped_scenarios()) {
    const Scenario scenario =
        read_scenario({std::string(shipped.name) + ".toml", std::string(shipped.text)}, {});
    std::cout << fmt::format("  {:<{}}  {}\n", shipped.name, width, scenario.title);
  }
}

void list_rules() {
  std::cout << "\nLearning rules (`rule = NAME` in an arm), and what they need beside a "
               "forward read:\n\n";
  for (const RuleKind* rule : rule_kinds()) {
    std::cout << fmt::format("  {:<9}{}\n  {:<9}needs {}\n", rule->name, rule->summary, "",
                             needs_text(rule->needs({})));
  }
}

CommandLine line() { return {}; }

int run(const Command& command, const std::vector<std::string>& arguments) {
  const ParsedArguments given = parse_arguments(command, arguments);
  if (given.help) return 0;
  list_scenarios();
  list_rules();
  return 0;
}

}  // namespace

extern const Command scenarios_command{
    "scenarios", "", "lists the scenarios that ship with the program and the learning rules", line,
    run};

}  // namespace memtrain
