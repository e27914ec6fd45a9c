
#include <iostream>

#include "sim/report/cost_report.h"
#include "sim/run/arm_cost.h"
#include "tools/memtrain/command.h"
#include "tools/memtrain/terminal.h"

namespace memtrain {
namespace {

namespace po = boost::program_options;

CommandLine line() {
  CommandLine line;
  line.options.add_options()(
      "set", po::value<std::vector<std::string>>()->composing()->value_name("KEY=VALUE"),
      "override a setting, or arm.NAME.KEY=VALUE for one arm; may be repeated")(
      "data-dir", po::value<std::string>()->value_name("DIR"), "look for data sets here first")(
      "batches", po::value<int>()->value_name("N"),
      "measure what depends on data, in the first N mini-batches of training; default: from shapes "
      "alone, without data")("format",
                             po::value<std::string>()->default_value("table")->value_name("FORMAT"),
                             "table, csv, json or markdown");
  line.positional = {"SCENARIO"};
  line.notes =
      "MAC: a multiply-accumulate of a matrix product; by convention also each input of a pooling\n"
      "layer and each output that is compared with its target. Joules follow from the keys of\n"
      "`energy` and `digital`, seconds also from `timing`: `memtrain validate --help`.\n";
  line.words["format"] = {"table", "csv", "json", "markdown"};
  return line;
}

int run(const Command& command, const std::vector<std::string>& arguments) {
  const ParsedArguments given = parse_arguments(command, arguments);
  if (given.help) return 0;
  const std::string format = given.word("format");
  const ScenarioText text = find_scenario(required(given, "SCENARIO"));
  const Scenario scenario = read_scenario(text, given.texts("set"));
  const Index batches =
      given.has("batches") ? static_cast<Index>(given.count("batches", 1, 1'000'000)) : 0;
  std::vector<ArmCost> costs;
  if (batches > 0) {
    const Dataset data = load_dataset(scenario.data, given.text("data-dir"));
    const auto seed = static_cast<std::uint64_t>(scenario.seeds.front());
    for (const Arm& arm : scenario.arms) {
      costs.push_back(measured_cost(arm, data, seed, batches));
    }
  } else {
    const BlankDataset blank = blank_dataset(scenario.data, given.text("data-dir"));
    for (const Arm& arm : scenario.arms) costs.push_back(cost_of(arm, blank));
  }
  std::cout << (format == "csv"        ? cost_csv(costs)
                : format == "json"     ? cost_json(costs)
                : format == "markdown" ? cost_markdown(costs)
                                       : cost_table(costs, output_style().width));
  return 0;
}

}  // namespace

extern const Command cost_command{
    "cost",
    "SCENARIO.toml [--format table|csv|json|markdown] [--batches N] [--set KEY=VALUE]... "
    "[--data-dir DIR]",
    "counts operations, energy and latency of every arm, by sample and epoch, without training",
    line, run};

}  // namespace memtrain
