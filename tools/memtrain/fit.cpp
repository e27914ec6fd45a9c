#include "sim/characterise/fit.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>

#include "sim/base/atomic_file.h"
#include "sim/base/error.h"
#include "sim/base/nearest_name.h"
#include "sim/base/utf8.h"
#include "sim/report/page/chart.h"
#include "sim/report/page/page.h"
#include "sim/report/text_plot.h"
#include "sim/report/text_table.h"
#include "sim/scenario/device_file.h"
#include "sim/scenario/toml_writer.h"
#include "tools/memtrain/command.h"
#include "tools/memtrain/output_file.h"

namespace memtrain {
namespace {

namespace po = boost::program_options;

/// The unit of a parameter of the fitted model.
std::string unit_of(const DeviceModel& model, const std::string& name) {
  for (const ParameterDescription& row : model.parameters()) {
    if (row.info.name == name) return row.info.unit == "1" ? "" : std::string(row.info.unit);
  }
  return {};
}

/// The conductance that a weight stands for.
double conductance(const MeasuredCurves& curves, double weight) {
  return curves.g_min + 0.5 * (weight + 1.0) * (curves.g_max - curves.g_min);
}

/// Whether the conductances of a file can be siemens, as device.g_max is.
bool may_be_siemens(const MeasuredCurves& curves, const DeviceFit& fit) {
  for (const ParameterDescription& row : fit.model->parameters()) {
    if (row.info.name != "g_max") continue;
    return conductance(curves, std::get<double>(fit.values().at("w_max"))) <= row.info.high;
  }
  return false;
}

/// The bytes of a name that are no UTF-8, which TOML does not take, become question marks.
std::string device_toml(const std::string& file, const MeasuredCurves& curves,
                        const DeviceFit& fit) {
  const std::string measured = valid_utf8(file);
  std::string out =
      fmt::format("summary = {}\nsource = {}\nmodel = \"{}\"\n", quoted("fitted to " + measured),
                  quoted(fmt::format("measured pulses in {}, fitted by memtrain", measured)),
                  fit.model->info().name);
  ParameterValues values = fit.values();
  const double high = std::get<double>(values.at("w_max"));
  const double low = std::get<double>(values.at("w_min"));
  if (curves.conductance && may_be_siemens(curves, fit)) {
    values["g_max"] = std::max(0.0, conductance(curves, high));
    values["g_min"] = std::max(0.0, conductance(curves, low));
  }
  for (const auto& [name, value] : values) {
    if (const auto* number = std::get_if<double>(&value)) {
      out += fmt::format("{} = {:.9g}\n", name, *number);
    }
  }
  return out;
}

void print_ranking(const std::vector<DeviceFit>& fits) {
  std::vector<TextColumn> columns{{.heading = "model"},
                                  {.heading = "BIC", .right = true},
                                  {.heading = "rms of changes", .right = true},
                                  {.heading = "rms of the curve", .right = true}};
  const double best = fits.front().information_criterion;
  for (const DeviceFit& fit : fits) {
    columns[0].cells.emplace_back(fit.model->info().name);
    columns[1].cells.push_back(fmt::format("{:+.1f}", fit.information_criterion - best));
    columns[2].cells.push_back(fmt::format("{:.3g}", fit.change_residual));
    columns[3].cells.push_back(fmt::format("{:.3g}", fit.curve_residual));
  }
  std::cout << table_text(columns);
  std::cout << "\nBIC: information criterion, less that of the model that is kept; below 2 it says "
               "nothing\n\n";
}

std::vector<TextColumn> parameter_columns(const DeviceFit& fit) {
  const auto& parameters = fit.parameters;
  return {column_of("parameter", false, parameters, [](const auto& p) { return p.name; }),
          column_of("value", true, parameters,
                    [](const auto& p) { return fmt::format("{:.5g}", p.value); }),
          column_of("95 % interval", false, parameters,
                    [](const auto& p) {
                      return p.error > 0 ? fmt::format("± {:.2g}", p.error) : "as seen";
                    }),
          column_of("unit", false, parameters,
                    [&](const auto& p) { return unit_of(*fit.model, p.name); })};
}

void print_fit(const std::string& file, const MeasuredCurves& curves, const DeviceFit& fit) {
  std::cout << fmt::format("{}: {} fitted to {} device{}\n\n", file, fit.model->info().name,
                           curves.devices.size(), curves.devices.size() == 1 ? "" : "s");
  std::cout << table_text(parameter_columns(fit));
  std::cout << fmt::format(
      "\nresiduals (rms): {:.3g} of the changes by pulses, {:.3g} of the weights along the curve\n",
      fit.change_residual, fit.curve_residual);
  // more would be a smear on a terminal; --plot shows all
  constexpr std::size_t most = 1000;
  const auto first = [&](const std::vector<double>& curve) {
    return std::vector<double>(
        curve.begin(), curve.begin() + static_cast<std::ptrdiff_t>(std::min(curve.size(), most)));
  };
  const std::vector<std::vector<double>> both{first(curves.devices.front().weight),
                                              first(fit.curves.front())};
  std::cout << (fit.curves.front().size() > most
                    ? fmt::format("\nmeasured and fitted weight, the first {} readings:\n\n", most)
                    : "\nmeasured and fitted weight:\n\n");
  for (const std::string& line : text_plot(both)) std::cout << line << '\n';
  if (curves.conductance) {
    std::cout << fmt::format(
        "\nweight -1 is {:.4g}, weight 1 is {:.4g} of the file's conductance\n", curves.g_min,
        curves.g_max);
  }
}

Page page_of(const std::string& file, const MeasuredCurves& curves, const DeviceFit& fit) {
  LineChart chart{.x = {.name = "reading", .label = "reading", .whole = true},
                  .y = {.name = "weight", .label = "weight"}};
  for (std::size_t d = 0; d < fit.curves.size(); ++d) {
    const std::string name = curves.devices[d].device.empty() ? "" : " " + curves.devices[d].device;
    LineSeries measured{.name = "measured" + name, .joined = false};
    LineSeries fitted{.name = "fitted" + name};
    for (std::size_t i = 0; i < fit.curves[d].size(); ++i) {
      measured.x.push_back(static_cast<double>(i));
      measured.y.push_back(curves.devices[d].weight[i]);
      fitted.y.push_back(fit.curves[d][i]);
    }
    fitted.x = measured.x;
    chart.series.insert(chart.series.end(), {measured, fitted});
  }
  const std::string title = fmt::format("{} fitted to {}", fit.model->info().name, file);
  Page page(title);
  page.part(title,
            fmt::format("residuals (rms): {:.3g} of the changes, {:.3g} of the weights along "
                        "the curve",
                        fit.change_residual, fit.curve_residual));
  page.figure({"fit", "Measured and fitted weights", ""}, figure_json(only(std::move(chart))));
  page.heading("Parameters");
  page.table(parameter_columns(fit));
  return page;
}

CommandLine line() {
  CommandLine line;
  line.options.add_options()("model",
                             po::value<std::string>()->default_value("auto")->value_name("MODEL"),
                             "a device model, or auto: the one that explains the data best")(
      "output,o", po::value<std::string>()->value_name("DEVICE.toml"),
      "write the device, for device.preset")("force", "replace an existing device file")(
      "plot", po::value<std::string>()->value_name("FILE.html"), "write a page with data and fit");
  line.positional = {"MEASURED"};
  line.notes =
      "The file has the columns pulse and conductance (or weight), and if known direction (up,\n"
      "down), cycle and device. What `memtrain response --csv` writes can be fitted as well.\n";
  return line;
}

int run(const Command& command, const std::vector<std::string>& arguments) {
  const ParsedArguments given = parse_arguments(command, arguments);
  if (given.help) return 0;
  const std::string file = required(given, "MEASURED");
  const std::string model = given.text("model");
  const auto known = models_to_fit();
  if (model != "auto" && std::find(known.begin(), known.end(), model) == known.end()) {
    const std::string near = nearest_name(model, known);
    throw Error(Failure::usage,
                fmt::format("--model: '{}' cannot be fitted{} (known: auto, {})", model,
                            near.empty() ? "" : fmt::format(", did you mean '{}'?", near),
                            fmt::join(known, ", ")));
  }
  if (given.has("output")) {
    require_place(given.text("output"), given.has("force") ? OldFile::replace : OldFile::keep);
  }
  if (given.has("plot")) require_place(given.text("plot"), page_kind);
  const MeasuredCurves curves = read_measured_curves(file);
  std::vector<DeviceFit> fits;
  try {
    fits = model == "auto" ? fit_best(curves) : std::vector{fit_device(curves, model)};
  } catch (const Error& error) {
    throw Error(error.kind, fmt::format("{}: {}", file, error.what()));
  }
  if (fits.size() > 1) print_ranking(fits);
  print_fit(file, curves, fits.front());
  if (given.has("output")) {
    replace_file(given.text("output"), device_toml(file, curves, fits.front()));
    std::cout << fmt::format("\ndevice: {}\n", given.text("output"));
    if (curves.conductance && !may_be_siemens(curves, fits.front())) {
      std::cout << "its g_max and g_min are not known: conductances of this size are not siemens\n";
    }
  }
  if (given.has("plot")) {
    write_page(page_of(file, curves, fits.front()), given.text("plot"));
    std::cout << fmt::format("plot: {}\n", given.text("plot"));
  }
  return 0;
}

}  // namespace

extern const Command fit_command{
    "fit", "MEASURED.csv [--model MODEL|auto] [-o DEVICE.toml] [--force] [--plot FILE.html]",
    "fits a device model to measured pulses", line, run};

}  // namespace memtrain
