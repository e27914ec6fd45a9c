#include "sim/report/run/final_tables.h"

#include "sim/report/run/seed_rows.h"

namespace memtrain {
namespace {

struct ConfusionRow : SeedRow {
  Index true_class, predicted_class;
  int samples;
};

struct ConductanceRow : SeedRow {
  std::string_view layer;
  std::size_t device;
  double conductance, devices;
};

struct WearRow : SeedRow {
  std::string_view layer;
  std::int64_t pulses;
  double devices;
};

struct WeightRow : SeedRow {
  std::string_view layer;
  Index output, input;
  float weight;
};

}  // namespace

Table confusion_table(const RunRecord& run) {
  using R = ConfusionRow;
  std::vector<R> rows;
  for_seeds(run, [&](const SeedRow& whose, const ArmRecord&, const SeedRecord& seed) {
    for (Index truth = 0; truth < seed.confusion.rows(); ++truth) {
      for (Index guess = 0; guess < seed.confusion.cols(); ++guess) {
        rows.push_back({whose, truth, guess, seed.confusion(truth, guess)});
      }
    }
  });
  Table table = table_of(rows);
  add_column<std::int64_t>(table, rows, "true_class", "1", "true class", &R::true_class);
  add_column<std::int64_t>(table, rows, "predicted_class", "1", "predicted class",
                           &R::predicted_class);
  add_column<std::int64_t>(table, rows, "samples", "1", "test samples, after training",
                           &R::samples);
  return table;
}

Table conductance_table(const RunRecord& run) {
  using R = ConductanceRow;
  std::vector<R> rows;
  for_seeds(run, [&](const SeedRow& whose, const ArmRecord& arm, const SeedRecord& seed) {
    for (std::size_t l = 0; l < seed.conductances.size(); ++l) {
      for (std::size_t d = 0; d < seed.conductances[l].size(); ++d) {
        const ConductanceHistogram& histogram = seed.conductances[l][d];
        for (std::size_t bin = 0; bin < histogram.devices.size(); ++bin) {
          rows.push_back({whose, arm.layers.at(l).name, d,
                          static_cast<double>(bin) * histogram.bin_width, histogram.devices[bin]});
        }
      }
    }
  });
  Table table = table_of(rows);
  add_layers(table, rows);
  add_column<std::int64_t>(table, rows, "device", "1", "device of a cell", &R::device);
  add_column<double>(table, rows, "conductance", "S",
                     "where the bin begins; the last holds all above", &R::conductance);
  add_column<double>(table, rows, "devices", "1", "devices in the bin, after training",
                     &R::devices);
  return table;
}

Table wear_table(const RunRecord& run) {
  using R = WearRow;
  std::vector<R> rows;
  for_seeds(run, [&](const SeedRow& whose, const ArmRecord& arm, const SeedRecord& seed) {
    for (std::size_t l = 0; l < seed.wear.size(); ++l) {
      const std::vector<double>& histogram = seed.wear[l].histogram;
      for (std::size_t bin = 0; bin < histogram.size(); ++bin) {
        const std::int64_t most = (std::int64_t{1} << bin) - 1;
        rows.push_back({whose, arm.layers.at(l).name, most, histogram[bin]});
      }
    }
  });
  Table table = table_of(rows);
  add_layers(table, rows);
  add_column<std::int64_t>(table, rows, "pulses", "1",
                           "most pulses of a device in the bin; the bin before ends below",
                           &R::pulses);
  add_column<double>(table, rows, "devices", "1", "devices in the bin, after training",
                     &R::devices);
  return table;
}

Table weights_table(const RunRecord& run) {
  using R = WeightRow;
  std::vector<R> rows;
  for_seeds(run, [&](const SeedRow& whose, const ArmRecord& arm, const SeedRecord& seed) {
    for (std::size_t l = 0; l < seed.weights.size(); ++l) {
      const Matrix& weights = seed.weights[l];
      for (Index output = 0; output < weights.rows(); ++output) {
        for (Index input = 0; input < weights.cols(); ++input) {
          rows.push_back({whose, arm.layers.at(l).name, output, input, weights(output, input)});
        }
      }
    }
  });
  Table table = table_of(rows);
  add_layers(table, rows);
  add_column<std::int64_t>(table, rows, "output", "1", "output of the layer", &R::output);
  add_column<std::int64_t>(table, rows, "input", "1", "input of the layer", &R::input);
  add_column<double>(table, rows, "weight", "1", "weight after training", &R::weight);
  return table;
}

}  // namespace memtrain
