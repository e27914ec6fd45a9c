#include "sim/scenario/keys.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "sim/scenario/scenario.h"

namespace memtrain {

std::span<const Parameter<TrainSettings>> train_parameters() {
  using S = TrainSettings;
  static const std::array<Parameter<S>, 8> rows{{
      {{"epochs", "epoch", 1, 1e6, "rounds of training, each of samples_per_epoch samples"},
       member<&S::epochs>},
      {{"batch", "sample", 1, 1e6, "samples in a mini-batch"}, member<&S::batch>},
      {{"samples_per_epoch", "sample", 0, 1e9,
        "samples an epoch has, taken from a fresh random order; 0: all"},
       member<&S::samples_per_epoch>},
      {{"learning_rate", "1", 0, 1e6, "step size"}, member<&S::learning_rate>},
      {{"momentum", "1", 0, 0.9999, "momentum of digital updates"}, member<&S::momentum>},
      {{"weight_decay", "1", 0, 1, "pull towards zero of digital updates"},
       member<&S::weight_decay>},
      {{.name = "loss",
        .unit = "1",
        .help = "what the output layer minimises",
        .choices = loss_names()},
       member<&S::loss>},
      {{"seeds", "1", 0, 9e15, "one run of every arm for each seed"}, member<&S::seeds>},
  }};
  return rows;
}

std::span<const Parameter<RecordSettings>> record_parameters() {
  using S = RecordSettings;
  static constexpr std::array<Parameter<S>, 3> rows{{
      {{"alignment_batches", "batch", 0, 1e6,
        "mini-batches an alignment angle is averaged over; 0: none"},
       member<&S::alignment_batches>},
      {{"weights", "1", 0, 1, "write the final weights"}, member<&S::weights>},
      {{"pulse_counts", "1", 0, 1, "count the pulses of every device (4 bytes a device)"},
       member<&S::pulse_counts>},
  }};
  return rows;
}

namespace {

std::span<const std::string_view> rule_names() {
  static const std::vector<std::string_view> names = [] {
    std::vector<std::string_view> out;
    for (const RuleKind* rule : rule_kinds()) out.push_back(rule->name);
    return out;
  }();
  return names;
}

std::span<const std::string_view> array_names() {
  static const std::vector<std::string_view> names = [] {
    std::vector<std::string_view> out;
    for (const ArrayKind* kind : array_kinds()) out.push_back(kind->name);
    return out;
  }();
  return names;
}

std::span<const std::string_view> device_names() {
  static const std::vector<std::string_view> names = [] {
    std::vector<std::string_view> out;
    for (const DeviceModel* model : device_models()) out.push_back(model->info().name);
    return out;
  }();
  return names;
}

/// Collects keys in the order in which `validate` prints them.
class KeyList {
 public:
  void add(const std::string& path, const ParameterInfo& info, Value default_value,
           Scope scope = Scope::arm) {
    keys.push_back({path, info, std::move(default_value), scope});
  }

  void add_section(const std::string& section, const std::vector<ParameterDescription>& rows,
                   Scope scope = Scope::arm) {
    for (const ParameterDescription& row : rows) {
      add(section + "." + std::string(row.info.name), row.info, row.default_value, scope);
    }
  }

  /// Device models share names: a parameter is one key, whichever models have it.
  void add_device_parameters() {
    for (const DeviceModel* model : device_models()) {
      for (const ParameterDescription& row : model->parameters()) {
        const std::string path = "device." + std::string(row.info.name);
        auto at = std::find_if(keys.begin(), keys.end(),
                               [&](const Key& key) { return key.path == path; });
        if (at == keys.end()) {
          add(path, row.info, row.default_value);
          at = std::prev(keys.end());
        }
        at->devices.push_back(model->info().name);
      }
    }
  }

  std::vector<Key> keys;
};

std::vector<Key> make_keys() {
  KeyList list;
  list.add("title", {.name = "title", .unit = "1", .help = "what the scenario asks"}, std::string(),
           Scope::run);
  list.add("rule", {.name = "rule", .unit = "1", .help = "learning rule", .choices = rule_names()},
           std::string("bp"));
  list.add_section("data", describe(data_parameters()), Scope::run);
  list.add_section("train", describe(train_parameters()));
  for (Key& key : list.keys) {
    if (key.path == "train.seeds") key.scope = Scope::run;
  }
  list.add_section("record", describe(record_parameters()), Scope::run);
  list.add(
      "array.kind",
      {.name = "kind", .unit = "1", .help = "what weights are kept in", .choices = array_names()},
      std::string("crossbar"));
  list.add_section("quantised", describe(low_precision_parameters()));
  list.add_section("transfer", describe(transfer_parameters()));
  list.add("device.preset",
           {.name = "preset",
            .unit = "1",
            .help = "a device that ships (`memtrain devices`) or a TOML file that describes one"},
           std::string());
  list.add("device.model",
           {.name = "model",
            .unit = "1",
            .help = "device at the crosspoints",
            .choices = device_names()},
           std::string("ideal"));
  list.add_device_parameters();
  list.add_section("cell", describe(cell_parameters()));
  list.add_section("pulse", describe(pulse_parameters()));
  list.add_section("tile", describe(tile_parameters()));
  list.add_section("mapping", describe(mapping_parameters()));
  list.add_section("wires", describe(wire_parameters()));
  list.add_section("backward", describe(backward_parameters()));
  list.add_section("programming", describe(programming_parameters()));
  list.add_section("faults", describe(fault_parameters()));
  list.add_section("endurance", describe(endurance_parameters()));
  list.add_section("telegraph", describe(telegraph_parameters()));
  list.add_section("periphery", describe(read_parameters()));
  list.add_section("periphery.transposed", describe(read_parameters()));
  list.add_section("periphery.write", describe(drive_parameters()));
  for (const RuleKind* rule : rule_kinds())
    list.add_section(std::string(rule->name), rule->parameters());
  return list.keys;
}

}  // namespace

const std::vector<Key>& all_keys() {
  static const std::vector<Key> keys = make_keys();
  return keys;
}

const Key* find_key(std::string_view path) {
  static const std::map<std::string_view, const Key*> index = [] {
    std::map<std::string_view, const Key*> out;
    for (const Key& key : all_keys()) out.emplace(key.path, &key);
    return out;
  }();
  const auto at = index.find(path);
  return at == index.end() ? nullptr : at->second;
}

std::string describe_keys() {
  std::string out;
  for (const Key& key : all_keys()) {
    std::string allowed;
    if (std::holds_alternative<bool>(key.default_value)) {
      allowed = "true, false";
    } else if (!key.info.choices.empty()) {
      allowed = fmt::format("{}", fmt::join(key.info.choices, ", "));
    } else if (std::isfinite(key.info.low)) {
      allowed = fmt::format("[{:g}, {:g}]", key.info.low, key.info.high);
    }
    const std::string unit = key.info.unit == "1" ? "" : fmt::format(" ({})", key.info.unit);
    out += fmt::format("  {:<34} {}{}{}\n", key.path, key.info.help, unit,
                       allowed.empty() ? "" : fmt::format("; {}", allowed));
  }
  return out;
}

std::string_view section_of(std::string_view path) {
  const auto dot = path.rfind('.');
  return dot == std::string_view::npos ? std::string_view() : path.substr(0, dot);
}

std::string_view name_in_section(std::string_view path) {
  const auto dot = path.rfind('.');
  return dot == std::string_view::npos ? path : path.substr(dot + 1);
}

}  // namespace memtrain
