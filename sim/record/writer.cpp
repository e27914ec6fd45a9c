#include <algorithm>
#include <numeric>

#include "sim/record/consistent.h"
#include "sim/record/h5.h"
#include "sim/record/metrics.h"
#include "sim/record/run_record.h"
#include "sim/record/schema.h"
#include "sim/record/sealed_file.h"

namespace memtrain {
namespace {

/// The axes that all arms share.
struct RunAxes {
  h5::Scale seed, epoch;
};

std::vector<std::int32_t> count_up(Index length) {
  std::vector<std::int32_t> numbers(static_cast<std::size_t>(length));
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

h5::Scale write_numbers(hid_t parent, const h5::Label& label, Index length) {
  return h5::write_scale<std::int32_t>(parent, label, count_up(length));
}

/// A table [seed × epoch] of what `value` finds in the epochs that were reached.
template <class Value>
std::vector<double> seeds_by_epochs(const ArmRecord& arm, const RunAxes& axes, Value value) {
  std::vector<double> table(axes.seed.length * axes.epoch.length, not_reached);
  for (std::size_t s = 0; s < arm.seeds.size(); ++s) {
    const auto& epochs = arm.seeds[s].epochs;
    std::transform(epochs.begin(), epochs.end(), &table[s * axes.epoch.length], value);
  }
  return table;
}

/// A list [seed] of what `value` finds.
template <class Value>
std::vector<std::int32_t> by_seed(const ArmRecord& arm, const RunAxes& axes, Value value) {
  std::vector<std::int32_t> list(axes.seed.length, 0);
  std::transform(arm.seeds.begin(), arm.seeds.end(), list.begin(), value);
  return list;
}

void write_epoch_metrics(const h5::Object& group, const ArmRecord& arm, const RunAxes& axes) {
  for (const auto& metric : epoch_metrics()) {
    const std::string path = metric.path;
    if (const auto slash = path.find('/');
        slash != path.npos && !h5::has(group, path.substr(0, slash))) {
      (void)h5::create_group(group, path.substr(0, slash));
    }
    h5::write_array<double>(
        group, {path, metric.units, metric.long_name}, {&axes.seed, &axes.epoch},
        seeds_by_epochs(arm, axes, [&](const EpochRecord& epoch) { return epoch.*metric.value; }));
  }
}

h5::Scale write_names(hid_t group, const std::string& axis, const std::string& what,
                      const std::vector<std::string>& names) {
  h5::Scale scale =
      write_numbers(group, {axis, "1", "number of the " + what}, static_cast<Index>(names.size()));
  h5::write_texts(group, {axis + "_name", "1", "name of the " + what}, scale, names);
  return scale;
}

void write_cost_parts(const h5::Object& arm_group, const ArmRecord& arm, const RunAxes& axes) {
  if (arm.cost_parts.empty()) return;
  const h5::Object group = h5::create_group(arm_group, schema::cost_parts);
  const auto part =
      write_names(group, "part", "part of the arm: a layer, or the rule", arm.cost_parts);
  const auto phase = write_names(group, "phase", "phase of training", arm.cost_phases);
  const std::size_t count = arm.cost_parts.size() * arm.cost_phases.size();
  for (const auto& metric : phase_cost_metrics()) {
    std::vector<double> table(axes.seed.length * axes.epoch.length * count, not_reached);
    for (std::size_t s = 0; s < arm.seeds.size(); ++s) {
      const auto& epochs = arm.seeds[s].epochs;
      for (std::size_t e = 0; e < epochs.size(); ++e) {
        std::transform(epochs[e].costs.begin(), epochs[e].costs.end(),
                       &table[(s * axes.epoch.length + e) * count],
                       [&](const PhaseCost& cost) { return cost.*metric.value; });
      }
    }
    h5::write_array<double>(group, {metric.path, metric.units, metric.long_name},
                            {&axes.seed, &axes.epoch, &part, &phase}, table);
  }
}

/// A table over seeds and layers, and a further axis of `width`, of what `values` says of wear.
template <class Values>
std::vector<double> of_wear(const ArmRecord& arm, std::size_t seeds, std::size_t width,
                            Values values) {
  std::vector<double> table(seeds * arm.layers.size() * width, not_reached);
  for (std::size_t s = 0; s < arm.seeds.size(); ++s) {
    for (std::size_t l = 0; l < arm.seeds[s].wear.size(); ++l) {
      const std::vector<double> found = values(arm.seeds[s].wear[l]);
      std::copy(found.begin(), found.end(), &table[(s * arm.layers.size() + l) * width]);
    }
  }
  return table;
}

h5::Scale write_layer_names(hid_t group, const ArmRecord& arm) {
  std::vector<std::string> names;
  for (const LayerShape& layer : arm.layers) names.push_back(layer.name);
  return write_names(group, "layer", "layer", names);
}

void write_conductances(const h5::Object& arm_group, const ArmRecord& arm, const RunAxes& axes) {
  const auto measured = [](const SeedRecord& seed) { return !seed.conductances.empty(); };
  const auto first = std::find_if(arm.seeds.begin(), arm.seeds.end(), measured);
  if (first == arm.seeds.end()) return;
  const h5::Object group = h5::create_group(arm_group, schema::conductance);
  const auto layer = write_layer_names(group, arm);
  const std::vector<ConductanceHistogram>& cell = first->conductances.front();
  const auto device =
      write_numbers(group, {"device", "1", "device of a cell"}, static_cast<Index>(cell.size()));
  std::vector<double> edges;
  for (std::size_t bin = 0; bin < cell.front().devices.size(); ++bin) {
    edges.push_back(static_cast<double>(bin) * cell.front().bin_width);
  }
  const auto bins = h5::write_scale<double>(
      group, {"conductance", "S", "where a bin begins; the last holds all above"}, edges);
  std::vector<double> counts(axes.seed.length * layer.length * device.length * bins.length,
                             not_reached);
  for (std::size_t s = 0; s < arm.seeds.size(); ++s) {
    std::size_t at = s * layer.length * device.length;
    for (const std::vector<ConductanceHistogram>& layer_cell : arm.seeds[s].conductances) {
      for (const ConductanceHistogram& histogram : layer_cell) {
        std::copy(histogram.devices.begin(), histogram.devices.end(), &counts[at++ * bins.length]);
      }
    }
  }
  h5::write_array<double>(group, {"histogram", "1", "devices by conductance after training"},
                          {&axes.seed, &layer, &device, &bins}, counts);
}

void write_wear(const h5::Object& arm_group, const ArmRecord& arm, const RunAxes& axes) {
  const auto counted = [](const SeedRecord& seed) { return !seed.wear.empty(); };
  if (std::none_of(arm.seeds.begin(), arm.seeds.end(), counted)) return;
  const h5::Object group = h5::create_group(arm_group, schema::wear);
  const auto layer = write_layer_names(group, arm);
  std::vector<std::int64_t> limits;
  for (std::size_t bin = 0; bin < schema::wear_bins; ++bin) {
    limits.push_back((std::int64_t{1} << bin) - 1);
  }
  const auto bins = h5::write_scale<std::int64_t>(
      group, {"pulses", "1", "most pulses of a device in this bin; the bin before ends below"},
      limits);
  const auto one = [&](const char* name, const char* what, double WearRecord::*value) {
    h5::write_array<double>(group, {name, "1", what}, {&axes.seed, &layer},
                            of_wear(arm, axes.seed.length, 1, [&](const WearRecord& wear) {
                              return std::vector{wear.*value};
                            }));
  };
  one("devices", "devices of the layer", &WearRecord::devices);
  one("max", "pulses of the device that had the most", &WearRecord::most);
  one("mean", "pulses a device has had, on average", &WearRecord::mean);
  h5::write_array<double>(
      group, {"histogram", "1", "devices by the pulses they have had"}, {&axes.seed, &layer, &bins},
      of_wear(arm, axes.seed.length, schema::wear_bins, [](const WearRecord& wear) {
        std::vector<double> histogram = wear.histogram;
        histogram.resize(schema::wear_bins, 0.0);
        return histogram;
      }));
}

void write_layer_metrics(const h5::Object& group, const ArmRecord& arm, const RunAxes& axes) {
  const h5::Object layers = h5::create_group(group, "layers");
  for (std::size_t l = 0; l < arm.layers.size(); ++l) {
    const h5::Object layer = h5::create_group(layers, arm.layers[l].name);
    h5::set_integer(layer, "outputs", static_cast<int>(arm.layers[l].outputs));
    h5::set_integer(layer, "inputs", static_cast<int>(arm.layers[l].inputs));
    for (const auto& metric : layer_metrics()) {
      h5::write_array<double>(
          layer, {metric.path, metric.units, metric.long_name}, {&axes.seed, &axes.epoch},
          seeds_by_epochs(arm, axes, [&](const EpochRecord& epoch) {
            return l < epoch.layers.size() ? epoch.layers[l].*metric.value : not_reached;
          }));
    }
  }
}

void write_confusion(const h5::Object& group, const ArmRecord& arm, const RunAxes& axes) {
  const auto finished = [](const SeedRecord& seed) { return seed.confusion.size() > 0; };
  if (std::none_of(arm.seeds.begin(), arm.seeds.end(), finished)) return;
  const auto count = static_cast<std::size_t>(arm.classes * arm.classes);
  std::vector<std::int32_t> counts(axes.seed.length * count, schema::no_count);
  for (std::size_t s = 0; s < arm.seeds.size(); ++s) {
    const Eigen::MatrixXi& confusion = arm.seeds[s].confusion;
    if (confusion.size() == 0) continue;
    using Rows = Eigen::Matrix<std::int32_t, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    Eigen::Map<Rows>(&counts[s * count], arm.classes, arm.classes) = confusion;
  }
  const auto truth = write_numbers(group, {"true_class", "1", "true class"}, arm.classes);
  const auto guess = write_numbers(group, {"predicted_class", "1", "predicted class"}, arm.classes);
  const auto dataset = h5::write_array<std::int32_t>(
      group, {"confusion", "1", "test samples by true and predicted class; -1: not finished"},
      {&axes.seed, &truth, &guess}, counts);
  h5::set_integer(dataset, "_FillValue", schema::no_count);
}

std::vector<float> final_weights(const ArmRecord& arm, std::size_t layer, std::size_t seeds) {
  const LayerShape& shape = arm.layers[layer];
  const auto count = static_cast<std::size_t>(shape.outputs * shape.inputs);
  std::vector<float> values(seeds * count, std::numeric_limits<float>::quiet_NaN());
  for (std::size_t s = 0; s < arm.seeds.size(); ++s) {
    if (arm.seeds[s].weights.empty()) continue;
    const Matrix& weights = arm.seeds[s].weights.at(layer);
    std::copy_n(weights.data(), count, values.data() + s * count);
  }
  return values;
}

void write_weights(const h5::Object& group, const ArmRecord& arm, const RunAxes& axes) {
  const auto finished = [](const SeedRecord& seed) { return !seed.weights.empty(); };
  if (std::none_of(arm.seeds.begin(), arm.seeds.end(), finished)) return;
  const h5::Object weights = h5::create_group(group, "weights");
  for (std::size_t l = 0; l < arm.layers.size(); ++l) {
    const LayerShape& shape = arm.layers[l];
    const auto outputs =
        write_numbers(weights, {shape.name + "_output", "1", "output of the layer"}, shape.outputs);
    const auto inputs =
        write_numbers(weights, {shape.name + "_input", "1", "input of the layer"}, shape.inputs);
    h5::write_array<float>(weights, {shape.name, "1", "final weights; NaN: not finished"},
                           {&axes.seed, &outputs, &inputs},
                           final_weights(arm, l, axes.seed.length));
  }
}

/// A name becomes that of a group, where a slash would mean a folder.
void check_name(const std::string& name, const char* what) {
  if (name.empty() || name == "." || name.find('/') != name.npos) {
    throw h5::Trouble(std::string(what) + " '" + name + "': a name needs a letter and no '/'");
  }
}

void write_arm(const h5::Object& arms, const ArmRecord& arm, const RunAxes& axes) {
  check_name(arm.name, "arm");
  for (const LayerShape& layer : arm.layers) check_name(layer.name, "layer");
  if (!consistent(arm, axes.seed.length, static_cast<Index>(axes.epoch.length) - 1)) {
    throw h5::Trouble("the record of arm '" + arm.name + "' has other sizes than it says");
  }
  const h5::Object group = h5::create_group(arms, arm.name);
  for (const auto& [name, text, what] : schema::arm_texts) h5::set_text(group, name, arm.*text);
  h5::set_integer(group, "classes", static_cast<int>(arm.classes));
  h5::write_array<std::int32_t>(
      group, {"epochs_recorded", "1", "epochs recorded, epoch 0 included"}, {&axes.seed},
      by_seed(arm, axes, [](const SeedRecord& s) { return static_cast<int>(s.epochs.size()); }));
  h5::write_array<std::int32_t>(
      group, {"diverged", "1", "1 if training met NaN or infinity, else 0"}, {&axes.seed},
      by_seed(arm, axes, [](const SeedRecord& s) { return s.diverged ? 1 : 0; }));
  h5::write_array<std::int32_t>(
      group, {"finished", "1", "1 if training went to its end, else 0"}, {&axes.seed},
      by_seed(arm, axes, [](const SeedRecord& s) { return s.finished ? 1 : 0; }));
  write_epoch_metrics(group, arm, axes);
  write_cost_parts(group, arm, axes);
  write_wear(group, arm, axes);
  write_conductances(group, arm, axes);
  write_layer_metrics(group, arm, axes);
  write_confusion(group, arm, axes);
  write_weights(group, arm, axes);
}

/// Lists over an axis of their own: what does so well without learning, of which metric, how well.
void write_baselines(const h5::Object& root, const std::vector<Baseline>& baselines) {
  if (baselines.empty()) return;
  const h5::Object group = h5::create_group(root, schema::baselines);
  std::vector<std::string> names, metrics;
  std::vector<double> values;
  for (const Baseline& baseline : baselines) {
    names.push_back(baseline.name);
    metrics.push_back(baseline.metric);
    values.push_back(baseline.value);
  }
  const auto axis = write_numbers(group, {"baseline", "1", "number of the baseline"},
                                  static_cast<Index>(baselines.size()));
  h5::write_texts(group, {"name", "1", "what does so well without learning"}, axis, names);
  h5::write_texts(group, {"metric", "1", "dataset of the arms that it compares with"}, axis,
                  metrics);
  h5::write_array<double>(group, {"value", "1", "value of the metric over the test data"}, {&axis},
                          values);
}

}  // namespace

void schema::write_run(const h5::Object& root, const RunRecord& record) {
  for (const auto& [name, text, what] : run_texts) h5::set_text(root, name, record.*text);
  h5::set_text(root, "status", std::string(status_word(record.status)));
  h5::set_integer(root, "threads", record.threads);
  const RunAxes axes{
      h5::write_scale<std::int64_t>(root, {"seed", "1", "seed of the random numbers"},
                                    record.seeds),
      write_numbers(root, {"epoch", "1", "epochs trained; 0: before training"}, record.epochs + 1)};
  write_baselines(root, record.baselines);
  const h5::Object arms = h5::create_group(root, "arms");
  for (const ArmRecord& arm : record.arms) write_arm(arms, arm, axes);
}

std::string_view status_word(RunStatus status) {
  return schema::status_words.at(static_cast<std::size_t>(status));
}

void write_result(const RunRecord& record, const std::string& path) {
  write_sealed(path, schema::result,
               [&](const h5::Object& root) { schema::write_run(root, record); });
}

}  // namespace memtrain
