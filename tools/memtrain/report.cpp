#include <filesystem>
#include <iostream>

#include "sim/base/error.h"
#include "sim/base/file_bytes.h"
#include "sim/base/parallel.h"
#include "sim/report/run/run_report.h"
#include "sim/report/sweep/sweep_report.h"
#include "sim/sweep/opened.h"
#include "tools/memtrain/command.h"
#include "tools/memtrain/damage.h"
#include "tools/memtrain/output_file.h"

namespace memtrain {
namespace {

namespace fs = std::filesystem;
namespace po = boost::program_options;

/// What a result is called: its file or folder without what leads there.
std::string name_of(const fs::path& path) {
  const fs::path whole = fs::absolute(path).lexically_normal();
  if (!is_folder(whole)) return whole.stem().string();
  return (whole.has_filename() ? whole : whole.parent_path()).filename().string();
}

void add_sweep(const std::string& folder, Page& page) {
  const OpenedSweep sweep = open_sweep(folder, available_threads());
  warn_of_damage(folder, sweep.plan, sweep.rows);
  const SweepOrigin origin{.folder = folder,
                           .title = title_of(sweep.plan.scenario),
                           .plan = &sweep.plan,
                           .rows = &sweep.rows,
                           .first = first_result(folder, sweep.rows)};
  report_sweep(places_of(sweep.plan, sweep.rows), origin, page);
}

CommandLine line() {
  CommandLine line;
  line.options.add_options()("output,o", po::value<std::string>()->value_name("FILE.html"),
                             "the page; default: the first result's name with .html, here");
  line.positional = {"FILE..."};
  line.notes =
      "FILE is a result file, or the folder of a sweep. The page needs nothing but itself.\n";
  return line;
}

int run(const Command& command, const std::vector<std::string>& arguments) {
  const ParsedArguments given = parse_arguments(command, arguments);
  if (given.help) return 0;
  const std::vector<std::string> files = all_required(given, "FILE...");
  const std::string output = given.text("output", name_of(files.front()) + ".html");
  require_place(output, page_kind);
  Page page(name_of(files.front()));
  for (const std::string& file : files) {
    if (is_folder(file)) {
      add_sweep(file, page);
    } else {
      report_run(read_result(file), file, page);
    }
  }
  write_page(page, output);
  std::cout << "report: " << output << '\n';
  return 0;
}

}  // namespace

extern const Command report_command{"report", "FILE.h5|DIR... [-o FILE.html]",
                                    "makes a page of results that opens offline", line, run};

}  // namespace memtrain
