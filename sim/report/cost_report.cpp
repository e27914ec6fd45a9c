#include "sim/report/cost_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <tuple>

#include "sim/record/metrics.h"
#include "sim/report/csv.h"
#include "sim/report/markdown.h"
#include "sim/report/text_table.h"

namespace memtrain {
namespace {

constexpr double bytes_of_value = sizeof(float);

/// A table with a row an arm: its name, then columns of quantities; those that are 0 in every arm
/// are left out.
class ArmTable {
 public:
  ArmTable(const std::vector<ArmCost>& arms, const char* heading) : arms_(arms) {
    columns_.push_back(column_of(heading, false, arms, [](const ArmCost& arm) { return arm.arm; }));
  }
  template <class Quantity>
  void add(const char* heading, const char* unit, Quantity quantity) {
    const auto nothing = [&](const ArmCost& arm) { return quantity(arm) == 0.0; };
    if (std::all_of(arms_.begin(), arms_.end(), nothing)) return;
    columns_.push_back(column_of(heading, true, arms_, [&](const ArmCost& arm) {
      return engineering(quantity(arm), unit);
    }));
  }
  void add_text(const char* heading, std::string ArmCost::*text) {
    columns_.push_back(
        column_of(heading, false, arms_, [&](const ArmCost& arm) { return arm.*text; }));
  }
  [[nodiscard]] std::string text(std::size_t width) const { return table_text(columns_, width); }
  [[nodiscard]] std::string markdown() const { return markdown_table(columns_); }

 private:
  const std::vector<ArmCost>& arms_;
  std::vector<TextColumn> columns_;
};

std::string sample_table(const std::vector<ArmCost>& arms, std::size_t width) {
  ArmTable table(arms, "a training sample");
  table.add_text("rule", &ArmCost::rule);
  table.add_text("device", &ArmCost::device);
  table.add("MACs", "1", [](const ArmCost& arm) { return arm.total.macs; });
  table.add("digital", "1", [](const ArmCost& arm) { return arm.digital_macs; });
  table.add("energy", "J", [](const ArmCost& arm) { return arm.total.energy; });
  table.add("latency", "s", [](const ArmCost& arm) { return arm.total.latency; });
  return table.text(width);
}

std::string event_table(const std::vector<ArmCost>& arms, std::size_t width) {
  ArmTable table(arms, "its reads and writes");
  table.add("forward", "1", [](const ArmCost& arm) { return arm.total.forward_reads; });
  table.add("transposed", "1", [](const ArmCost& arm) { return arm.total.transposed_reads; });
  table.add("DAC", "1", [](const ArmCost& arm) { return arm.total.dac_conversions; });
  table.add("ADC", "1", [](const ArmCost& arm) { return arm.total.adc_conversions; });
  table.add("pulses", "1", [](const ArmCost& arm) { return arm.total.write_pulses; });
  table.add("copied", "1", [](const ArmCost& arm) { return arm.programmed_weights; });
  return table.text(width);
}

std::string epoch_table(const std::vector<ArmCost>& arms, std::size_t width) {
  ArmTable table(arms, "an epoch");
  const auto in_epoch = [](const ArmCost& arm, double quantity) {
    return quantity * static_cast<double>(arm.samples_per_epoch);
  };
  table.add("samples", "1", [&](const ArmCost& arm) { return in_epoch(arm, 1.0); });
  table.add("MACs", "1", [&](const ArmCost& arm) { return in_epoch(arm, arm.total.macs); });
  table.add("energy", "J", [&](const ArmCost& arm) { return in_epoch(arm, arm.total.energy); });
  table.add("latency", "s", [&](const ArmCost& arm) { return in_epoch(arm, arm.total.latency); });
  return table.text(width);
}

void add_sizes(ArmTable& table) {
  table.add("parameters", "1",
            [](const ArmCost& arm) { return static_cast<double>(arm.parameters); });
  table.add("of the rule", "1",
            [](const ArmCost& arm) { return static_cast<double>(arm.rule_parameters); });
  table.add("activations", "B", [](const ArmCost& arm) {
    return bytes_of_value * static_cast<double>(arm.held_values);
  });
}

std::string size_table(const std::vector<ArmCost>& arms, std::size_t width) {
  ArmTable table(arms, "size");
  add_sizes(table);
  return table.text(width);
}

/// One quantity by phase.
void add_phases(ArmTable& table, const char* unit, double PhaseCost::*quantity) {
  for (std::size_t p = 0; p < cost_phases.size(); ++p) {
    std::string name(cost_phases[p]);
    std::replace(name.begin(), name.end(), '_', ' ');
    table.add(name.c_str(), unit,
              [p, quantity](const ArmCost& arm) { return arm.by_phase[p].*quantity; });
  }
}

/// What the sheet has for each network, named by the first arm that has it. To the last digit: that
/// is what it is compared by.
std::vector<TextColumn> sheet_columns(const std::vector<ArmCost>& arms) {
  std::vector<ArmCost> networks;
  for (const ArmCost& arm : arms) {
    const auto same = [&](const ArmCost& other) { return other.sheet_macs == arm.sheet_macs; };
    const bool known = std::any_of(networks.begin(), networks.end(), same);
    if (!arm.sheet_macs.empty() && !known) networks.push_back(arm);
  }
  if (networks.empty()) return {};
  std::vector<TextColumn> columns{column_of("MACs by the sheet, network of", false, networks,
                                            [](const ArmCost& arm) { return arm.arm; })};
  for (std::size_t r = 0; r < networks.front().sheet_macs.size(); ++r) {
    const std::string rule = networks.front().sheet_macs[r].first;
    columns.push_back(column_of(rule.c_str(), true, networks, [&](const ArmCost& arm) {
      return fmt::format("{:.0f}", arm.sheet_macs[r].second);
    }));
  }
  return columns;
}

std::string sheet_table(const std::vector<ArmCost>& arms, std::size_t width) {
  const std::vector<TextColumn> columns = sheet_columns(arms);
  return columns.empty() ? "" : "\n" + table_text(columns, width);
}

/// What a document needs of a sample: by arm, and its multiply-accumulates by phase.
std::string sample_markdown(const std::vector<ArmCost>& arms) {
  ArmTable table(arms, "a training sample");
  table.add_text("rule", &ArmCost::rule);
  table.add("MACs", "1", [](const ArmCost& arm) { return arm.total.macs; });
  add_phases(table, "1", &PhaseCost::macs);
  for (const auto& [name, unit, quantity] : {std::tuple("energy", "J", &PhaseCost::energy),
                                             std::tuple("latency", "s", &PhaseCost::latency)}) {
    const auto known = [value = quantity](const ArmCost& arm) {
      return !std::isnan(arm.total.*value);
    };
    if (std::none_of(arms.begin(), arms.end(), known)) continue;
    table.add(name, unit, [value = quantity](const ArmCost& arm) { return arm.total.*value; });
  }
  add_sizes(table);
  return table.markdown();
}

std::string phase_table(const std::vector<ArmCost>& arms, const char* heading, const char* unit,
                        double PhaseCost::*quantity, std::size_t width) {
  ArmTable table(arms, heading);
  add_phases(table, unit, quantity);
  return table.text(width);
}

std::string energy_table(const std::vector<ArmCost>& arms, std::size_t width) {
  ArmTable table(arms, "its energy");
  table.add("reads", "J", [](const ArmCost& arm) { return arm.energy.device_reads; });
  table.add("writes", "J", [](const ArmCost& arm) { return arm.energy.device_writes; });
  table.add("half-selected", "J", [](const ArmCost& arm) { return arm.energy.half_select; });
  table.add("wires", "J", [](const ArmCost& arm) { return arm.energy.wires; });
  table.add("converters", "J", [](const ArmCost& arm) { return arm.energy.converters; });
  table.add("digital", "J", [](const ArmCost& arm) { return arm.digital_energy; });
  return table.text(width);
}

/// Who does not know what: arms that lack the same are named together.
std::string unknown_lines(const std::vector<ArmCost>& arms, std::size_t width) {
  std::vector<std::pair<std::string, std::string>> lacks;  // what, arms
  for (const ArmCost& arm : arms) {
    if (arm.unknown.empty()) continue;
    const std::string what = fmt::format("{}", fmt::join(arm.unknown, ", "));
    const auto at = std::find_if(lacks.begin(), lacks.end(),
                                 [&](const auto& each) { return each.first == what; });
    if (at == lacks.end()) {
      lacks.emplace_back(what, arm.arm);
    } else {
      at->second += ", " + arm.arm;
    }
  }
  std::string text;
  for (const auto& [what, who] : lacks) {
    text += fmt::format(
        "\n{}\n{}\n",
        folded(fmt::format("not all of energy and latency is known ({}): it needs", who), width),
        folded("  " + what, width, 2));
  }
  return text;
}

using Json = nlohmann::ordered_json;

Json number(double value) { return std::isnan(value) ? Json(nullptr) : Json(value); }

Json to_json(const PhaseCost& cost, double factor = 1.0) {
  Json out;
  for (const auto& metric : phase_cost_metrics()) {
    out[metric.path] = number(factor * cost.*metric.value);
  }
  return out;
}

Json by_phase(std::span<const PhaseCost> costs) {
  Json out;
  for (std::size_t p = 0; p < cost_phases.size(); ++p) {
    out[std::string(cost_phases[p])] = to_json(costs[p]);
  }
  return out;
}

Json to_json(const ArmCost& arm) {
  Json sample = to_json(arm.total);
  sample["digital_macs"] = number(arm.digital_macs);
  sample["programmed_weights"] = number(arm.programmed_weights);
  sample["parameters"] = arm.parameters;
  sample["rule_parameters"] = arm.rule_parameters;
  sample["parameter_bytes"] =
      bytes_of_value * static_cast<double>(arm.parameters + arm.rule_parameters);
  sample["activation_bytes"] = bytes_of_value * static_cast<double>(arm.held_values);
  sample["energy_device_reads"] = number(arm.energy.device_reads);
  sample["energy_device_writes"] = number(arm.energy.device_writes);
  sample["energy_half_select"] = number(arm.energy.half_select);
  sample["energy_wires"] = number(arm.energy.wires);
  sample["energy_converters"] = number(arm.energy.converters);
  sample["energy_digital"] = number(arm.digital_energy);
  Json sheet = Json::object();
  for (const auto& [rule, macs] : arm.sheet_macs) sheet[rule] = macs;
  Json layers = Json::array();
  for (std::size_t part = 0; part < arm.parts.size(); ++part) {
    Json layer = {{"name", arm.parts[part]}};
    layer.update(to_json(arm.by_part[part]));
    layer["by_phase"] =
        by_phase(std::span(arm.costs).subspan(part * cost_phases.size(), cost_phases.size()));
    layers.push_back(layer);
  }
  return {{"rule", arm.rule},
          {"device", arm.device},
          {"samples_per_epoch", arm.samples_per_epoch},
          {"per_sample", sample},
          {"per_epoch", to_json(arm.total, static_cast<double>(arm.samples_per_epoch))},
          {"by_layer", layers},
          {"by_phase", by_phase(arm.by_phase)},
          {"sheet_macs", sheet},
          {"measured_batches", arm.batches},
          {"missed", arm.missed},
          {"unknown", arm.unknown}};
}

std::string csv_row(const ArmCost& arm, std::string_view part, std::string_view phase,
                    const PhaseCost& cost) {
  std::string row = fmt::format("{},{},{},{},{}", csv_field(arm.arm), csv_field(arm.rule),
                                csv_field(arm.device), csv_field(std::string(part)), phase);
  for (const auto& metric : phase_cost_metrics()) row += ',' + csv_number(cost.*metric.value);
  return row + '\n';
}

}  // namespace

std::string cost_table(const std::vector<ArmCost>& arms, std::size_t width) {
  std::string text = sample_table(arms, width) + '\n' + event_table(arms, width) + '\n' +
                     epoch_table(arms, width) + '\n' + size_table(arms, width) + '\n' +
                     phase_table(arms, "MACs by phase", "1", &PhaseCost::macs, width) +
                     sheet_table(arms, width);
  const auto priced = [](const ArmCost& arm) { return !std::isnan(arm.total.energy); };
  if (std::any_of(arms.begin(), arms.end(), priced)) {
    text += '\n' + phase_table(arms, "energy by phase", "J", &PhaseCost::energy, width) + '\n' +
            energy_table(arms, width);
  }
  text += unknown_lines(arms, width);
  const auto open = [](const ArmCost& arm) {
    return std::isnan(arm.total.write_pulses) ||
           (arm.unknown.empty() && std::isnan(arm.total.energy));
  };
  const Index measured = arms.empty() ? 0 : arms.front().batches;
  for (const ArmCost& arm : arms) {
    if (arm.missed.empty()) continue;
    const std::string line = fmt::format("{}: less often than was looked at, and not counted: {}",
                                         arm.arm, fmt::join(arm.missed, ", "));
    text += '\n' + folded(line, width) + '\n';
  }
  if (measured > 0) {
    text += fmt::format("\nmeasured in {} mini-batch{} of training\n", measured,
                        measured == 1 ? "" : "es");
  } else if (std::any_of(arms.begin(), arms.end(), open)) {
    constexpr std::string_view line =
        "pulses, and the energy and time of devices, depend on data: --batches 20 measures them";
    text += '\n' + folded(line, width) + '\n';
  }
  return text;
}

std::string cost_markdown(const std::vector<ArmCost>& arms) {
  const std::vector<TextColumn> sheet = sheet_columns(arms);
  return sample_markdown(arms) + (sheet.empty() ? "" : '\n' + markdown_table(sheet));
}

std::string cost_json(const std::vector<ArmCost>& arms) {
  Json all = Json::object();
  for (const ArmCost& arm : arms) all[arm.arm] = to_json(arm);
  return Json{{"arms", all}}.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string cost_csv(const std::vector<ArmCost>& arms) {
  std::string text = "arm,rule,device,part,phase";
  for (const auto& metric : phase_cost_metrics()) text += fmt::format(",{}", metric.path);
  text += '\n';
  for (const ArmCost& arm : arms) {
    text += csv_row(arm, "all", "all", arm.total);
    for (std::size_t p = 0; p < cost_phases.size(); ++p) {
      text += csv_row(arm, "all", cost_phases[p], arm.by_phase[p]);
    }
    for (std::size_t part = 0; part < arm.parts.size(); ++part) {
      text += csv_row(arm, arm.parts[part], "all", arm.by_part[part]);
      for (std::size_t p = 0; p < cost_phases.size(); ++p) {
        text +=
            csv_row(arm, arm.parts[part], cost_phases[p], arm.costs[part * cost_phases.size() + p]);
      }
    }
  }
  return text;
}

}  // namespace memtrain
