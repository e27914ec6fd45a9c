#include "sim/sweep/slurm_engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <string_view>

#include "sim/base/atomic_file.h"
#include "sim/base/error.h"

namespace memtrain {
namespace {

namespace fs = std::filesystem;

std::string in_quotes(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  return out + "'";
}

struct CommandResult {
  int code = 0;
  std::string output;  ///< of both streams
};

CommandResult run_command(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) line += in_quotes(word) + " ";
  CommandResult result;
  FILE* pipe = popen((line + "2>&1 </dev/null").c_str(), "r");
  if (pipe == nullptr) return {.code = 127, .output = "cannot begin a process"};
  char part[4096];
  for (std::size_t count = fread(part, 1, sizeof part, pipe); count > 0;
       count = fread(part, 1, sizeof part, pipe)) {
    result.output.append(part, count);
  }
  result.code = pclose(pipe);
  while (!result.output.empty() && result.output.back() == '\n') result.output.pop_back();
  return result;
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

fs::path slurm_folder(const SweepFolder& folder) { return folder.root() / "slurm"; }
fs::path jobs_file(const SweepFolder& folder) { return slurm_folder(folder) / "jobs.txt"; }

/// The numbers of the jobs that were submitted last.
std::vector<std::string> last_jobs(const SweepFolder& folder) {
  std::ifstream file(jobs_file(folder));
  std::vector<std::string> jobs;
  for (std::string job; file >> job;) jobs.push_back(job);
  return jobs;
}

/// How many tasks of a job are in which state; empty: it is not in the queue.
std::map<std::string, int> queued(const std::string& job) {
  // a job that has long ended is an error to squeue
  const CommandResult found = run_command({"squeue", "-h", "-r", "-j", job, "-o", "%T"});
  std::map<std::string, int> states;
  if (found.code != 0) {
    const bool gone = found.output.find("Invalid job id") != std::string::npos;
    if (!gone) states["in an unknown state: " + first_line(found.output)] = 1;
    return states;
  }
  std::istringstream lines(found.output);
  for (std::string state; std::getline(lines, state);) {
    std::transform(state.begin(), state.end(), state.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    ++states[state];
  }
  return states;
}

std::string queued_text(const std::map<std::string, int>& states) {
  std::vector<std::string> parts;
  for (const auto& [state, count] : states) parts.push_back(fmt::format("{} {}", count, state));
  return fmt::format("{}", fmt::join(parts, ", "));
}

/// The number above which an array may have no task.
std::size_t longest_array() {
  const CommandResult config = run_command({"scontrol", "show", "config"});
  const auto at = config.output.find("MaxArraySize");
  if (config.code != 0 || at == std::string::npos) return 1001;
  std::size_t size = 0;
  std::istringstream(config.output.substr(config.output.find('=', at) + 1)) >> size;
  return std::max<std::size_t>(size, 1);
}

std::string program() { return fs::read_symlink("/proc/self/exe").string(); }

std::string array_script(const SweepFolder& folder, const SlurmSettings& settings,
                         std::size_t points_per_task) {
  return fmt::format(R"(#!/bin/bash
# Written by memtrain sweep. A task of the array works on {0} point(s); it may be run again at any time.
first=$((SLURM_ARRAY_TASK_ID * {0}))
last=$((first + {0} - 1))
stopped=
requeue=
# before the time limit: checkpoints are written, and the task queues again to go on from them
trap 'requeue=yes; stopped=yes; kill -TERM "$worker"' USR1
trap 'stopped=yes; kill -TERM "$worker"' TERM
for attempt in 1 2 3; do
  {1} sweep {2} --points "$first-$last" --jobs 1 --threads {3} --quiet &
  worker=$!
  wait "$worker"
  code=$?
  while kill -0 "$worker" 2>/dev/null; do
    wait "$worker"
    code=$?
  done
  # it was killed, and not by us: it goes on from its checkpoints
  if [ -n "$stopped" ] || [ "$code" -lt 128 ] || [ "$code" = 130 ]; then break; fi
done
if [ -n "$requeue" ] && [ "$code" -gt 4 ]; then
  exec scontrol requeue "${{SLURM_ARRAY_JOB_ID}}_${{SLURM_ARRAY_TASK_ID}}"
fi
exit "$code"
)",
                     points_per_task, in_quotes(program()), in_quotes(folder.root().string()),
                     settings.threads);
}

std::string merge_script(const SweepFolder& folder) {
  return fmt::format(
      "#!/bin/bash\n# Written by memtrain sweep: makes the table of all points.\n"
      "exec {} sweep {} --merge\n",
      in_quotes(program()), in_quotes(folder.root().string()));
}

/// Submits a script; returns the job's number.
std::string submit(const std::vector<std::string>& options, const fs::path& script) {
  std::vector<std::string> words{"sbatch", "--parsable"};
  words.insert(words.end(), options.begin(), options.end());
  words.push_back(script.string());
  const CommandResult result = run_command(words);
  if (result.code != 0) {
    throw Error(Failure::usage, fmt::format("sbatch refuses: {}", first_line(result.output)));
  }
  std::string job = result.output.substr(result.output.rfind('\n') + 1);
  return job.substr(0, job.find(';'));  // "JOB;CLUSTER" where there are several
}

/// The options of a job: what its settings say, `own`, and last what the user says.
std::vector<std::string> job_options(const SlurmSettings& settings,
                                     const std::vector<std::string>& own) {
  std::vector<std::string> options;
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) options.push_back(fmt::format("--{}={}", name, value));
  };
  add("partition", settings.partition);
  add("account", settings.account);
  add("time", settings.time);
  add("mem", settings.memory);
  options.insert(options.end(), own.begin(), own.end());
  options.insert(options.end(), settings.options.begin(), settings.options.end());
  return options;
}

void check_queue(const SweepFolder& folder) {
  for (const std::string& job : last_jobs(folder)) {
    const auto states = queued(job);
    if (states.empty()) continue;
    throw Error(Failure::usage,
                fmt::format("{}: job {} of this sweep is still in the queue ({}); wait, or scancel "
                            "{} first",
                            folder.root().string(), job, queued_text(states), job));
  }
}

/// An option that is the sweep's own. sbatch takes any beginning that no other option has.
struct OwnOption {
  std::string_view name, least, letter, reason;
};
constexpr std::array<OwnOption, 2> own_options{{
    {"--array", "--ar", "-a",
     "the tasks of the array are the points of the sweep; --array-limit and --points-per-task lay "
     "them out"},
    {"--dependency", "--dep", "-d", "the job that makes the table waits for the array by it"},
}};

bool gives(const std::string& text, const OwnOption& option) {
  if (text.starts_with("--")) {
    const std::string_view name = std::string_view(text).substr(0, text.find('='));
    return name.size() >= option.least.size() && option.name.starts_with(name);
  }
  return text.starts_with(option.letter);
}

}  // namespace

void check_sbatch_options(const std::vector<std::string>& options) {
  for (const std::string& text : options) {
    for (const OwnOption& option : own_options) {
      if (!gives(text, option)) continue;
      throw Error(Failure::usage, fmt::format("--sbatch-option {}: {} cannot be given ({})", text,
                                              option.name, option.reason));
    }
  }
}

std::vector<std::string> array_options(const SweepFolder& folder, const SlurmSettings& settings,
                                       const std::vector<std::size_t>& tasks) {
  const std::string limit =
      settings.array_limit > 0 ? fmt::format("%{}", settings.array_limit) : std::string();
  return job_options(
      settings, {"--job-name=memtrain", "--requeue", "--open-mode=append", "--signal=B:USR1@60",
                 fmt::format("--cpus-per-task={}", settings.threads),
                 "--output=" + (slurm_folder(folder) / "%x-%A_%a.log").string(),
                 fmt::format("--array={}{}", array_text(tasks), limit)});
}

std::vector<std::string> merge_options(const SweepFolder& folder, const SlurmSettings& settings,
                                       const std::string& array) {
  return job_options(settings, {"--job-name=memtrain-merge", "--dependency=afterany:" + array,
                                "--requeue", "--open-mode=append",
                                "--output=" + (slurm_folder(folder) / "%x-%j.log").string()});
}

std::string array_text(const std::vector<std::size_t>& numbers) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < numbers.size();) {
    std::size_t last = i;
    while (last + 1 < numbers.size() && numbers[last + 1] == numbers[last] + 1) ++last;
    parts.push_back(last == i ? fmt::format("{}", numbers[i])
                              : fmt::format("{}-{}", numbers[i], numbers[last]));
    i = last + 1;
  }
  return fmt::format("{}", fmt::join(parts, ","));
}

SlurmJobs submit_to_slurm(const SweepFolder& folder, const Plan& plan,
                          const std::vector<std::size_t>& points, const SlurmSettings& settings) {
  if (const CommandResult probe = run_command({"sbatch", "--version"}); probe.code != 0) {
    throw Error(Failure::usage,
                fmt::format("--engine slurm: there is no Slurm here ({}); leave it out to run the "
                            "points on this machine",
                            first_line(probe.output)));
  }
  check_queue(folder);
  if (points.empty()) {
    return {.message = fmt::format("nothing to do: all {} points are done", plan.points())};
  }
  const std::size_t longest = longest_array();
  const std::size_t needed = (plan.points() + longest - 1) / longest;
  const std::size_t per_task = std::max<std::size_t>(1, settings.points_per_task);
  if (settings.points_per_task > 0 && per_task < needed) {
    throw Error(Failure::usage,
                fmt::format("--points-per-task: {} is out of range [{}, {}]: arrays have no more "
                            "than {} tasks here (MaxArraySize)",
                            per_task, needed, plan.points(), longest));
  }
  const std::size_t share = std::max(per_task, needed);
  std::vector<std::size_t> tasks;
  for (const std::size_t point : points) {
    if (tasks.empty() || tasks.back() != point / share) tasks.push_back(point / share);
  }
  fs::create_directories(slurm_folder(folder));
  const fs::path array = slurm_folder(folder) / "array.sh",
                 merge = slurm_folder(folder) / "merge.sh";
  replace_file(array, array_script(folder, settings, share));
  replace_file(merge, merge_script(folder));

  SlurmJobs jobs;
  jobs.array = submit(array_options(folder, settings, tasks), array);
  replace_file(jobs_file(folder), jobs.array + "\n");

  try {
    jobs.merge = submit(merge_options(folder, settings, jobs.array), merge);
  } catch (const Error& error) {
    throw Error(error.kind,
                fmt::format("{}: the array is submitted as job {}, but the job that makes "
                            "the table is not (do `memtrain sweep {} --merge` when it "
                            "has ended)",
                            error.what(), jobs.array, folder.root().string()));
  }
  replace_file(jobs_file(folder), jobs.array + "\n" + jobs.merge + "\n");
  jobs.message = fmt::format(
      "submitted: job array {} ({} task{}, {} point{} each at most), then job {} makes the table\n"
      "`memtrain sweep {} --status` tells how far it is",
      jobs.array, tasks.size(), tasks.size() == 1 ? "" : "s", share, share == 1 ? "" : "s",
      jobs.merge, folder.root().string());
  return jobs;
}

std::vector<std::string> slurm_status(const SweepFolder& folder) {
  std::vector<std::string> lines;
  for (const std::string& job : last_jobs(folder)) {
    const auto states = queued(job);
    lines.push_back(fmt::format("job {:<10}{}", job,
                                states.empty() ? "not in Slurm's queue" : queued_text(states)));
  }
  return lines;
}

}  // namespace memtrain
