#include "sim/report/summary.h"

#include <iostream>
#include <optional>

#include <nlohmann/json.hpp>

#include "sim/base/file_bytes.h"
#include "sim/base/parallel.h"
#include "sim/report/csv.h"
#include "sim/report/markdown.h"
#include "sim/report/sweep/sweep_markdown.h"
#include "sim/report/sweep/sweep_summary.h"
#include "sim/sweep/opened.h"
#include "tools/memtrain/command.h"
#include "tools/memtrain/damage.h"
#include "tools/memtrain/terminal.h"

namespace memtrain {
namespace {

namespace po = boost::program_options;

/// What a file holds: a run, or of a folder a sweep.
struct Found {
  std::optional<RunSummary> run;
  OpenedSweep sweep;

  explicit Found(const std::string& file) {
    if (is_folder(file)) {
      sweep = open_sweep(file, available_threads());
      warn_of_damage(file, sweep.plan, sweep.rows);
    } else {
      run = summarise(read_outcome(file));  // weights and layers are not told
    }
  }
  [[nodiscard]] SweepPlaces places() const { return places_of(sweep.plan, sweep.rows); }
};

std::string table_of(const std::string& file) {
  const Found found(file);
  return found.run ? summary_table(*found.run, output_style())
                   : sweep_summary(found.places(), output_style());
}

std::string markdown_of(const std::string& file) {
  if (!is_folder(file)) return run_markdown(read_result(file));
  const Found found(file);
  return sweep_markdown(found.places(), first_result(file, found.sweep.rows));
}

/// Of several files, each text stands below its file's name.
std::string texts_of(const std::vector<std::string>& files,
                     std::string (*text_of)(const std::string&)) {
  if (files.size() == 1) return text_of(files.front());
  std::string out;
  for (const std::string& file : files) {
    out += (out.empty() ? "" : "\n\n") + file + "\n\n" + text_of(file);
  }
  return out;
}

/// Of several files, each row says which it is of. Runs have the same columns, and one heading;
/// sweeps have their axes, and a heading each.
std::string csv_of(const std::vector<std::string>& files) {
  std::string out, last_heading;
  for (const std::string& file : files) {
    const Found found(file);
    Table table = found.run ? summary_rows(*found.run) : sweep_summary_rows(found.places());
    if (files.size() > 1) {
      table.columns.insert(table.columns.begin(),
                           {"file", "1", "result file, or folder of a sweep",
                            std::vector<std::string>(row_count(table), file)});
    }
    const std::string csv = table_csv(table);
    const std::string heading = csv.substr(0, csv.find('\n') + 1);
    if (heading != last_heading) out += (out.empty() ? "" : "\n") + heading;
    out += csv.substr(heading.size());
    last_heading = heading;
  }
  return out;
}

std::string json_of(const std::vector<std::string>& files) {
  const auto text_of = [](const std::string& file) {
    const Found found(file);
    return found.run ? summary_json(*found.run) : sweep_summary_json(found.places());
  };
  if (files.size() == 1) return text_of(files.front());
  nlohmann::ordered_json all;
  for (const std::string& file : files) {
    all[file] = nlohmann::ordered_json::parse(text_of(file));
  }
  return all.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

CommandLine line() {
  CommandLine line;
  line.options.add_options()("format",
                             po::value<std::string>()->default_value("table")->value_name("FORMAT"),
                             "table, csv, json or markdown");
  line.positional = {"FILE..."};
  line.notes =
      "FILE is a result file, or the folder of a sweep. Of several, CSV has a column `file`, and\n"
      "JSON an object by their names.\n";
  line.words["format"] = {"table", "csv", "json", "markdown"};
  return line;
}

int run(const Command& command, const std::vector<std::string>& arguments) {
  const ParsedArguments given = parse_arguments(command, arguments);
  if (given.help) return 0;
  const std::string name = given.word("format");
  const std::vector<std::string> files = all_required(given, "FILE...");
  std::cout << (name == "csv"        ? csv_of(files)
                : name == "json"     ? json_of(files)
                : name == "markdown" ? texts_of(files, markdown_of)
                                     : texts_of(files, table_of));
  return 0;
}

}  // namespace

extern const Command summary_command{"summary", "FILE.h5|DIR... [--format table|csv|json|markdown]",
                                     "prints the final numbers of runs and sweeps", line, run};

}  // namespace memtrain
