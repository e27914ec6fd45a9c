#include "sim/sweep/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <iterator>
#include <system_error>

#include "sim/base/archive.h"
#include "sim/base/error.h"
#include "sim/base/processes.h"
#include "sim/record/metrics.h"
#include "sim/record/schema.h"
#include "sim/run/side_by_side.h"
#include "sim/scenario/setting_lines.h"
#include "sim/sweep/sweep_metric.h"

namespace memtrain {
namespace {

EpochRecord best_of(const SeedRecord& seed) {
  EpochRecord best;
  for (const Metric<EpochRecord>& metric : epoch_metrics()) {
    if (!has_best(metric)) continue;
    for (const EpochRecord& epoch : seed.epochs) {
      const double value = epoch.*metric.value;
      if (is_better(metric.better, value, best.*metric.value)) best.*metric.value = value;
    }
  }
  return best;
}

void add_result(std::size_t point, const RunRecord& run, std::vector<SweepRow>& rows) {
  for (const ArmRecord& arm : run.arms) {
    for (std::size_t s = 0; s < run.seeds.size(); ++s) {
      const SeedRecord& seed = arm.seeds.at(s);
      SweepRow row{.point = point,
                   .arm = arm.name,
                   .seed = run.seeds[s],
                   .commit = run.git_commit,
                   .data = run.data,
                   .status = seed.diverged ? "diverged" : "complete"};
      if (!seed.epochs.empty()) row.last = seed.epochs.back();
      row.last.layers.clear();
      row.best = best_of(seed);
      rows.push_back(std::move(row));
    }
  }
}

std::string_view word_of(PointState state) {
  constexpr std::array<std::string_view, 4> words{"waiting", "started", "failed", "complete"};
  return words[static_cast<std::size_t>(state)];
}

/// Goes to a folder for as long as it lives, if there is one.
class Visit {
 public:
  explicit Visit(const std::filesystem::path& folder)
      : before_(std::filesystem::current_path(problem_)) {
    if (!problem_) std::filesystem::current_path(folder, problem_);
  }
  ~Visit() {
    std::error_code ignored;
    if (is_there()) std::filesystem::current_path(before_, ignored);
  }
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;
  [[nodiscard]] bool is_there() const { return !problem_; }

 private:
  std::error_code problem_;
  std::filesystem::path before_;
};

/// Why a result is not that of its point, as the plan and the files that it names have it now;
/// empty if it is. Where such a file is not at hand, nothing is known against it.
std::string why_not_of(const Plan& plan, std::size_t point, const RunRecord& run) {
  if (run.status != RunStatus::complete && run.status != RunStatus::diverged) {
    return fmt::format("its run is not over ({})", status_word(run.status));
  }
  const Visit where_it_was_begun(plan.folder);  // names of files are relative to it
  if (!where_it_was_begun.is_there()) return "";
  try {
    const std::string differs =
        different_setting(run.scenario, read_scenario(plan.scenario, plan.overrides(point)).toml);
    return differs.empty() ? "" : "it was made with other settings: " + differs;
  } catch (const Error&) {
    return "";
  }
}

void add_point(const Plan& plan, std::size_t point, PointState state, const SweepFolder& folder,
               std::vector<SweepRow>& rows) {
  if (state == PointState::done) {
    const std::string file = folder.result(point).string();
    try {
      const RunRecord run = read_outcome(file);
      const std::string problem = why_not_of(plan, point, run);
      if (problem.empty()) return add_result(point, run, rows);
      rows.push_back(
          {.point = point, .status = "unreadable", .reason = not_of_sweep(file, problem)});
      return;
    } catch (const DamagedFile& error) {
      rows.push_back({.point = point, .status = "damaged", .reason = error.finding});
      return;
    } catch (const Error& error) {
      rows.push_back({.point = point, .status = "unreadable", .reason = error.what()});
      return;
    }
  }
  rows.push_back({.point = point, .status = std::string(word_of(state))});
  if (state == PointState::failed) rows.back().reason = folder.failure_reason(point);
}

void keep_rows(Archive& archive, std::vector<SweepRow>& rows) {
  archive.resize(rows, 2 * epoch_metrics().size() * sizeof(double));
  for (SweepRow& row : rows) {
    archive(row.point);
    archive(row.arm);
    archive(row.seed);
    archive(row.commit);
    archive(row.data);
    archive(row.status);
    archive(row.reason);
    keep(archive, epoch_metrics(), row.last);
    keep(archive, epoch_metrics(), row.best);
  }
}

void add_axes(const Plan& plan, const std::vector<SweepRow>& rows, Table& table) {
  for (std::size_t a = 0; a < plan.axes.size(); ++a) {
    const Axis& axis = plan.axes[a];
    std::string what = axis.use == Axis::Use::tune ? "axis, tuned" : "axis";
    if (!axis.apart.empty()) {
      what += fmt::format("; without effect in {}", fmt::join(axis.apart, ", "));
    }
    const auto which = [&plan, a](const SweepRow& row) { return plan.point(row.point)[a]; };
    if (const auto numbers = axis.numbers()) {
      add_column<double>(table, rows, axis.key, "1", what,
                         [&](const SweepRow& row) { return (*numbers)[which(row)]; });
    } else {
      add_column<std::string>(table, rows, axis.key, "1", what,
                              [&](const SweepRow& row) { return axis.values[which(row)]; });
    }
  }
}

void add_metrics(const std::vector<SweepRow>& rows, Table& table) {
  for (const SweepMetric& each : sweep_metrics()) {
    const std::string what = each.metric->long_name;
    add_column<double>(table, rows, each.name, each.metric->units,
                       each.of_best ? what + "; best epoch" : what,
                       [&](const SweepRow& row) { return each.of(row); });
  }
}

}  // namespace

std::vector<SweepRow> sweep_rows(const Plan& plan, const SweepFolder& folder,
                                 std::size_t processes) {
  const std::vector<PointState> states = folder.states(plan.points());
  const auto rows_of = [&](std::size_t first, std::size_t last) {
    std::vector<SweepRow> rows;
    for (std::size_t point = first; point < last; ++point) {
      add_point(plan, point, states[point], folder, rows);
    }
    return rows;
  };
  // the HDF5 library lets one thread of a process work at a time
  constexpr std::size_t worth_a_process = 500;
  const std::size_t shares = std::clamp<std::size_t>(states.size() / worth_a_process, 1, processes);
  std::vector<SweepRow> rows;
  if (shares == 1) return rows_of(0, states.size());
  const auto saved = in_processes(shares, [&](std::size_t share) {
    std::vector<SweepRow> part =
        rows_of(share * states.size() / shares, (share + 1) * states.size() / shares);
    SavingArchive archive;
    keep_rows(archive, part);
    return archive.take();
  });
  for (const std::vector<char>& bytes : saved) {
    RestoringArchive archive(bytes);
    std::vector<SweepRow> part;
    keep_rows(archive, part);
    rows.insert(rows.end(), std::make_move_iterator(part.begin()),
                std::make_move_iterator(part.end()));
  }
  return rows;
}

std::string not_of_sweep(const std::string& file, const std::string& problem) {
  return fmt::format(
      "{}: is not of this sweep: {} (put that right, or remove the file to have the point run "
      "again)",
      file, problem);
}

Table sweep_table(const Plan& plan, const std::vector<SweepRow>& rows) {
  Table table;
  add_column<std::int64_t>(table, rows, "point", "1", "number of the point", &SweepRow::point);
  add_axes(plan, rows, table);
  add_column<std::string>(table, rows, "arm", "1", "arm; empty: no result", &SweepRow::arm);
  add_column<std::int64_t>(table, rows, "seed", "1", "seed; -1: no result", &SweepRow::seed);
  add_metrics(rows, table);
  add_column<std::string>(table, rows, "status", "1",
                          "complete, diverged, failed, started, waiting, damaged or unreadable",
                          &SweepRow::status);
  add_column<std::string>(table, rows, "reason", "1", "why there is no result", &SweepRow::reason);
  add_column<std::string>(table, rows, "git_commit", "1", "commit that its program was built from",
                          &SweepRow::commit);
  const SweepFolder from_its_root{std::filesystem::path()};
  add_column<std::string>(table, rows, "path", "1", "result file, from the folder of the sweep",
                          [&](const SweepRow& row) {
                            return row.arm.empty() ? std::string()
                                                   : from_its_root.result(row.point).string();
                          });
  return table;
}

void write_sweep_table(const Plan& plan, const SweepFolder& folder,
                       const std::vector<SweepRow>& rows) {
  Table table = sweep_table(plan, rows);
  table.attributes = {{"scenario", plan.scenario.text}, {"merged", time_stamp()}};
  write_table(table, schema::sweep, folder.table().string());
}

std::vector<std::size_t> drop_damaged(const SweepFolder& folder,
                                      const std::vector<SweepRow>& rows) {
  std::vector<std::size_t> dropped;
  for (const SweepRow& row : rows) {
    if (row.status != "damaged") continue;
    std::error_code ignored;
    std::filesystem::remove(folder.result(row.point), ignored);
    dropped.push_back(row.point);
  }
  return dropped;
}

}  // namespace memtrain
