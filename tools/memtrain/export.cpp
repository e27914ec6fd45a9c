#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <iostream>
#include <set>

#include "sim/base/atomic_file.h"
#include "sim/base/error.h"
#include "sim/base/file_bytes.h"
#include "sim/base/new_folder.h"
#include "sim/base/parallel.h"
#include "sim/report/csv.h"
#include "sim/report/run/run_tables.h"
#include "sim/report/sweep/sweep_summary.h"
#include "sim/report/text_table.h"
#include "sim/sweep/opened.h"
#include "tools/memtrain/command.h"
#include "tools/memtrain/damage.h"

namespace memtrain {
namespace {

namespace po = boost::program_options;
namespace fs = std::filesystem;

/// What is written: tables, and the file that says what was run.
struct Export {
  std::vector<NamedTable> tables;
  std::string file_name, file;
};

Export export_run(const std::string& path, WeightTable weights) {
  const RunRecord run = read_result(path);
  if (run.status == RunStatus::running || run.status == RunStatus::interrupted) {
    spdlog::warn("{}: the run is {}; the tables hold what there is so far", path,
                 status_word(run.status));
  }
  std::vector<NamedTable> tables = run_tables(run, weights);
  const auto is_weights = [](const NamedTable& table) { return table.name == "weights"; };
  if (weights == WeightTable::with && std::none_of(tables.begin(), tables.end(), is_weights)) {
    spdlog::warn("{}: there are no final weights in it (record.weights)", path);
  }
  return {std::move(tables), "scenario.toml", run.scenario};
}

void warn_of_missing(const std::string& root, const Plan& plan, const std::vector<SweepRow>& rows) {
  std::set<std::size_t> missing;
  for (const SweepRow& row : rows) {
    if (row.arm.empty()) missing.insert(row.point);
  }
  if (missing.empty()) return;
  spdlog::warn("{}: {} of {} points have no result (see the column status)", root, missing.size(),
               plan.points());
}

Export export_sweep(const std::string& root) {
  const OpenedSweep sweep = open_sweep(root, available_threads());
  const SweepFolder folder(root);
  warn_of_damage(root, sweep.plan, sweep.rows);
  warn_of_missing(root, sweep.plan, sweep.rows);
  std::error_code problem;
  const std::vector<char> bytes = file_bytes(folder.plan(), problem);
  if (problem) {
    throw Error(Failure::data,
                fmt::format("{}: cannot be read ({})", folder.plan().string(), problem.message()));
  }
  return {{{"points", sweep_table(sweep.plan, sweep.rows)},
           {"summary", sweep_summary_rows(places_of(sweep.plan, sweep.rows))}},
          "plan.toml",
          {bytes.begin(), bytes.end()}};
}

std::string file_of(const NamedTable& table) { return table.name + ".csv"; }

void write(const Export& found, const fs::path& folder) {
  make_folder(folder, [&](const fs::path& part) {
    for (const NamedTable& table : found.tables) {
      replace_file(part / file_of(table), table_csv(table.table));
    }
    replace_file(part / found.file_name, found.file);
  });
}

void print(const Export& found, const fs::path& folder) {
  const auto rows = [](const NamedTable& table) {
    return fmt::format("{}", row_count(table.table));
  };
  std::cout << table_text({column_of("file", false, found.tables, file_of),
                           column_of("rows", true, found.tables, rows)});
  std::cout << "folder: " << folder.string() << '\n';
}

CommandLine line() {
  CommandLine line;
  line.options.add_options()("csv", po::value<std::string>()->value_name("DIR"),
                             "write CSV files into this folder, which is made")(
      "weights", "the final weights too: a row each, which is much for large networks");
  line.positional = {"FILE"};
  line.notes =
      "FILE is a result file, or the folder of a sweep, with a table of its points. One row is "
      "one\n"
      "observation, and unknown is empty; columns.csv tells what every column is.\n";
  return line;
}

int run(const Command& command, const std::vector<std::string>& arguments) {
  const ParsedArguments given = parse_arguments(command, arguments);
  if (given.help) return 0;
  const std::string subject = required(given, "FILE");
  const fs::path folder = required(given, "csv");
  const bool of_folder = is_folder(subject);
  if (of_folder && given.has("weights")) {
    throw Error(Failure::usage,
                "--weights: a sweep has no table of weights (export a result "
                "file of its folder 'points')");
  }
  require_new_folder(folder);
  Export found = of_folder ? export_sweep(subject)
                           : export_run(subject, given.has("weights") ? WeightTable::with
                                                                      : WeightTable::without);
  found.tables.push_back(columns_table(found.tables));
  write(found, folder);
  print(found, folder);
  return 0;
}

}  // namespace

extern const Command export_command{"export", "FILE.h5|DIR --csv DIR [--weights]",
                                    "writes a result file or a sweep as tables for other programs",
                                    line, run};

}  // namespace memtrain
