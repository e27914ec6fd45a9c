#include "sim/report/run/run_tables.h"

#include <algorithm>
#include <functional>

#include "sim/record/metrics.h"
#include "sim/report/csv.h"
#include "sim/report/run/final_tables.h"
#include "sim/report/run/seed_rows.h"
#include "sim/report/summary.h"

namespace memtrain {
namespace {

struct EpochRow : SeedRow {
  std::int64_t epoch;
  const EpochRecord* numbers;
};

struct LayerRow : SeedRow {
  std::int64_t epoch;
  std::string_view layer;
  const LayerRecord* numbers;
};

struct CostRow : SeedRow {
  std::int64_t epoch;
  std::string_view part, phase;
  const PhaseCost* numbers;
};

/// Calls visit(row, arm) for every epoch recorded.
template <class Visit>
void for_epochs(const RunRecord& run, Visit visit) {
  for_seeds(run, [&](const SeedRow& whose, const ArmRecord& arm, const SeedRecord& seed) {
    for (std::size_t e = 0; e < seed.epochs.size(); ++e) {
      visit(EpochRow{whose, static_cast<std::int64_t>(e), &seed.epochs[e]}, arm);
    }
  });
}

template <class Row>
Table epoch_table_of(const std::vector<Row>& rows) {
  Table table = table_of(rows);
  add_column<std::int64_t>(table, rows, "epoch", "1", "epochs trained; 0: before training",
                           &Row::epoch);
  return table;
}

template <class Row, class Record>
void add_metrics(Table& table, const std::vector<Row>& rows,
                 std::span<const Metric<Record>> metrics) {
  for (const Metric<Record>& metric : metrics) {
    add_column<double>(table, rows, short_name(metric.path), metric.units, metric.long_name,
                       [&](const Row& row) { return row.numbers->*metric.value; });
  }
}

Table epochs_table(const RunRecord& run) {
  std::vector<EpochRow> rows;
  for_epochs(run, [&](const EpochRow& row, const ArmRecord&) { rows.push_back(row); });
  Table table = epoch_table_of(rows);
  add_metrics(table, rows, epoch_metrics());
  return table;
}

Table layers_table(const RunRecord& run) {
  std::vector<LayerRow> rows;
  for_epochs(run, [&](const EpochRow& epoch, const ArmRecord& arm) {
    const std::vector<LayerRecord>& layers = epoch.numbers->layers;
    for (std::size_t l = 0; l < layers.size(); ++l) {
      rows.push_back({epoch, epoch.epoch, arm.layers.at(l).name, &layers[l]});
    }
  });
  Table table = epoch_table_of(rows);
  add_layers(table, rows);
  add_metrics(table, rows, layer_metrics());
  return table;
}

Table costs_table(const RunRecord& run) {
  std::vector<CostRow> rows;
  for_epochs(run, [&](const EpochRow& epoch, const ArmRecord& arm) {
    const std::vector<PhaseCost>& costs = epoch.numbers->costs;
    const std::size_t phases = arm.cost_phases.size();
    for (std::size_t c = 0; c < costs.size(); ++c) {
      rows.push_back({epoch, epoch.epoch, arm.cost_parts.at(c / phases),
                      arm.cost_phases[c % phases], &costs[c]});
    }
  });
  Table table = epoch_table_of(rows);
  add_column<std::string>(table, rows, "part", "1", "part of the arm: a layer, or the rule",
                          &CostRow::part);
  add_column<std::string>(table, rows, "phase", "1", "phase of training", &CostRow::phase);
  add_metrics(table, rows, phase_cost_metrics());
  return table;
}

Table baselines_table(const RunRecord& run) {
  const std::vector<Baseline>& rows = run.baselines;
  Table table;
  add_column<std::string>(table, rows, "name", "1", "what does so well without learning",
                          &Baseline::name);
  add_column<std::string>(table, rows, "metric", "1", "column of epochs that it compares with",
                          &Baseline::metric);
  add_column<double>(table, rows, "value", "1", "over the test samples", &Baseline::value);
  return table;
}

Table arms_table(const RunRecord& run) {
  const std::vector<ArmRecord>& rows = run.arms;
  using A = ArmRecord;
  const auto weights = [](const A& arm) {
    Index count = 0;
    for (const LayerShape& layer : arm.layers) count += layer.outputs * layer.inputs;
    return count;
  };
  const auto seeds = [](bool SeedRecord::*state) {
    return [state](const A& arm) {
      return std::count_if(arm.seeds.begin(), arm.seeds.end(), std::mem_fn(state));
    };
  };
  Table table;
  add_column<std::string>(table, rows, "arm", "1", "arm", &A::name);
  add_column<std::string>(table, rows, "rule", "1", "learning rule", &A::rule);
  add_column<std::string>(table, rows, "device", "1", "device model", &A::device);
  add_column<std::int64_t>(table, rows, "classes", "1", "classes; 0: it predicts values",
                           &A::classes);
  add_column<std::int64_t>(table, rows, "layers", "1", "layers with weights",
                           [](const A& arm) { return arm.layers.size(); });
  add_column<std::int64_t>(table, rows, "weights", "1", "weights of all layers", weights);
  add_column<std::int64_t>(table, rows, "seeds_finished", "1", "seeds that went to their end",
                           seeds(&SeedRecord::finished));
  add_column<std::int64_t>(table, rows, "seeds_diverged", "1", "seeds that met NaN or infinity",
                           seeds(&SeedRecord::diverged));
  return table;
}

Table run_table(const RunRecord& run) {
  struct Fact {
    std::string name, value;
  };
  const std::vector<Fact> facts{{"title", run.title},
                                {"comment", run.comment},
                                {"status", std::string(status_word(run.status))},
                                {"started", run.started},
                                {"finished", run.finished},
                                {"command", run.command},
                                {"memtrain_version", run.version},
                                {"git_commit", run.git_commit},
                                {"host", run.host},
                                {"threads", std::to_string(run.threads)}};
  Table table;
  add_column<std::string>(table, facts, "name", "1", "what is told of the run", &Fact::name);
  add_column<std::string>(table, facts, "value", "1", "what it is", &Fact::value);
  return table;
}

}  // namespace

std::vector<NamedTable> run_tables(const RunRecord& run, WeightTable weights) {
  std::vector<NamedTable> tables;
  const auto add = [&](const char* name, Table table) {
    if (row_count(table) > 0) tables.push_back({name, std::move(table)});
  };
  add("run", run_table(run));
  add("arms", arms_table(run));
  add("baselines", baselines_table(run));
  add("summary", summary_rows(summarise(run)));
  add("epochs", epochs_table(run));
  add("layers", layers_table(run));
  add("costs", costs_table(run));
  add("confusion", confusion_table(run));
  add("conductance", conductance_table(run));
  add("wear", wear_table(run));
  if (weights == WeightTable::with) add("weights", weights_table(run));
  return tables;
}

NamedTable columns_table(const std::vector<NamedTable>& tables) {
  struct Row {
    std::string_view table;
    const TableColumn* column;
  };
  std::vector<Row> rows;
  for (const auto& [name, table] : tables) {
    for (const TableColumn& column : table.columns) rows.push_back({name, &column});
  }
  Table table;
  add_column<std::string>(table, rows, "table", "1", "name of the table", &Row::table);
  add_column<std::string>(table, rows, "column", "1", "name of the column",
                          [](const Row& row) { return row.column->name; });
  add_column<std::string>(table, rows, "units", "1", "units; 1: a pure number, or text",
                          [](const Row& row) { return row.column->units; });
  add_column<std::string>(table, rows, "long_name", "1", "what the column is",
                          [](const Row& row) { return row.column->long_name; });
  return {"columns", std::move(table)};
}

}  // namespace memtrain
