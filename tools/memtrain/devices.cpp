#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iostream>

#include "devices/periphery/digital_logic.h"
#include "devices/periphery/energy.h"
#include "devices/presets/preset.h"
#include "sim/characterise/response.h"
#include "sim/report/text_plot.h"
#include "sim/report/text_table.h"
#include "sim/scenario/device_file.h"
#include "tools/memtrain/command.h"
#include "tools/memtrain/terminal.h"

namespace memtrain {
namespace {

std::string shown(const Value& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* real = std::get_if<double>(&value)) return fmt::format("{:g}", *real);
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return fmt::format("{}", *integer);
  if (const auto* reals = std::get_if<std::vector<double>>(&value)) {
    return fmt::format("{}", fmt::join(*reals, ","));
  }
  return std::get<std::string>(value);
}

std::string range_of(const ParameterDescription& row) {
  if (std::holds_alternative<bool>(row.default_value)) return "true, false";
  if (!row.info.choices.empty()) return fmt::format("{}", fmt::join(row.info.choices, ", "));
  if (!std::isfinite(row.info.low)) return "";
  return fmt::format("[{:g}, {:g}]", row.info.low, row.info.high);
}

std::string list_entry(std::string_view name, std::string_view summary) {
  return entry(fmt::format("  {}", name), 25, summary);
}

void print_list() {
  std::cout << "Device models (device.model in a scenario):\n\n";
  for (const DeviceModel* model : device_models()) {
    std::cout << list_entry(model->info().name, model->info().summary);
  }
  std::cout << "\nPresets (device.preset in a scenario):\n\n";
  for (const Preset& preset : presets()) {
    const DeviceFile device =
        read_device_text(std::string(preset.name) + ".toml", std::string(preset.text));
    std::cout << list_entry(preset.name, device.summary);
  }
  std::cout << "\nProcessors (digital.preset in a scenario):\n\n";
  for (const Processor& processor : processors()) {
    std::cout << list_entry(processor.name,
                            find_processor(std::string(processor.name), "").summary);
  }
  std::cout
      << "\n`memtrain devices NAME` tells more about one, `memtrain response NAME` pulses\nit. A "
         "TOML file with a device of your own is named in the same way.\n";
}

/// What a few hundred pulses up and down do, on average over devices.
void print_response(const DeviceSettings& device) {
  const DeviceRecipe recipe = device.model->recipe(device.crosspoints.device);
  const float range = recipe.parameters.w_max - recipe.parameters.w_min;
  const int pulses = std::clamp(static_cast<int>(2.0F * range / recipe.step), 10, 2000);
  const auto points = pulse_response(
      device, {.up = pulses, .down = pulses, .count = 256, .start = recipe.parameters.w_min});
  std::vector<double> mean;
  for (const ResponsePoint& point : points) mean.push_back(point.mean);
  std::cout << fmt::format("\n  {} pulses up, then {} down, from w_min; mean weight of 256:\n\n",
                           pulses, pulses);
  for (const std::string& line : text_plot(std::span(&mean, 1), 60, 8)) {
    std::cout << "  " << line << '\n';
  }
}

/// The rows of a table that have a value of their own: "v_read  0.5  V  voltage of ...".
template <class S>
void print_given(const char* heading, std::span<const Parameter<S>> table,
                 const ParameterValues& given) {
  if (given.empty()) return;
  std::vector<TextColumn> columns{{.heading = heading},
                                  {.heading = "value", .right = true},
                                  {.heading = "unit"},
                                  {.heading = "meaning"}};
  for (const Parameter<S>& row : table) {
    const auto at = given.find(row.info.name);
    if (at == given.end()) continue;
    columns[0].cells.emplace_back(row.info.name);
    columns[1].cells.push_back(shown(at->second));
    columns[2].cells.emplace_back(row.info.unit == "1" ? "" : row.info.unit);
    columns[3].cells.emplace_back(row.info.help);
  }
  std::cout << '\n' << prose_table(columns, output_style().width, 2);
}

void print_processor(const std::string& name, const DeviceFile& processor) {
  std::cout << folded(fmt::format("{}: {}", name, processor.summary), output_style().width)
            << "\n\n"
            << entry("  source", 12, processor.source);
  print_given("digital", digital_parameters(), processor.settings.section("digital"));
}

void print_device(const std::string& name, const DeviceSettings& device) {
  const DeviceModel& model = *device.model;
  const ModelInfo& info = model.info();
  const bool described = !device.preset.empty();
  std::cout << folded(fmt::format("{}: {}", name, device.summary), output_style().width) << "\n\n";
  const int devices =
      find_cell_kind(device.crosspoints.cell.kind)->devices(device.crosspoints.cell);
  const std::vector<std::pair<std::string, std::string>> facts{
      {"model", described ? fmt::format("{}: {}", info.name, info.summary) : ""},
      {"equation", std::string(info.equation)},
      {"source", device.source},
      {"updates", model.pulsed() ? "pulses" : "digital"},
      {"cell",
       devices > 1 ? fmt::format("{}, {} devices", device.crosspoints.cell.kind, devices) : ""},
      {"memory",
       fmt::format("{} bytes a device", model.bytes_per_crosspoint(device.crosspoints.device))},
  };
  for (const auto& [what, text] : facts) {
    if (!text.empty()) std::cout << entry("  " + what, 12, text);
  }
  std::vector<TextColumn> columns{{.heading = "parameter"},
                                  {.heading = "value", .right = true},
                                  {.heading = "unit"},
                                  {.heading = "range"},
                                  {.heading = "meaning"}};
  if (!described) columns[1].heading = "default";
  for (const ParameterDescription& row : model.parameters()) {
    const auto given = device.crosspoints.device.find(row.info.name);
    columns[0].cells.emplace_back(row.info.name);
    columns[1].cells.push_back(
        shown(given == device.crosspoints.device.end() ? row.default_value : given->second));
    columns[2].cells.emplace_back(row.info.unit == "1" ? "" : row.info.unit);
    columns[3].cells.push_back(range_of(row));
    columns[4].cells.emplace_back(row.info.help);
  }
  std::cout << '\n' << prose_table(columns, output_style().width, 2);
  if (described) {
    print_given("energy", energy_parameters(),
                find_device_file(name, "").settings.section("energy"));
  }
  if (model.pulsed() && model.problem(device.crosspoints.device).empty()) print_response(device);
}

CommandLine line() { return {.positional = {"NAME"}}; }

int run(const Command& command, const std::vector<std::string>& arguments) {
  const ParsedArguments given = parse_arguments(command, arguments);
  if (given.help) return 0;
  if (!given.has("NAME")) return print_list(), 0;
  const std::string name = given.text("NAME");
  if (const DeviceModel* model = find_device_model(name); model != nullptr) {
    const ModelInfo& info = model->info();
    print_device(
        name,
        {.model = model, .summary = std::string(info.summary), .source = std::string(info.source)});
    return 0;
  }
  const auto known = processors();
  if (std::any_of(known.begin(), known.end(),
                  [&](const Processor& processor) { return processor.name == name; })) {
    print_processor(name, find_processor(name, ""));
    return 0;
  }
  print_device(name, read_device(name, {}));
  return 0;
}

}  // namespace

extern const Command devices_command{
    "devices", "[NAME]", "lists device models, presets and processors, or all about one of them",
    line, run};

}  // namespace memtrain
