#include <fmt/format.h>

#include <algorithm>
#include <iostream>

#include "sim/scenario/axis.h"
#include "sim/scenario/scenario.h"
#include "tools/memtrain/command.h"
#include "tools/memtrain/terminal.h"

namespace memtrain {
namespace {

void list_scenarios() {
  std::size_t width = 0;
  for (const ShippedScenario& shipped : shipped_scenarios()) {
    width = std::max(width, shipped.name().size());
  }
  std::cout << "Scenarios that ship with the program (from anywhere, `memtrain run NAME`, or\n"
               "`memtrain sweep NAME` of those over axes):\n";
  std::string_view question;
  for (const ShippedScenario& shipped : shipped_scenarios()) {
    if (shipped.question() != question) std::cout << '\n' << shipped.question() << '\n';
    question = shipped.question();
    const ScenarioText text{std::string(shipped.name()) + ".toml", std::string(shipped.text)};
    std::vector<std::string> over;
    for (const Axis& axis : read_axes(text, {})) {
      if (axis.use == Axis::Use::sweep) over.push_back(axis.key);
    }
    const std::string axes = over.empty() ? "" : fmt::format(", over {}", fmt::join(over, ", "));
    std::cout << entry(fmt::format("  {}", shipped.name()), width + 4, title_of(text) + axes);
  }
}

void list_rules() {
  std::cout << "\nLearning rules (`rule = NAME` in an arm), and what they need beside a forward\n"
               "read:\n\n";
  for (const RuleKind* rule : rule_kinds()) {
    std::cout << entry(fmt::format("  {}", rule->name), 11, rule->summary)
              << entry("", 11, "needs " + needs_text(rule->needs({})));
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
