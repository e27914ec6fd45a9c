#include "sim/characterise/response.h"

#include <fmt/format.h>

#include <cmath>
#include <iostream>

#include "sim/base/atomic_file.h"
#include "sim/base/error.h"
#include "sim/report/page/chart.h"
#include "sim/report/page/page.h"
#include "sim/report/text_plot.h"
#include "tools/memtrain/command.h"
#include "tools/memtrain/output_file.h"

namespace memtrain {
namespace {

namespace po = boost::program_options;

constexpr DerivedKind csv_kind{"table of a response", "pulse,mean,std,min,max\n"};

std::string csv(const std::vector<ResponsePoint>& points) {
  std::string out(csv_kind.beginning);
  for (std::size_t pulse = 0; pulse < points.size(); ++pulse) {
    const ResponsePoint& p = points[pulse];
    out += fmt::format("{},{:.9g},{:.9g},{:.9g},{:.9g}\n", pulse, p.mean, p.std, p.min, p.max);
  }
  return out;
}

std::string table(const std::vector<ResponsePoint>& points) {
  std::string out =
      fmt::format("{:>7}{:>13}{:>13}{:>13}{:>13}\n", "pulse", "mean", "s.d.", "min", "max");
  for (std::size_t pulse = 0; pulse < points.size(); ++pulse) {
    const ResponsePoint& p = points[pulse];
    out += fmt::format("{:>7}{:>13.6f}{:>13.6f}{:>13.6f}{:>13.6f}\n", pulse, p.mean, p.std, p.min,
                       p.max);
  }
  return out;
}

Page page_of(const std::string& name, const DeviceSettings& device, const PulseProtocol& protocol,
             const std::vector<ResponsePoint>& points) {
  LineChart chart{.x = {.name = "pulse", .label = "pulse", .whole = true},
                  .y = {.name = "weight", .label = "weight"}};
  LineSeries mean{.name = "mean"}, least{.name = "min"}, most{.name = "max"};
  for (std::size_t pulse = 0; pulse < points.size(); ++pulse) {
    for (LineSeries* series : {&mean, &least, &most}) {
      series->x.push_back(static_cast<double>(pulse));
    }
    mean.y.push_back(points[pulse].mean);
    mean.std.push_back(points[pulse].std);
    least.y.push_back(points[pulse].min);
    most.y.push_back(points[pulse].max);
  }
  chart.series = {mean};
  if (protocol.count > 1) chart.series.insert(chart.series.end(), {least, most});
  Page page(fmt::format("Pulse response of {}", name));
  page.part(
      fmt::format("Pulse response of {}", name),
      fmt::format("{} · {} · {} of {} pulses up and {} down · seed {}", device.model->info().name,
                  counted(static_cast<std::size_t>(protocol.count), "device"),
                  counted(static_cast<std::size_t>(protocol.cycles), "cycle"), protocol.up,
                  protocol.down, protocol.seed));
  page.text(device.source);
  page.figure({"response", "Weight over pulses",
               protocol.count > 1 ? "Mean of the devices, and the smallest and largest of them."
                                  : "Of one device."},
              figure_json(only(std::move(chart))));
  return page;
}

void print(const std::string& name, const DeviceSettings& device, const PulseProtocol& protocol,
           const std::vector<ResponsePoint>& points) {
  std::vector<double> mean;
  for (const ResponsePoint& point : points) mean.push_back(point.mean);
  std::cout << fmt::format("{}: {} devices of model {}, mean weight over pulses\n\n", name,
                           protocol.count, device.model->info().name);
  for (const std::string& line : text_plot(std::span(&mean, 1))) std::cout << line << '\n';
  std::cout << '\n' << table(points);
}

CommandLine line() {
  CommandLine line;
  line.options.add_options()("set", po::value<std::vector<std::string>>()->value_name("KEY=VALUE"),
                             "a parameter of the device, its cell or pulse mode; may be repeated")(
      "up", po::value<int>()->default_value(200)->value_name("N"), "pulses up in a cycle")(
      "down", po::value<int>()->default_value(200)->value_name("N"), "pulses down in a cycle")(
      "cycles", po::value<int>()->default_value(1)->value_name("K"), "cycles")(
      "count", po::value<int>()->default_value(1000)->value_name("M"), "devices")(
      "start", po::value<double>()->default_value(0.0)->value_name("W"), "weight before")(
      "seed", po::value<std::uint64_t>()->default_value(0)->value_name("S"),
      "seed of devices and noise")("csv", po::value<std::string>()->value_name("FILE.csv"),
                                   "write pulse,mean,std,min,max")(
      "plot", po::value<std::string>()->value_name("FILE.html"), "write a page with a plot");
  line.positional = {"DEVICE"};
  return line;
}

int run(const Command& command, const std::vector<std::string>& arguments) {
  const ParsedArguments given = parse_arguments(command, arguments);
  if (given.help) return 0;
  const auto number = [&](const char* name, int low, int high) {
    const int value = given.values[name].as<int>();
    if (value < low || value > high) {
      throw Error(Failure::usage,
                  fmt::format("--{}: {} is out of range [{}, {}]", name, value, low, high));
    }
    return value;
  };
  const std::string name = required(given, "DEVICE");
  const DeviceSettings device =
      read_device(name, given.has("set") ? given.values["set"].as<std::vector<std::string>>()
                                         : std::vector<std::string>{});
  if (!device.model->pulsed()) {
    throw Error(Failure::usage, fmt::format("response: '{}' is written digitally: it has no pulses",
                                            device.model->info().name));
  }
  const auto start = static_cast<float>(given.values["start"].as<double>());
  if (std::isnan(start)) throw Error(Failure::usage, "--start: nan is no weight");
  const PulseProtocol protocol{.up = number("up", 0, 10000000),
                               .down = number("down", 0, 10000000),
                               .cycles = number("cycles", 1, 1000000),
                               .count = number("count", 1, 10000000),
                               .start = start,
                               .seed = given.values["seed"].as<std::uint64_t>()};
  if (given.has("csv")) require_place(given.text("csv"), csv_kind);
  if (given.has("plot")) require_place(given.text("plot"), page_kind);
  const auto points = pulse_response(device, protocol);
  if (given.has("csv")) {
    replace_file(given.text("csv"), csv(points));
    std::cout << fmt::format("table: {}\n", given.text("csv"));
  }
  if (given.has("plot")) {
    write_page(page_of(name, device, protocol, points), given.text("plot"));
    std::cout << fmt::format("plot: {}\n", given.text("plot"));
  }
  if (!given.has("csv") && !given.has("plot")) print(name, device, protocol, points);
  return 0;
}

}  // namespace

extern const Command response_command{
    "response",
    "DEVICE [--set KEY=VALUE]... [--up N] [--down N] [--cycles K] [--count M] [--start W] "
    "[--seed S] [--csv FILE.csv] [--plot FILE.html]",
    "pulses an ensemble of devices and shows their weights", line, run};

}  // namespace memtrain
