#include "sim/run/side_by_side.h"

#include <fmt/chrono.h>

#include <algorithm>
#include <chrono>
#include <mutex>

#include "sim/base/archive.h"
#include "sim/base/error.h"
#include "sim/base/parallel.h"
#include "sim/cost/price.h"
#include "sim/record/consistent.h"

namespace memtrain {
namespace {

using Clock = std::chrono::steady_clock;

/// Nobody reads faster: a mini-batch of one sample may take less time than to tell about it.
constexpr auto time_between_reports = std::chrono::milliseconds(50);

[[noreturn]] void damaged(const std::filesystem::path& result, const std::string& problem) {
  throw UnfitCheckpoint(Failure::data,
                        fmt::format("{}: damaged checkpoint ({}) (start over with --force)",
                                    checkpoint_path(result).string(), problem));
}

/// The record, the checkpoint and the progress of all tasks, shared by the threads that train them.
class SharedRun {
 public:
  SharedRun(const Scenario& scenario, const Dataset& data, std::filesystem::path file,
            RunRecord& record, RunObserver& observer, std::optional<Checkpoint> from)
      : file_(std::move(file)), record_(record), observer_(observer) {
    record_.seeds = scenario.seeds;
    record_.baselines = data.baselines;
    for (const Arm& arm : scenario.arms) {
      ArmShape shape = arm_shape(arm, data);
      record_.arms.push_back({.name = arm.name,
                              .rule = std::string(arm.rule->name),
                              .device = arm.device,
                              .settings = arm.toml,
                              .classes = data.target.classes,
                              .layers = std::move(shape.layers),
                              .cost_parts = std::move(shape.parts),
                              .cost_phases = phase_names(),
                              .seeds = std::vector<SeedRecord>(scenario.seeds.size())});
      record_.epochs = std::max<Index>(record_.epochs, arm.train.epochs);
      for (const std::int64_t seed : scenario.seeds) {
        tasks_.push_back({.arm = arm.name,
                          .seed = seed,
                          .epochs = arm.train.epochs,
                          .of_samples = samples_per_epoch(arm, data)});
      }
    }
    began_.resize(tasks_.size());
    saved_.resize(tasks_.size());
    record_.data = data_fingerprint(data);
    origin_ = {scenario.toml, record_.data, record.started, record.git_commit};
    const bool fresh = !from;
    if (from) go_on_from(std::move(*from));
    write_result(record_, file_.string());
    // one of an earlier run that this one replaces is of no use from now on
    if (fresh) std::filesystem::remove(checkpoint_path(file_));
  }

  /// Whether there is nothing left to do for a task.
  [[nodiscard]] bool ended(std::size_t task) const {
    return tasks_[task].state == TaskProgress::State::finished ||
           tasks_[task].state == TaskProgress::State::diverged;
  }

  /// Begins a task; returns the state that it goes on from, valid until it is saved again.
  [[nodiscard]] std::span<const char> start(std::size_t task) {
    const std::lock_guard lock(guard_);
    tasks_[task].state = TaskProgress::State::training;
    began_[task].time = Clock::now();
    observer_.progress(tasks_, task);
    return saved_[task].training;
  }

  /// `time`: when the mini-batch ended.
  void batch(std::size_t task, Index epoch, Index samples, double correct, Clock::time_point time) {
    const std::lock_guard lock(guard_);
    TaskProgress& now = tasks_[task];
    now.epoch = epoch;
    now.samples = samples;
    now.correct = correct;
    Beginning& began = began_[task];
    const auto done = static_cast<double>((epoch - 1) * now.of_samples + samples);
    if (began.samples < 0) {  // the first we hear of it: all before may be of an earlier run
      began.samples = saved_[task].training.empty() ? 0 : done;
      if (began.samples > 0) now.before = part_done(now);
    }
    const double seconds = std::chrono::duration<double>(time - began.time).count();
    const auto all = static_cast<double>(now.epochs * now.of_samples);
    now.samples_per_second = (done - began.samples) / seconds;
    if (now.samples_per_second > 0) now.seconds_left = (all - done) / now.samples_per_second;
    observer_.progress(tasks_, task);
  }

  void epoch(std::size_t task, const EpochRecord& epoch) {
    const std::lock_guard lock(guard_);
    tasks_[task].test_accuracy = epoch.test_accuracy;
    tasks_[task].test_mse = epoch.test_mse;
    seed_record(task).epochs.push_back(epoch);
    write_result(record_, file_.string());
    observer_.milestone(tasks_, task);
  }

  void save(std::size_t task, std::vector<char>&& training) {
    const std::lock_guard lock(guard_);
    saved_[task] = {seed_record(task).epochs.size(), std::move(training)};
    write();
  }

  void end(std::size_t task, ArmOutcome&& outcome) {
    const std::lock_guard lock(guard_);
    using State = TaskProgress::State;
    tasks_[task].state = outcome.end == ArmEnd::finished  ? State::finished
                         : outcome.end == ArmEnd::stopped ? State::stopped
                                                          : State::diverged;
    SeedRecord& seed = seed_record(task);
    seed.diverged = outcome.end == ArmEnd::diverged;
    seed.finished = outcome.end == ArmEnd::finished;
    seed.confusion = std::move(outcome.confusion);
    seed.weights = std::move(outcome.weights);
    seed.wear = std::move(outcome.wear);
    seed.conductances = std::move(outcome.conductances);
    if (ended(task)) saved_[task].training.clear();
    if (ended(task) && !all_ended()) write();
    observer_.milestone(tasks_, task);
  }

  /// Closes the record with the status that its tasks add up to.
  void close() {
    const bool diverged = std::any_of(tasks_.begin(), tasks_.end(), [](const TaskProgress& task) {
      return task.state == TaskProgress::State::diverged;
    });
    record_.status = !all_ended() ? RunStatus::interrupted
                     : diverged   ? RunStatus::diverged
                                  : RunStatus::complete;
    record_.finished = time_stamp();
    if (!all_ended()) write();
    write_result(record_, file_.string());
    if (all_ended()) std::filesystem::remove(checkpoint_path(file_));
  }

 private:
  /// Where a task stood when its training began in this process.
  struct Beginning {
    Clock::time_point time;
    double samples = -1;  ///< of all its epochs; -1: not heard of yet
  };
  /// What the checkpoint holds of a task that trains.
  struct Saved {
    std::size_t epochs = 0;  ///< measured
    std::vector<char> training;
  };

  SeedRecord& seed_record(std::size_t task) {
    return record_.arms[task / record_.seeds.size()].seeds[task % record_.seeds.size()];
  }

  [[nodiscard]] bool all_ended() const {
    for (std::size_t task = 0; task < tasks_.size(); ++task) {
      if (!ended(task)) return false;
    }
    return true;
  }

  void write() {
    std::vector<TaskToKeep> keep;
    for (std::size_t task = 0; task < tasks_.size(); ++task) {
      keep.push_back({&seed_record(task), saved_[task].epochs, &saved_[task].training});
    }
    write_checkpoint(checkpoint_path(file_), origin_, keep);
  }

  void go_on_from(Checkpoint&& from) {
    const std::string name = checkpoint_path(file_).string();
    if (from.tasks.size() != tasks_.size()) damaged(file_, "it has another number of tasks");
    if (from.origin.data != origin_.data) {
      throw Error(Failure::usage,
                  fmt::format("{}: was made with other data: {} there, {} here (go on with those, "
                              "or remove this file to start over, as `memtrain run` does with "
                              "--force)",
                              name, from.origin.data, origin_.data));
    }
    record_.started = origin_.started = from.origin.started;
    for (std::size_t task = 0; task < tasks_.size(); ++task) {
      using State = TaskProgress::State;
      TaskCheckpoint& kept = from.tasks[task];
      if (kept.record.epochs.size() > static_cast<std::size_t>(tasks_[task].epochs) + 1 ||
          (!kept.ended() && kept.record.epochs.empty() != kept.training.empty())) {
        damaged(file_, "what was measured does not fit where training is");
      }
      if (kept.ended())
        tasks_[task].state = kept.record.finished ? State::finished : State::diverged;
      if (!kept.record.epochs.empty()) {
        tasks_[task].epoch = static_cast<Index>(kept.record.epochs.size()) - 1;
        tasks_[task].samples = tasks_[task].of_samples;  // that epoch is over
        tasks_[task].test_accuracy = kept.record.epochs.back().test_accuracy;
        tasks_[task].test_mse = kept.record.epochs.back().test_mse;
      }
      tasks_[task].before = part_done(tasks_[task]);
      saved_[task] = {kept.record.epochs.size(), std::move(kept.training)};
      seed_record(task) = std::move(kept.record);
    }
    for (const ArmRecord& arm : record_.arms) {
      if (consistent(arm, record_.seeds.size(), record_.epochs)) continue;
      damaged(file_, "what was measured has other sizes than arm '" + arm.name + "'");
    }
  }

  std::filesystem::path file_;
  RunRecord& record_;
  RunObserver& observer_;
  CheckpointOrigin origin_;
  std::vector<TaskProgress> tasks_;
  std::vector<Beginning> began_;
  std::vector<Saved> saved_;
  std::mutex guard_;
};

/// Passes on what one task tells; used by the thread that trains it only.
class TaskObserver final : public ArmObserver {
 public:
  /// `samples_per_epoch`: of this task.
  TaskObserver(SharedRun& run, std::size_t task, Index samples_per_epoch,
               const RecordSettings& settings)
      : run_(run), task_(task), samples_per_epoch_(samples_per_epoch), settings_(settings) {}
  void batch(Index epoch, Index samples, double correct) override {
    // whether to tell is decided before the lock that all threads share
    now_ = Clock::now();
    epoch_ = epoch;
    between_epochs_ = false;
    // the last of an epoch is always told: the milestone that follows shows its numbers
    if (samples < samples_per_epoch_ && now_ - reported_ < time_between_reports) return;
    reported_ = now_;
    run_.batch(task_, epoch, samples, correct, now_);
  }
  void epoch(const EpochRecord& record) override {
    run_.epoch(task_, record);
    between_epochs_ = true;
  }
  [[nodiscard]] bool wants_state() override {
    const bool epochs = between_epochs_ && settings_.checkpoint_epochs > 0 &&
                        epoch_ % settings_.checkpoint_epochs == 0;
    const std::chrono::duration<float, std::ratio<60>> minutes = now_ - saved_;
    return epochs ||
           (settings_.checkpoint_minutes > 0.0F && minutes.count() >= settings_.checkpoint_minutes);
  }
  void state(std::vector<char> state) override {
    run_.save(task_, std::move(state));
    saved_ = Clock::now();
  }

 private:
  SharedRun& run_;
  std::size_t task_;
  Index samples_per_epoch_;
  const RecordSettings& settings_;
  Clock::time_point reported_;  // long ago: the first mini-batch is told
  Clock::time_point now_ = Clock::now(), saved_ = now_;
  Index epoch_ = 0;  // of the last mini-batch
  bool between_epochs_ = false;
};

}  // namespace

double part_done(const TaskProgress& task) {
  using State = TaskProgress::State;
  if (task.state == State::finished || task.state == State::diverged) return 1.0;
  if (task.epoch == 0) return 0.0;
  const auto epochs = static_cast<double>(task.epoch - 1) +
                      static_cast<double>(task.samples) / static_cast<double>(task.of_samples);
  return epochs / static_cast<double>(task.epochs);
}

std::string time_stamp() {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
}

void run_side_by_side(const Scenario& scenario, const Dataset& data, std::size_t jobs,
                      const std::filesystem::path& file, RunRecord& record, RunObserver& observer,
                      const std::stop_token& stop, std::optional<Checkpoint> from) {
  SharedRun run(scenario, data, file, record, observer, std::move(from));
  // what goes wrong with one task stops the others, which keep their state
  std::stop_source stopping;
  const std::stop_callback passed_on(stop, [&] { stopping.request_stop(); });
  const std::size_t seeds = scenario.seeds.size();
  run_tasks(scenario.arms.size() * seeds, jobs, [&](std::size_t task) {
    if (run.ended(task) || stopping.stop_requested()) return;
    const Arm& arm = scenario.arms[task / seeds];
    const std::span<const char> state = run.start(task);
    TaskObserver heard(run, task, samples_per_epoch(arm, data), scenario.record);
    try {
      run.end(task, train_arm(arm, static_cast<std::uint64_t>(scenario.seeds[task % seeds]), data,
                              scenario.record, heard, stopping.get_token(), state));
    } catch (const ArchiveMismatch& mismatch) {
      stopping.request_stop();
      damaged(file, mismatch.what());
    } catch (...) {
      stopping.request_stop();
      throw;
    }
  });
  run.close();
}

}  // namespace memtrain
