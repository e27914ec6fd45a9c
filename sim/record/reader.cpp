#include <algorithm>
#include <cmath>

#include "sim/record/h5.h"
#include "sim/record/metrics.h"
#include "sim/record/run_record.h"
#include "sim/record/schema.h"
#include "sim/record/sealed_file.h"

namespace memtrain {
namespace {

Index to_index(const h5::Object& object, const char* name) {
  const int value = h5::get_integer(object, name);
  if (value < 0) throw h5::Trouble(std::string("attribute ") + name + " is negative");
  return value;
}

/// Names that reports tell, whatever another program made of them.
std::vector<std::string> read_names(const h5::Object& group, const char* path) {
  std::vector<std::string> names = h5::read_texts(group, path);
  for (std::string& name : names) name = one_line(std::move(name));
  return names;
}

/// Hands the values of a dataset [seed × epoch] to `store`, epoch by epoch; a dataset that is not
/// there leaves them as they are.
template <class Store>
void read_metric(const h5::Object& group, const char* path, const RunRecord& run, ArmRecord& arm,
                 Store store) {
  if (!h5::has(group, path)) return;
  const auto row = static_cast<std::size_t>(run.epochs + 1);
  const auto values = h5::read_array<double>(group, path, {run.seeds.size(), row});
  for (std::size_t s = 0; s < arm.seeds.size(); ++s) {
    auto& epochs = arm.seeds[s].epochs;
    for (std::size_t e = 0; e < epochs.size(); ++e) store(epochs[e], values[s * row + e]);
  }
}

void read_seeds(const h5::Object& group, const RunRecord& run, ArmRecord& arm) {
  const auto epochs = h5::read_array<std::int32_t>(group, "epochs_recorded", {run.seeds.size()});
  const auto diverged = h5::read_array<std::int32_t>(group, "diverged", {run.seeds.size()});
  for (std::size_t s = 0; s < run.seeds.size(); ++s) {
    if (epochs[s] < 0 || epochs[s] > run.epochs + 1)
      throw h5::Trouble("impossible epochs_recorded");
    SeedRecord seed;
    h5::take_room(1, sizeof(SeedRecord));
    h5::take_room(static_cast<std::size_t>(epochs[s]), sizeof(EpochRecord));
    seed.epochs.resize(static_cast<std::size_t>(epochs[s]));
    seed.diverged = diverged[s] != 0;
    arm.seeds.push_back(seed);
  }
}

void read_layers(const h5::Object& group, const RunRecord& run, ArmRecord& arm) {
  const h5::Object layers = h5::open_group(group, "layers");
  for (const std::string& name : h5::members(layers)) {
    const h5::Object layer = h5::open_group(layers, name);
    const std::size_t l = arm.layers.size();
    h5::take_room(1, sizeof(LayerShape));
    arm.layers.push_back({name, to_index(layer, "outputs"), to_index(layer, "inputs")});
    for (SeedRecord& seed : arm.seeds) {
      h5::take_room(seed.epochs.size(), sizeof(LayerRecord));
      for (EpochRecord& epoch : seed.epochs) epoch.layers.resize(l + 1);
    }
    for (const auto& metric : layer_metrics()) {
      read_metric(layer, metric.path, run, arm,
                  [&](EpochRecord& epoch, double value) { epoch.layers[l].*metric.value = value; });
    }
  }
}

void read_cost_parts(const h5::Object& arm_group, const RunRecord& run, ArmRecord& arm) {
  if (!h5::has(arm_group, "cost") || !h5::has(arm_group, schema::cost_parts)) return;
  const h5::Object group = h5::open_group(arm_group, schema::cost_parts);
  arm.cost_parts = read_names(group, "part_name");
  arm.cost_phases = read_names(group, "phase_name");
  const std::size_t parts = arm.cost_parts.size(), phases = arm.cost_phases.size();
  const std::size_t count = parts * phases;
  const auto row = static_cast<std::size_t>(run.epochs + 1);
  for (SeedRecord& seed : arm.seeds) {
    h5::take_room(seed.epochs.size() * parts, phases * sizeof(PhaseCost));
    for (EpochRecord& epoch : seed.epochs) epoch.costs.resize(count);
  }
  for (const auto& metric : phase_cost_metrics()) {
    if (!h5::has(group, metric.path)) continue;
    const auto values =
        h5::read_array<double>(group, metric.path, {run.seeds.size(), row, parts, phases});
    for (std::size_t s = 0; s < arm.seeds.size(); ++s) {
      auto& epochs = arm.seeds[s].epochs;
      for (std::size_t e = 0; e < epochs.size(); ++e) {
        for (std::size_t c = 0; c < count; ++c) {
          epochs[e].costs[c].*metric.value = values[(s * row + e) * count + c];
        }
      }
    }
  }
}

void read_wear(const h5::Object& arm_group, ArmRecord& arm) {
  if (!h5::has(arm_group, schema::wear)) return;
  const h5::Object group = h5::open_group(arm_group, schema::wear);
  const std::size_t seeds = arm.seeds.size(), layers = arm.layers.size();
  const auto devices = h5::read_array<double>(group, "devices", {seeds, layers});
  const auto most = h5::read_array<double>(group, "max", {seeds, layers});
  const auto mean = h5::read_array<double>(group, "mean", {seeds, layers});
  const auto histogram =
      h5::read_array<double>(group, "histogram", {seeds, layers, schema::wear_bins});
  h5::take_room(seeds * layers, sizeof(WearRecord));
  for (std::size_t s = 0; s < seeds; ++s) {
    if (layers == 0 || std::isnan(devices[s * layers])) continue;  // not finished
    for (std::size_t l = 0; l < layers; ++l) {
      const std::size_t at = s * layers + l;
      const auto first = histogram.begin() + static_cast<std::ptrdiff_t>(at * schema::wear_bins);
      arm.seeds[s].wear.push_back(
          {devices[at], most[at], mean[at],
           std::vector<double>(first, first + static_cast<std::ptrdiff_t>(schema::wear_bins))});
    }
  }
}

void read_conductances(const h5::Object& arm_group, ArmRecord& arm) {
  if (!h5::has(arm_group, schema::conductance)) return;
  const h5::Object group = h5::open_group(arm_group, schema::conductance);
  const auto edges = h5::read_list<double>(group, "conductance");
  const std::size_t devices = h5::read_list<std::int32_t>(group, "device").size();
  const std::size_t layers = arm.layers.size(), bins = edges.size();
  if (bins < 2) throw h5::Trouble("its conductances have too few bins");
  const auto counts =
      h5::read_array<double>(group, "histogram", {arm.seeds.size(), layers, devices, bins});
  h5::take_room(arm.seeds.size() * layers, sizeof(std::vector<ConductanceHistogram>));
  h5::take_room(arm.seeds.size() * layers * devices, sizeof(ConductanceHistogram));
  for (std::size_t s = 0; s < arm.seeds.size(); ++s) {
    auto at = counts.begin() + static_cast<std::ptrdiff_t>(s * layers * devices * bins);
    if (layers * devices == 0 || std::isnan(*at)) continue;  // not finished
    arm.seeds[s].conductances.resize(layers, std::vector<ConductanceHistogram>(devices));
    for (auto& layer : arm.seeds[s].conductances) {
      for (ConductanceHistogram& histogram : layer) {
        const auto first = at;
        at += static_cast<std::ptrdiff_t>(bins);
        histogram = {.bin_width = edges[1], .devices = std::vector<double>(first, at)};
      }
    }
  }
}

void read_confusion(const h5::Object& group, ArmRecord& arm) {
  if (!h5::has(group, "confusion")) return;
  const auto classes = static_cast<std::size_t>(arm.classes);
  const std::size_t count = classes * classes;
  const auto counts =
      h5::read_array<std::int32_t>(group, "confusion", {arm.seeds.size(), classes, classes});
  using Rows = Eigen::Matrix<std::int32_t, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  for (std::size_t s = 0; s < arm.seeds.size() && count > 0; ++s) {
    if (counts[s * count] == schema::no_count) continue;
    arm.seeds[s].confusion = Eigen::Map<const Rows>(&counts[s * count], arm.classes, arm.classes);
  }
}

/// Files from before they said so tell a seed that went to its end by its confusion matrix.
void read_finished(const h5::Object& group, ArmRecord& arm) {
  const bool told = h5::has(group, "finished");
  const auto finished = told ? h5::read_array<std::int32_t>(group, "finished", {arm.seeds.size()})
                             : std::vector<std::int32_t>();
  for (std::size_t s = 0; s < arm.seeds.size(); ++s) {
    SeedRecord& seed = arm.seeds[s];
    seed.finished = told ? finished[s] != 0 : seed.confusion.size() > 0;
  }
}

/// Seeds whose weights are NaN in every layer were not finished.
void drop_unfinished(ArmRecord& arm) {
  const auto empty = [](const Matrix& weights) { return weights.array().isNaN().all(); };
  for (SeedRecord& seed : arm.seeds) {
    if (std::all_of(seed.weights.begin(), seed.weights.end(), empty)) seed.weights.clear();
  }
}

void read_weights(const h5::Object& group, ArmRecord& arm) {
  if (!h5::has(group, "weights")) return;
  for (const LayerShape& layer : arm.layers) {
    const auto outputs = static_cast<std::size_t>(layer.outputs);
    const auto inputs = static_cast<std::size_t>(layer.inputs);
    const auto values =
        h5::read_array<float>(group, "weights/" + layer.name, {arm.seeds.size(), outputs, inputs});
    h5::take_room(arm.seeds.size(), sizeof(Matrix));
    for (std::size_t s = 0; s < arm.seeds.size(); ++s) {
      arm.seeds[s].weights.emplace_back(Eigen::Map<const Matrix>(
          values.data() + s * outputs * inputs, layer.outputs, layer.inputs));
    }
  }
  drop_unfinished(arm);
}

/// What both readers read of an arm.
ArmRecord read_numbers(const h5::Object& group, const std::string& name, const RunRecord& run) {
  ArmRecord arm;
  for (const auto& [attribute, text, what] : schema::arm_texts) {
    arm.*text = h5::get_text(group, attribute);
  }
  arm.name = one_line(name);
  arm.rule = one_line(arm.rule);
  arm.device = one_line(arm.device);
  arm.classes = to_index(group, "classes");
  read_seeds(group, run, arm);
  for (const auto& metric : epoch_metrics()) {
    read_metric(group, metric.path, run, arm,
                [&](EpochRecord& epoch, double value) { epoch.*metric.value = value; });
  }
  return arm;
}

ArmRecord read_arm(const h5::Object& arms, const std::string& name, const RunRecord& run) {
  const h5::Object group = h5::open_group(arms, name);
  ArmRecord arm = read_numbers(group, name, run);
  read_layers(group, run, arm);
  read_cost_parts(group, run, arm);
  read_wear(group, arm);
  read_conductances(group, arm);
  read_confusion(group, arm);
  read_finished(group, arm);
  read_weights(group, arm);
  for (LayerShape& layer : arm.layers) layer.name = one_line(layer.name);
  return arm;
}

ArmRecord read_arm_outcome(const h5::Object& arms, const std::string& name, const RunRecord& run) {
  const h5::Object group = h5::open_group(arms, name);
  ArmRecord arm = read_numbers(group, name, run);
  if (!h5::has(group, "finished")) read_confusion(group, arm);  // tells which seeds are
  read_finished(group, arm);
  return arm;
}

RunStatus read_status(const h5::Object& root) {
  const std::string word = h5::get_text(root, "status");
  const auto& words = schema::status_words;
  const auto at = std::find(words.begin(), words.end(), word);
  if (at == words.end()) throw h5::Trouble("unknown status '" + word + "'");
  return static_cast<RunStatus>(at - words.begin());
}

std::vector<Baseline> read_baselines(const h5::Object& root) {
  std::vector<Baseline> baselines;
  if (!h5::has(root, schema::baselines)) return baselines;
  const h5::Object group = h5::open_group(root, schema::baselines);
  const auto names = read_names(group, "name");
  const auto metrics = read_names(group, "metric");
  const auto values = h5::read_list<double>(group, "value");
  h5::take_room(values.size(), sizeof(Baseline));
  if (names.size() != values.size() || metrics.size() != values.size()) {
    throw h5::Trouble("its lists of baselines differ in length");
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    baselines.push_back({names[i], metrics[i], values[i]});
  }
  return baselines;
}

/// `read`: of an arm, one of the two above.
RunRecord read_run(const h5::Object& root, decltype(&read_arm) read) {
  RunRecord run;
  for (const auto& [name, text, what] : schema::run_texts) {
    // files from before them have none
    const bool later =
        text == &RunRecord::comment || text == &RunRecord::processor || text == &RunRecord::data;
    if (!later || h5::has_attribute(root, name)) run.*text = h5::get_text(root, name);
    const bool of_lines =
        text == &RunRecord::scenario || text == &RunRecord::comment || text == &RunRecord::command;
    if (!of_lines) run.*text = one_line(run.*text);
  }
  run.status = read_status(root);
  run.threads = h5::get_integer(root, "threads");
  run.seeds = h5::read_list<std::int64_t>(root, "seed");
  run.epochs = static_cast<Index>(h5::read_list<std::int32_t>(root, "epoch").size()) - 1;
  if (run.epochs < 0) throw h5::Trouble("it has no epochs");
  const h5::Object arms = h5::open_group(root, "arms");
  const std::vector<std::string> names = h5::members(arms);
  h5::take_room(names.size(), sizeof(ArmRecord));
  for (const std::string& name : names) run.arms.push_back(read(arms, name, run));
  run.baselines = read_baselines(root);
  return run;
}

}  // namespace

RunRecord read_result(const std::string& path) {
  RunRecord run;
  read_sealed(path, schema::result,
              [&](const h5::Object& root) { run = read_run(root, read_arm); });
  return run;
}

RunRecord read_outcome(const std::string& path) {
  RunRecord run;
  read_sealed(path, schema::result,
              [&](const h5::Object& root) { run = read_run(root, read_arm_outcome); });
  return run;
}

}  // namespace memtrain
