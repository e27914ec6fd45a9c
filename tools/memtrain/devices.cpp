#include <fmt/format.h>

#include <cmath>
#include <iostream>

#include "devices/array/device_model.h"
#include "sim/base/error.h"
#include "sim/base/nearest_name.h"
#include "tools/memtrain/command.h"

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

void print_list() {
  std::cout
      << "Device models (device.model in a scenario; `memtrain devices NAME` tells more):\n\n";
  for (const DeviceModel* model : device_models()) {
    std::cout << fmt::format("  {:<15}{}\n", model->info().name, model->info().summary);
  }
}

void print_model(const DeviceModel& model) {
  const ModelInfo& info = model.info();
  std::cout << fmt::format(
      "{}: {}\n\n  equation  {}\n  source    {}\n  updates   {}\n  memory    {} bytes a "
      "crosspoint\n\n",
      info.name, info.summary, info.equation, info.source, model.pulsed() ? "pulses" : "digital",
      model.bytes_per_crosspoint({}));
  std::cout << fmt::format("  {:<24}{:<8}{:<9}{:<15}{}\n", "parameter", "unit", "default", "range",
                           "");
  for (const ParameterDescription& row : model.parameters()) {
    const std::string range = std::holds_alternative<bool>(row.default_value)
                                  ? "true, false"
                                  : fmt::format("[{:g}, {:g}]", row.info.low, row.info.high);
    std::cout << fmt::format("  {:<24}{:<8}{:<9}{:<15}{}\n", row.info.name, row.info.unit,
                             shown(row.default_value), range, row.info.help);
  }
}

int run(const Command& command, const std::vector<std::string>& arguments) {
  const ParsedArguments given = parse_arguments(
      command, arguments, boost::program_options::options_description("Options"), {"NAME"});
  if (given.help) return 0;
  if (!given.has("NAME")) return print_list(), 0;
  const std::string name = given.text("NAME");
  if (const DeviceModel* model = find_device_model(name); model != nullptr)
    return print_model(*model), 0;
  std::vector<std::string_view> known;
  for (const DeviceModel* model : device_models()) known.push_back(model->info().name);
  const std::string near = nearest_name(name, known);
  throw Error(Failure::usage,
              fmt::format("devices: unknown device '{}'{} (known: {})", name,
                          near.empty() ? "" : fmt::format(", did you mean '{}'?", near),
                          fmt::join(known, ", ")));
}

}  // namespace

extern const Command devices_command{"devices", "[NAME]",
                                     "lists device models, or all about one of them", run};

}  // namespace memtrain
