#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <charconv>
#include <iostream>
#include <numeric>
#include <optional>
#include <thread>

#include "sim/base/error.h"
#include "sim/base/file_bytes.h"
#include "sim/base/file_lock.h"
#include "sim/base/parallel.h"
#include "sim/base/stop_on_signal.h"
#include "sim/base/utf8.h"
#include "sim/report/sweep/sweep_summary.h"
#include "sim/report/text_table.h"
#include "sim/sweep/estimate.h"
#include "sim/sweep/local_engine.h"
#include "sim/sweep/same_data.h"
#include "sim/sweep/slurm_engine.h"
#include "sim/sweep/status.h"
#include "sim/sweep/table.h"
#include "tools/memtrain/command.h"
#include "tools/memtrain/damage.h"
#include "tools/memtrain/provenance.h"
#include "tools/memtrain/sweep_progress.h"
#include "tools/memtrain/terminal.h"

namespace memtrain {
namespace {

namespace po = boost::program_options;
namespace fs = std::filesystem;

/// How points are worked on.
struct Workers {
  std::size_t threads = 1;  ///< of each point
  std::size_t jobs = 1;     ///< points at a time
};
Workers read_workers(const ParsedArguments& given) {
  const std::size_t threads = given.count("threads", 1);
  return {threads, given.count("jobs", std::max<std::size_t>(1, available_threads() / threads))};
}

SlurmSettings read_slurm_settings(const ParsedArguments& given, const Workers& workers) {
  check_sbatch_options(given.texts("sbatch-option"));
  return {.partition = given.text("partition"),
          .account = given.text("account"),
          .time = given.text("time"),
          .memory = given.text("mem"),
          .array_limit = given.count("array-limit", 0, 1'000'000),
          .points_per_task = given.count("points-per-task", 0, 1'000'000),
          .threads = workers.threads,
          .options = given.texts("sbatch-option")};
}

/// The plan that the arguments describe.
Plan described_plan(const ParsedArguments& given, const std::string& scenario) {
  Plan plan{.scenario = find_scenario(scenario), .set = given.texts("set")};
  plan.data_dir = given.has("data-dir") ? fs::absolute(given.text("data-dir")).string() : "";
  plan.folder = fs::current_path().string();
  // whoever reads the scenario, and what is set, refuses other texts
  for (const std::string& path : {plan.scenario.name, plan.folder, plan.data_dir}) {
    if (valid_utf8(path) == path) continue;
    throw Error(Failure::usage,
                path + ": a plan cannot name a file or folder that is not UTF-8 (rename it)");
  }
  (void)read_scenario(plan.scenario, plan.set);
  plan.axes = read_axes(plan.scenario, given.texts("vary"), given.texts("tune"));
  for (const std::string& remark : check_axes(plan.scenario, plan.set, plan.axes)) {
    spdlog::info("{}", remark);
  }
  note_arms_apart(plan.scenario, plan.set, plan.axes);
  lay_points(plan, given.count("sample", 0, static_cast<int>(most_points)));
  return plan;
}

/// Puts the plan into the sweep's folder, or checks that it is there already. The folder is held.
void settle_plan(const SweepFolder& folder, const Plan& plan, bool resume) {
  const std::string root = folder.root().string();
  if (folder.lacks_plan()) return write_plan(folder.plan(), plan);
  if (!resume) {
    throw Error(Failure::usage, root +
                                    ": is a sweep already (go on with --resume, or choose "
                                    "another folder with -o)");
  }
  if (const std::string differs = difference(read_plan(folder.plan()), plan); !differs.empty()) {
    throw Error(Failure::usage,
                fmt::format("{}: is the plan of another sweep: {} (go on with `memtrain sweep {} "
                            "--resume`, or choose another folder with -o)",
                            folder.plan().string(), differs, root));
  }
}

/// FIRST-LAST, or one number.
std::vector<std::size_t> read_points(const std::string& text, std::size_t count) {
  std::size_t first = 0, last = 0;
  const char* end = text.data() + text.size();
  auto read = std::from_chars(text.data(), end, first);
  last = first;
  if (read.ec == std::errc() && read.ptr != end && *read.ptr == '-') {
    read = std::from_chars(read.ptr + 1, end, last);
  }
  if (read.ec != std::errc() || read.ptr != end || first > last || first >= count) {
    throw Error(Failure::usage,
                fmt::format("--points: '{}' is not FIRST-LAST in [0, {}]", text, count - 1));
  }
  std::vector<std::size_t> points(std::min(last, count - 1) - first + 1);
  std::iota(points.begin(), points.end(), first);
  return points;
}

std::unique_ptr<SweepObserver> observer_for(const ParsedArguments& given, const Plan& plan) {
  if (given.has("quiet")) return std::make_unique<QuietSweep>();
  if (!is_terminal(STDERR_FILENO)) return std::make_unique<LoggedSweep>(plan);
  return std::make_unique<LiveSweep>(plan, may_colour(STDERR_FILENO));
}

/// Makes the table of a sweep from its points and prints it.
int merge(const Plan& plan, const SweepFolder& folder) {
  const std::vector<SweepRow> rows = sweep_rows(plan, folder, available_threads());
  warn_of_damage(folder.root().string(), plan, rows);
  write_sweep_table(plan, folder, rows);
  std::cout << sweep_summary(places_of(plan, rows), output_style())
            << "table: " << folder.table().string() << '\n';
  std::cout.flush();
  return 0;
}

/// Holds the sweep for this process alone, or with others that work on parts of it.
FileLock hold(const SweepFolder& folder, LockKind kind) {
  auto lock = FileLock::take(folder.lock(), kind);
  if (!lock) {
    throw Error(Failure::usage, folder.root().string() +
                                    ": another process is working on this sweep (`memtrain sweep " +
                                    folder.root().string() + " --status` tells how far it is)");
  }
  return std::move(*lock);
}

/// A part of a sweep waits while somebody holds all of it: the one who submits it, or looks for
/// damage. Not for ever: that may be a sweep at work.
FileLock hold_part(const SweepFolder& folder) {
  constexpr int most_seconds = 600;
  for (int waited = 0;; ++waited) {
    if (auto lock = FileLock::take(folder.lock(), LockKind::shared)) return std::move(*lock);
    if (waited == 0) spdlog::info("waits for another process that holds the sweep");
    if (waited == most_seconds) return hold(folder, LockKind::shared);
    std::this_thread::sleep_for(std::chrono::seconds(1));
  }
}

/// Results that are damaged go, so that they are run again; one that cannot be read may be whole,
/// and one of other settings or data is not to be mixed with those to come.
void look_for_damage(const Plan& plan, const SweepFolder& folder) {
  const std::vector<SweepRow> rows = sweep_rows(plan, folder, available_threads());
  for (const SweepRow& row : rows) {
    if (row.status == "unreadable") throw Error(Failure::data, row.reason);
    if (row.status == "damaged") spdlog::warn("{}; it is run again", row.reason);
  }
  require_same_data(plan, folder, rows);
  (void)drop_damaged(folder, rows);
}

/// Runs points here. Errors tell how it ended, where not all is done.
void run_here(const ParsedArguments& given, const RunRecord& origin, const Workers& workers,
              const Plan& plan, const SweepFolder& folder, const std::vector<std::size_t>& points) {
  const BlockedStop blocked;  // until the engine listens: to end here would look like an accident
  PointRunner runner(plan, folder, origin, workers.threads);
  if (!points.empty()) runner.share_data();
  const auto observer = observer_for(given, plan);
  const SweepOutcome outcome = run_locally(runner, points, workers.jobs, *observer);
  if (is_terminal(STDERR_FILENO) && !given.has("quiet")) std::cerr << '\n';  // below the live lines
  const std::string root = folder.root().string();
  if (!given.has("points")) (void)merge(plan, folder);
  if (outcome.interrupted) {
    throw Error(
        Failure::interrupted,
        fmt::format("{}: interrupted; go on with `memtrain sweep {} --resume`", root, root));
  }
  if (outcome.failed > 0) {
    throw Error(Failure::incomplete,
                fmt::format("{}: {} point{} failed, for the reasons in failed/ (tried again with "
                            "`memtrain sweep {} --resume`)",
                            root, outcome.failed, outcome.failed == 1 ? "" : "s", root));
  }
}

void print_dry_run(const Workers& workers, const Plan& plan) {
  std::cout << fmt::format("{} points\n", plan.points());
  for (const Axis& axis : plan.axes) {
    constexpr std::size_t shown = 12;
    const std::size_t count = axis.values.size();
    std::cout << fmt::format(
        "  {}{} = {}{}\n", axis.use == Axis::Use::tune ? "tuned " : "", axis.key,
        fmt::join(axis.values.begin(),
                  axis.values.begin() + static_cast<std::ptrdiff_t>(std::min(count, shown)), ", "),
        count > shown ? fmt::format(", ... ({} values)", count) : "");
  }
  const PointEstimate one = estimate_point(plan, 0);
  const auto all = static_cast<double>(plan.points());
  std::cout << fmt::format(
      "time    {} of one core a point (the first one, from a part of an epoch), {} with --jobs "
      "{}{}\n"
      "disk    {} a point, {} in all\n",
      duration(one.seconds),
      duration(one.seconds * all /
               (static_cast<double>(std::min(workers.jobs, plan.points())) *
                static_cast<double>(std::min(workers.threads, one.tasks)))),
      workers.jobs, workers.threads > 1 ? fmt::format(" of {} threads", workers.threads) : "",
      engineering(one.bytes, "B"), engineering(one.bytes * all, "B"));
}

void print_status(const Plan& plan, const SweepFolder& folder) {
  const SweepCounts counts = count_points(folder, sweep_rows(plan, folder, available_threads()));
  const std::string root = folder.root().string();
  std::cout << root << '\n';
  for (const auto& [word, count] : {std::pair{"done", counts.done},
                                    {"running", counts.running},
                                    {"interrupted", counts.interrupted},
                                    {"failed", counts.failed},
                                    {"unreadable", counts.unreadable},
                                    {"waiting", counts.waiting}}) {
    std::cout << fmt::format("  {:<12}{:>8}\n", word, count);
  }
  for (const SweepRow& row : counts.troubles) {
    std::cout << fmt::format("  {:06} {}: {}{}\n", row.point, row.status, row.reason,
                             row.status == "damaged" ? "; " + remedy_of_damage(root) : "");
  }
  for (const std::string& line : slurm_status(folder)) std::cout << "  " << line << '\n';
}

CommandLine line() {
  CommandLine line;
  line.options.add_options()("output,o", po::value<std::string>()->value_name("DIR"),
                             "folder of the sweep; default: the scenario's name with -sweep, here")(
      "vary", po::value<std::vector<std::string>>()->composing()->value_name("KEY=SPEC"),
      "an axis: v1,v2,v3 or lo:hi:n or lo:hi:n:log; KEY as in --set; may be repeated")(
      "tune", po::value<std::vector<std::string>>()->composing()->value_name("KEY=SPEC"),
      "choose the best of these for each arm at each place, by held-out samples; may be repeated")(
      "sample", po::value<int>()->value_name("N"), "draw N places of the grid, evenly spread")(
      "set", po::value<std::vector<std::string>>()->composing()->value_name("KEY=VALUE"),
      "override a setting, or arm.NAME.KEY=VALUE for one arm; may be repeated")(
      "data-dir", po::value<std::string>()->value_name("DIR"), "look for data sets here first")(
      "jobs,j", po::value<int>()->value_name("N"), "points at a time; default: all cores")(
      "threads", po::value<int>()->value_name("N"), "threads of each point; default: 1")(
      "resume", "go on with what is not done, and try again what failed")(
      "dry-run", "tell what would be run, and about how long and how large it would be")(
      "status", "tell how far the sweep is")("merge", "make its table, sweep.h5, anew")(
      "points", po::value<std::string>()->value_name("FIRST-LAST"),
      "work on these points only and make no table: for job systems")(
      "engine", po::value<std::string>()->default_value("local")->value_name("ENGINE"),
      "local, or slurm: submit the points as a job array")("quiet,q", "no progress");
  po::options_description slurm("With --engine slurm");
  slurm.add_options()("partition", po::value<std::string>()->value_name("PARTITION"),
                      "of the jobs")("account", po::value<std::string>()->value_name("ACCOUNT"),
                                     "of the jobs")(
      "time", po::value<std::string>()->value_name("TIME"), "limit of each job, as sbatch has it")(
      "mem", po::value<std::string>()->value_name("SIZE"), "memory of each job, as sbatch has it")(
      "array-limit", po::value<int>()->value_name("N"), "jobs at a time")(
      "points-per-task", po::value<int>()->value_name("N"),
      "points that each job does; default: 1")(
      "sbatch-option", po::value<std::vector<std::string>>()->composing()->value_name("OPTION"),
      "more for sbatch, behind our own, such as --qos=long; may be repeated");
  line.options.add(slurm);
  line.positional = {"SCENARIO"};
  line.notes =
      "SCENARIO is a scenario, or the folder of a sweep, with --resume, --status, --merge or\n"
      "--points. Any launcher can drive `memtrain sweep DIR --points FIRST-LAST`.\n";
  line.words["engine"] = {"local", "slurm"};
  return line;
}

/// Whether the subject is the folder of a sweep. One without a plan is, where a sweep must be there
/// already, but not where a scenario may have the same name.
bool names_folder(const std::string& subject, bool must_be_there) {
  return is_folder(subject) && (must_be_there || !SweepFolder(subject).lacks_plan());
}

int run(const Command& command, const std::vector<std::string>& arguments) {
  const ParsedArguments given = parse_arguments(command, arguments);
  if (given.help) return 0;
  const std::string subject = required(given, "SCENARIO");
  const bool only_look = given.has("status") || given.has("merge");
  const bool part = given.has("points");
  const bool of_folder =
      names_folder(subject, !given.has("output") && (only_look || part || given.has("resume")));
  const std::string engine = given.word("engine");
  const Workers workers = read_workers(given);
  const SlurmSettings slurm_settings = read_slurm_settings(given, workers);
  const SweepFolder folder(fs::absolute(
      of_folder ? subject : given.text("output", fs::path(subject).stem().string() + "-sweep")));
  Plan plan;
  std::optional<FileLock> lock;
  if (of_folder || only_look || part) {
    for (const std::string option :
         {"output", "vary", "tune", "sample", "set", "data-dir", "dry-run"}) {
      // who asks how far a sweep is may repeat the words that began it
      const bool refused =
          of_folder || (part && option != "output") || (only_look && option == "dry-run");
      if (!refused || !given.has(option)) continue;
      throw Error(Failure::usage, fmt::format("--{}: cannot be given for a sweep that has its "
                                              "plan already",
                                              option));
    }
    if (folder.lacks_plan()) {
      if (!of_folder && !given.has("output")) {
        throw Error(Failure::usage,
                    fmt::format("{}: is no folder of a sweep, and a scenario's would be in {}, "
                                "where there is none (give the folder)",
                                subject, folder.root().filename().string()));
      }
      throw Error(Failure::usage, folder.root().string() + ": is no sweep (there is no plan.toml)");
    }
    if (!given.has("resume") && !only_look && !part) {
      throw Error(Failure::usage, folder.root().string() +
                                      ": is a sweep (go on with --resume, or give --status, "
                                      "--merge or --points)");
    }
    if (part) lock.emplace(hold_part(folder));
    if (!part && !only_look) lock.emplace(hold(folder, LockKind::exclusive));
  } else {
    plan = described_plan(given, subject);
    if (given.has("dry-run")) return print_dry_run(workers, plan), 0;
    folder.make();
    lock.emplace(hold(folder, LockKind::exclusive));
    settle_plan(folder, plan, given.has("resume"));
  }
  plan = read_plan(folder.plan());
  // names of files in the scenario are relative to where the sweep was begun
  std::error_code gone;
  fs::current_path(plan.folder, gone);
  if (gone) {
    throw Error(Failure::data, fmt::format("{}: the sweep was begun there, and it is gone ({})",
                                           plan.folder, gone.message()));
  }
  const RunRecord origin = record_of_origin(command, arguments, workers.threads);
  if (given.has("status")) return print_status(plan, folder), 0;
  if (given.has("merge")) return merge(plan, folder);
  if (part) {
    run_here(given, origin, workers, plan, folder,
             read_points(given.text("points"), plan.points()));
    return 0;
  }
  folder.clean();
  if (given.has("resume")) look_for_damage(plan, folder);
  const std::vector<std::size_t> points = folder.not_done(plan.points());
  if (engine == "slurm") {
    const SlurmJobs jobs = submit_to_slurm(folder, plan, points, slurm_settings);
    std::cout << jobs.message << '\n';
    return 0;
  }
  run_here(given, origin, workers, plan, folder, points);
  return 0;
}

}  // namespace

extern const Command sweep_command{
    "sweep",
    "SCENARIO.toml|DIR [-o DIR] [--vary KEY=SPEC]... [--tune KEY=SPEC]... [--sample N] [--jobs N] "
    "[--engine local|slurm] [--resume] [--dry-run] [--status]",
    "runs a scenario over axes of settings, here or on a Slurm cluster", line, run};

}  // namespace memtrain
