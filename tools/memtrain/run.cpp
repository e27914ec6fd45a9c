#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <filesystem>
#include <iostream>

#include "sim/base/error.h"
#include "sim/base/parallel.h"
#include "sim/base/stop_on_signal.h"
#include "sim/report/summary.h"
#include "sim/run/claim.h"
#include "sim/run/side_by_side.h"
#include "sim/scenario/axis.h"
#include "tools/memtrain/command.h"
#include "tools/memtrain/progress.h"
#include "tools/memtrain/provenance.h"
#include "tools/memtrain/terminal.h"
#include "tools/memtrain/version.h"

namespace memtrain {
namespace {

namespace po = boost::program_options;

Existing read_existing(const ParsedArguments& arguments) {
  const bool resume = arguments.has("resume");
  const bool force = arguments.has("force");
  if (resume && force) {
    throw Error(Failure::usage,
                "--resume and --force: choose one (go on with what is there, or start over)");
  }
  return resume ? Existing::go_on : force ? Existing::replace : Existing::refuse;
}

/// A scenario over axes is run as it stands without them, which its title may not promise.
void tell_axes(const std::string& subject, const ScenarioText& text) {
  const std::vector<Axis> axes = read_axes(text, {});
  if (axes.empty()) return;
  spdlog::warn("{}'{}' is an axis, which a run leaves out (`memtrain sweep {}` goes over it)",
               axes.front().place, axes.front().key, subject);
}

/// Ends a run with its table; returns the exit code, or throws it.
int report(const RunRecord& record, const std::filesystem::path& file) {
  std::cout << summary_table(summarise(record), output_style()) << "result: " << file.string()
            << '\n';
  std::cout.flush();
  if (record.status == RunStatus::interrupted) {
    throw Error(Failure::interrupted,
                fmt::format("{}: interrupted; go on from the checkpoint beside it with --resume",
                            file.string()));
  }
  if (record.status == RunStatus::diverged) {
    throw Error(
        Failure::diverged,
        fmt::format("{}: an arm diverged (its loss was NaN or infinite); the rest is complete",
                    file.string()));
  }
  return 0;
}

/// Numbers of another build may differ in their last bits.
void tell_origin(const Claim& claim) {
  if (!claim.from) return;
  const CheckpointOrigin& origin = claim.from->origin;
  spdlog::info("goes on from the checkpoint of a run of {}", origin.started);
  if (origin.git_commit != git_commit()) {
    spdlog::warn("the checkpoint is of another build ({}, this is {})", origin.git_commit,
                 git_commit());
  }
}

CommandLine line() {
  CommandLine line;
  line.options.add_options()("output,o", po::value<std::string>()->value_name("FILE.h5"),
                             "result file; default: the scenario's name with .h5, here")(
      "set", po::value<std::vector<std::string>>()->composing()->value_name("KEY=VALUE"),
      "override a setting, or arm.NAME.KEY=VALUE for one arm; may be repeated")(
      "data-dir", po::value<std::string>()->value_name("DIR"), "look for data sets here first")(
      "jobs,j", po::value<int>()->value_name("N"),
      "arms and seeds trained at a time; default: all cores")(
      "resume", "go on with a run that was interrupted or killed, from its checkpoint")(
      "force", "replace an existing result file")("quiet,q", "no progress");
  line.positional = {"SCENARIO"};
  line.notes =
      "`memtrain validate --help` lists all settings, `memtrain validate SCENARIO` prints\n"
      "them with their values. A scenario over axes, [sweep] or [tune], is for\n"
      "`memtrain sweep`.\n";
  return line;
}

int run(const Command& command, const std::vector<std::string>& arguments) {
  const ParsedArguments given = parse_arguments(command, arguments);
  if (given.help) return 0;
  const std::string subject = required(given, "SCENARIO");
  const ScenarioText text = find_scenario(subject);
  const Scenario scenario = read_scenario(text, given.texts("set"));
  tell_axes(subject, text);
  const std::size_t jobs = given.count("jobs", available_threads());
  const std::filesystem::path file =
      given.text("output", std::filesystem::path(text.name).stem().string() + ".h5");
  Claim claim = claim_run(file, scenario, read_existing(given));
  if (claim.over) return report(*claim.over, file);
  const Dataset data = load_dataset(scenario.data, given.text("data-dir"));

  RunRecord record = record_of_origin(command, arguments, jobs);
  record.scenario = scenario.toml;
  record.title = scenario.title;
  record.comment = scenario.comment;
  record.started = time_stamp();
  std::unique_ptr<RunObserver> observer;
  if (given.has("quiet")) {
    observer = std::make_unique<NoProgress>();
  } else if (is_terminal(STDERR_FILENO)) {
    observer = std::make_unique<LiveProgress>(may_colour(STDERR_FILENO));
  } else {
    observer = std::make_unique<LoggedProgress>();
  }
  if (!given.has("quiet")) {
    spdlog::info("{}: {}{}, {} training, {} test samples", text.name, data.name,
                 data.place.empty() ? "" : " from " + data.place, data.train.size(),
                 data.test.size());
    tell_origin(claim);
  }
  {
    const StopOnSignal signals;
    run_side_by_side(scenario, data, jobs, file, record, *observer, signals.token(),
                     std::move(claim.from));
  }
  if (is_terminal(STDERR_FILENO) && !given.has("quiet")) std::cerr << '\n';  // below the live lines
  return report(record, file);
}

}  // namespace

extern const Command run_command{
    "run",
    "SCENARIO.toml [-o FILE.h5] [--set KEY=VALUE]... [--data-dir DIR] [--jobs N] [--resume] "
    "[--force] [--quiet]",
    "trains every arm of a scenario side by side and writes the result file", line, run};

}  // namespace memtrain
