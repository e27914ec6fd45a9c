#include "sim/run/claim.h"

#include <fmt/format.h>
#include <unistd.h>

#include "sim/base/atomic_file.h"
#include "sim/record/sealed_file.h"
#include "sim/scenario/setting_lines.h"

namespace memtrain {
namespace {

using std::filesystem::path;

void check_place(const path& file) {
  if (std::filesystem::is_directory(file)) {
    throw Error(Failure::output, file.string() + ": is a folder (give a file with -o)");
  }
  const path folder = file.has_parent_path() ? file.parent_path() : ".";
  if (!std::filesystem::is_directory(folder)) {
    throw Error(Failure::output, fmt::format("{}: cannot write (there is no folder {})",
                                             file.string(), folder.string()));
  }
  if (access(folder.c_str(), W_OK) != 0) {
    throw Error(Failure::output, fmt::format("{}: cannot write (the folder {} is not writable)",
                                             file.string(), folder.string()));
  }
}

void check_free(const path& file) {
  if (std::filesystem::exists(checkpoint_path(file))) {
    throw Error(Failure::usage,
                fmt::format("{}: is there already, and its run is not over (go on with --resume, "
                            "choose another with -o, or start over with --force)",
                            file.string()));
  }
  if (std::filesystem::exists(file)) {
    throw Error(
        Failure::usage,
        file.string() + ": exists already (choose another with -o, or replace it with --force)");
  }
}

FileLock hold(const path& file) {
  auto lock = FileLock::take(file.string() + ".lock", LockKind::exclusive);
  if (!lock) {
    throw RunHeld(Failure::usage,
                  file.string() +
                      ": another process is working on it (wait for it to end, or choose "
                      "another with -o)");
  }
  lock->remove_file_at_end();
  return std::move(*lock);
}

void check_scenario(const path& file, const std::string& there, const Scenario& scenario) {
  const std::string differs = first_difference(there, scenario.toml);
  if (differs.empty()) return;
  throw UnfitCheckpoint(Failure::usage,
                        fmt::format("{}: is of another scenario: {} (give that scenario and "
                                    "its --set, or start over with --force)",
                                    file.string(), differs));
}

RunRecord found_result(const path& file) {
  try {
    return read_result(file.string());
  } catch (const DamagedFile& error) {
    throw UnfitCheckpoint(error.kind, error.what());
  }
}

}  // namespace

Claim claim_run(const path& file, const Scenario& scenario, Existing existing) {
  check_place(file);
  if (existing == Existing::refuse) check_free(file);
  Claim claim{hold(file), {}, {}};
  if (existing == Existing::refuse) check_free(file);  // somebody may have finished meanwhile
  const path checkpoint = checkpoint_path(file);
  remove_left_parts(file);
  remove_left_parts(checkpoint);
  if (existing != Existing::go_on) return claim;
  if (std::filesystem::exists(checkpoint)) {
    claim.from = read_checkpoint(checkpoint);
    check_scenario(checkpoint, claim.from->origin.scenario, scenario);
  } else if (std::filesystem::exists(file)) {
    RunRecord found = found_result(file);
    check_scenario(file, found.scenario, scenario);
    const bool over = found.status == RunStatus::complete || found.status == RunStatus::diverged;
    if (over) claim.over = std::move(found);
  }
  return claim;
}

}  // namespace memtrain
