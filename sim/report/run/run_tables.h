#pragma once
#include <string>
#include <vector>

#include "sim/record/run_record.h"
#include "sim/record/table.h"

namespace memtrain {

/// A table and its name: "epochs".
struct NamedTable {
  std::string name;
  Table table;
};

/// Whether final weights become a table: a row each, which is much for large networks.
enum class WeightTable : bool { without, with };

/// What a record holds as tidy tables, one row an observation: run, arms, baselines, summary (the
/// summary_rows()), epochs, layers, costs, confusion, conductance, wear and weights. Tables
/// without rows are left out. Arms and seeds stand in the order of the record; unknown is NaN.
[[nodiscard]] std::vector<NamedTable> run_tables(const RunRecord& run, WeightTable weights);

/// What the columns of all these tables are, as a table "columns": table, column, units, long_name.
[[nodiscard]] NamedTable columns_table(const std::vector<NamedTable>& tables);

}  // namespace memtrain
