#include "sim/scenario/keys.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "sim/scenario/scenario.h"
#include "sim/scenario/toml_writer.h"

namespace memtrain {

std::span<const Parameter<TrainSettings>> train_parameters() {
  using S = TrainSettings;
  using O = OptimiserSettings;
  static constexpr std::array<std::string_view, 5> schedules{"constant", "step", "exponential",
                                                             "cosine", "linear"};
  static constexpr std::array<std::string_view, 2> methods{"sgd", "adam"};
  static const std::array<Parameter<S>, 19> rows{{
      {{"epochs", "epoch", 1, 1e6, "rounds of training, each of samples_per_epoch samples"},
       member<&S::epochs>},
      {{"batch", "sample", 1, 1e6, "samples in a mini-batch"}, member<&S::batch>},
      {{"samples_per_epoch", "sample", 0, 1e9,
        "samples an epoch has, taken from a fresh random order; 0: all"},
       member<&S::samples_per_epoch>},
      {{"learning_rate", "1", 0, 1e6, "step size"}, member<&S::learning_rate>},
      {{.name = "schedule",
        .unit = "1",
        .help = "how the step size changes in the course of training",
        .choices = schedules},
       member<&S::schedule>},
      {{"decay", "1", 0, 1,
        "factor of a decay: after decay_epochs (step) or every epoch "
        "(exponential)"},
       member<&S::decay>},
      {{"decay_epochs", "epoch", 1, 1e6, "step: epochs after which the step size decays"},
       member<&S::decay_epochs>},
      {{"final_rate", "1", 0, 1, "cosine, linear: what is left of the step size in the end"},
       member<&S::final_rate>},
      {{"warmup", "epoch", 0, 1e6, "epochs in which the step size rises from 0"},
       member<&S::warmup>},
      {{.name = "optimiser",
        .unit = "1",
        .help = "how digital updates follow gradients",
        .choices = methods},
       member<&S::method>},
      {{"momentum", "1", 0, 0.9999, "sgd: momentum of digital updates"},
       member<&S::optimiser, &O::momentum>},
      {{"weight_decay", "1", 0, 1, "pull towards zero of digital updates"},
       member<&S::optimiser, &O::weight_decay>},
      {{"beta1", "1", 0, 0.9999, "adam: what the running mean of gradients keeps at a step"},
       member<&S::optimiser, &O::beta1>},
      {{"beta2", "1", 0, 0.999999, "adam: what the running square of gradients keeps at a step"},
       member<&S::optimiser, &O::beta2>},
      {{"epsilon", "1", 1e-12, 1, "adam: added to the root of the running square"},
       member<&S::optimiser, &O::epsilon>},
      {{"clip_norm", "1", 0, 1e9,
        "largest norm of the gradient of one layer in digital updates; 0: any"},
       member<&S::clip_norm>},
      {{"patience", "epoch", 0, 1e6,
        "training ends after so many epochs without a better validation accuracy (or loss, where "
        "values are predicted); 0: it does not"},
       member<&S::patience>},
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
  static constexpr std::array<Parameter<S>, 5> rows{{
      {{"alignment_batches", "batch", 0, 1e6,
        "mini-batches in which a rule's updates are compared with backprop's after every epoch; 0: "
        "none"},
       member<&S::alignment_batches>},
      {{"weights", "1", 0, 1, "write the final weights"}, member<&S::weights>},
      {{"pulse_counts", "1", 0, 1, "count the pulses of every device (4 bytes a device)"},
       member<&S::pulse_counts>},
      {{"checkpoint_epochs", "epoch", 0, 1e6,
        "epochs between checkpoints, which --resume goes on from; 0: none at epochs"},
       member<&S::checkpoint_epochs>},
      {{"checkpoint_minutes", "min", 0, 1e6,
        "minutes of training between checkpoints within an epoch; 0: none"},
       member<&S::checkpoint_minutes>},
  }};
  return rows;
}

std::span<const Parameter<TimingSettings>> timing_parameters() {
  using S = TimingSettings;
  static constexpr std::array<std::string_view, 3> pipelines{"none", "passes", "overlapped"};
  static constexpr std::array<Parameter<S>, 1> rows{{
      {{.name = "pipeline",
        .unit = "1",
        .help = "what goes on at the same time: nothing; in each pass, the layers with one sample "
                "each; or also the passes, so that a second or a transposed read of one sample "
                "fills the gaps between first reads of others",
        .choices = pipelines},
       member<&S::pipeline>},
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

  /// What arrays are made of: the network's, or with the prefix a rule's own.
  void add_arrays(const std::string& prefix, const std::string& kind, std::string_view help) {
    add(prefix + "array.kind",
        {.name = "kind", .unit = "1", .help = help, .choices = array_names()}, kind);
    add_section(prefix + "quantised", describe(low_precision_parameters()));
    add_section(prefix + "transfer", describe(transfer_parameters()));
    add(prefix + "device.preset",
        {.name = "preset",
         .unit = "1",
         .help = "a device that ships (`memtrain devices`) or a TOML file that describes one"},
        std::string());
    add(prefix + "device.model",
        {.name = "model",
         .unit = "1",
         .help = "device at the crosspoints",
         .choices = device_names()},
        std::string("ideal"));
    add_device_parameters(prefix);
    add_section(prefix + "cell", describe(cell_parameters()));
    add_section(prefix + "pulse", describe(pulse_parameters()));
    add_section(prefix + "tile", describe(tile_parameters()));
    add_section(prefix + "mapping", describe(mapping_parameters()));
    add_section(prefix + "wires", describe(wire_parameters()));
    add_section(prefix + "programming", describe(programming_parameters()));
    add_section(prefix + "faults", describe(fault_parameters()));
    add_section(prefix + "endurance", describe(endurance_parameters()));
    add_section(prefix + "telegraph", describe(telegraph_parameters()));
    add_section(prefix + "energy", describe(energy_parameters()));
    add_section(prefix + "periphery", describe(read_parameters()));
    add_section(prefix + "periphery.write", describe(drive_parameters()));
  }

  /// Device models share names: a parameter is one key, whichever models have it, with a range that
  /// holds those of all.
  void add_device_parameters(const std::string& prefix) {
    for (const DeviceModel* model : device_models()) {
      for (const ParameterDescription& row : model->parameters()) {
        const std::string path = prefix + "device." + std::string(row.info.name);
        auto at = std::find_if(keys.begin(), keys.end(),
                               [&](const Key& key) { return key.path == path; });
        if (at == keys.end()) {
          add(path, row.info, row.default_value);
          at = std::prev(keys.end());
        }
        at->info.low = std::min(at->info.low, row.info.low);
        at->info.high = std::max(at->info.high, row.info.high);
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
  list.add_arrays("", "crossbar", "what weights are kept in");
  list.add_section("backward", describe(backward_parameters()));
  list.add_section("periphery.transposed", describe(read_parameters()));
  list.add_arrays(std::string(feedback_prefix), "exact",
                  "what a rule's own matrices are kept in: exact, or arrays made as the network's "
                  "where feedback.SECTION.KEY says nothing else");
  list.add_section("digital", describe(digital_parameters()));
  list.add_section("timing", describe(timing_parameters()));
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

namespace {

/// What may be written: "[0, 24]", or the words; empty: anything.
std::string allowed(const Key& key) {
  if (std::holds_alternative<bool>(key.default_value)) return "true, false";
  if (!key.info.choices.empty()) return fmt::format("{}", fmt::join(key.info.choices, ", "));
  if (!std::isfinite(key.info.low)) return {};
  return fmt::format("[{:g}, {:g}]", key.info.low, key.info.high);
}

/// What holds where nothing is written: a value as it is written, or where it comes from.
std::string default_text(const Key& key) {
  constexpr std::string_view transposed = "periphery.transposed.";
  if (key.path.starts_with(transposed)) return "as periphery." + std::string(key.info.name);
  std::string text = toml_text(key.default_value);
  for (const std::string_view device : key.devices) {
    for (const ParameterDescription& row : find_device_model(device)->parameters()) {
      const bool same = row.info.name != key.info.name || toml_text(row.default_value) == text;
      if (!same) return "the device's";
    }
  }
  return text;
}

}  // namespace

std::string describe_keys() {
  std::string out;
  for (const Key& key : all_keys()) {
    // they are those of the network's arrays once more
    if (is_of_feedback(key.path) && key.path != "feedback.array.kind") continue;
    const std::string unit = key.info.unit == "1" ? "" : fmt::format(" ({})", key.info.unit);
    const std::string values = allowed(key);
    out += fmt::format("  {:<34} {}{}; {}{}default {}\n", key.path, key.info.help, unit, values,
                       values.empty() ? "" : "; ", default_text(key));
  }
  return out;
}

bool is_of_feedback(std::string_view path) { return path.starts_with(feedback_prefix); }

std::string_view section_of(std::string_view path) {
  const auto dot = path.rfind('.');
  return dot == std::string_view::npos ? std::string_view() : path.substr(0, dot);
}

std::string_view name_in_section(std::string_view path) {
  const auto dot = path.rfind('.');
  return dot == std::string_view::npos ? path : path.substr(dot + 1);
}

}  // namespace memtrain
