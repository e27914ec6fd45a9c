#include "sim/sweep/point.h"

#include <fmt/format.h>

#include "sim/base/error.h"

namespace memtrain {
namespace {

/// The lines of a scenario's TOML that say what its data are.
std::string data_lines(const std::string& toml) {
  std::string lines;
  for (std::size_t at = 0; at < toml.size();) {
    const std::size_t end = std::min(toml.find('\n', at), toml.size());
    const std::string_view line(toml.data() + at, end - at);
    if (line.starts_with("data.")) lines += line;
    at = end + 1;
  }
  return lines;
}

}  // namespace

const Dataset& PointRunner::data_of(const Scenario& scenario) {
  const std::string wanted = data_lines(scenario.toml);
  if (!data_ || loaded_ != wanted) {
    data_.reset();
    data_ = load_dataset(scenario.data, plan_.data_dir);
    loaded_ = wanted;
  }
  return *data_;
}

void PointRunner::share_data() {
  try {
    (void)data_of(read_scenario(plan_.scenario, plan_.overrides(0)));
  } catch (const Error&) {
    // every point that needs them will say so
  }
}

PointEnd PointRunner::run(std::size_t point, RunObserver& observer, const std::stop_token& stop) {
  std::string reason;
  try {
    return run_scenario(point, read_scenario(plan_.scenario, plan_.overrides(point)), observer,
                        stop);
  } catch (const RunHeld&) {
    return PointEnd::held;
  } catch (const Error& error) {
    if (error.kind == Failure::output) throw;
    reason = error.what();
  } catch (const std::bad_alloc&) {
    reason = "out of memory";
  } catch (const std::exception& error) {
    reason = error.what();
  }
  folder_.keep_failure(point, reason);
  return PointEnd::failed;
}

PointEnd PointRunner::run_scenario(std::size_t point, const Scenario& scenario,
                                   RunObserver& observer, const std::stop_token& stop) {
  try {
    return run_claimed(point, scenario, Existing::go_on, observer, stop);
  } catch (const UnfitCheckpoint&) {
    // it costs time, not numbers: the point is begun anew
    return run_claimed(point, scenario, Existing::replace, observer, stop);
  }
}

PointEnd PointRunner::run_claimed(std::size_t point, const Scenario& scenario, Existing existing,
                                  RunObserver& observer, const std::stop_token& stop) {
  const std::filesystem::path file = folder_.work(point);
  Claim claim = claim_run(file, scenario, existing);
  // somebody may have finished it before we held it
  if (std::filesystem::exists(folder_.result(point))) return PointEnd::complete;
  RunRecord record = blank_;
  if (claim.over) {
    record.status = claim.over->status;
  } else {
    record.scenario = scenario.toml;
    record.title = scenario.title;
    record.comment = scenario.comment;
    record.started = time_stamp();
    run_side_by_side(scenario, data_of(scenario), threads_, file, record, observer, stop,
                     std::move(claim.from));
  }
  if (record.status == RunStatus::interrupted) return PointEnd::interrupted;
  folder_.finish(point);
  return record.status == RunStatus::diverged ? PointEnd::diverged : PointEnd::complete;
}

}  // namespace memtrain
