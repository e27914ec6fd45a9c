#include "sim/sweep/local_engine.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <deque>
#include <map>
#include <new>
#include <set>
#include <system_error>

#include "sim/base/error.h"
#include "sim/base/memory.h"
#include "sim/base/stop_on_signal.h"

namespace memtrain {
namespace {

using Clock = std::chrono::steady_clock;

/// What a worker process tells the one that leads, in memory that they share.
struct Told {
  std::atomic<float> before;      ///< part of the training that was done when it began
  std::atomic<float> part;        ///< of the training; told after `before`
  std::atomic<bool> has_trained;  ///< a mini-batch: its memory has its full size
  char problem[512];              ///< why it ended, where that is nowhere else
};

/// An array of Told, a place for each worker.
class SharedPlaces {
 public:
  explicit SharedPlaces(std::size_t count) : size_(count * sizeof(Told)) {
    void* memory = mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    places_ = static_cast<Told*>(memory);
  }
  ~SharedPlaces() { munmap(places_, size_); }
  SharedPlaces(const SharedPlaces&) = delete;
  SharedPlaces& operator=(const SharedPlaces&) = delete;
  Told& operator[](std::size_t place) { return places_[place]; }

 private:
  std::size_t size_;
  Told* places_;
};

/// In a worker: passes on how far all arms and seeds are together.
class TellingObserver final : public RunObserver {
 public:
  explicit TellingObserver(Told& told) : told_(told) {}
  void progress(const std::vector<TaskProgress>& tasks, std::size_t /*changed*/) override {
    part_.hear(tasks);
    told_.before = static_cast<float>(part_.before);
    told_.part = static_cast<float>(part_.now);
    told_.has_trained = part_.has_trained();
  }
  void milestone(const std::vector<TaskProgress>& tasks, std::size_t changed) override {
    progress(tasks, changed);
  }

 private:
  Told& told_;
  PointPart part_;
};

// What a worker's exit says; others are crashes.
constexpr int held_code = 75;
constexpr int failed_code = 76;
constexpr int broken_code = 77;

/// A worker's life. It ends with the process that leads.
[[noreturn]] void work(PointRunner& runner, std::size_t point, Told& told, pid_t leader) {
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  setpgid(0, 0);  // Ctrl-C reaches it through the leader only
  int code = 0;
  try {
    const StopOnSignal signals;
    if (getppid() != leader) _exit(static_cast<int>(Failure::interrupted));
    TellingObserver observer(told);
    const PointEnd end = runner.run(point, observer, signals.token());
    code = end == PointEnd::diverged      ? static_cast<int>(Failure::diverged)
           : end == PointEnd::interrupted ? static_cast<int>(Failure::interrupted)
           : end == PointEnd::failed      ? failed_code
           : end == PointEnd::held        ? held_code
                                          : 0;
  } catch (const Error& error) {
    code = static_cast<int>(error.kind);
    std::snprintf(told.problem, sizeof told.problem, "%s", error.what());
  } catch (const std::exception& error) {
    code = broken_code;
    std::snprintf(told.problem, sizeof told.problem, "%s", error.what());
  }
  _exit(code);
}

class LocalSweep {
 public:
  LocalSweep(PointRunner& runner, std::span<const std::size_t> points, std::size_t workers,
             SweepObserver& observer)
      : runner_(runner),
        observer_(observer),
        waiting_(points.begin(), points.end()),
        workers_(std::max<std::size_t>(1, std::min(workers, points.size()))),
        told_(workers_.size()) {
    progress_.points = points.size();
    sigemptyset(&signals_);
    for (const int signal : {SIGINT, SIGTERM, SIGCHLD}) sigaddset(&signals_, signal);
    pthread_sigmask(SIG_BLOCK, &signals_, &signals_before_);
  }
  ~LocalSweep() { pthread_sigmask(SIG_SETMASK, &signals_before_, nullptr); }
  LocalSweep(const LocalSweep&) = delete;
  LocalSweep& operator=(const LocalSweep&) = delete;

  SweepOutcome run() {
    while (true) {
      if (!stopping_) begin_what_can_be();
      if (running() == 0 && (stopping_ || (waiting_.empty() && held_.empty()))) break;
      wait();
      collect();
      look_at_held();
      tell();
    }
    if (!output_problem_.empty()) throw Error(Failure::output, output_problem_);
    return {interrupted_, progress_.failed};
  }

 private:
  struct Worker {
    pid_t process = 0;  ///< 0: nobody
    std::size_t point = 0;
  };

  [[nodiscard]] std::size_t running() const {
    return static_cast<std::size_t>(
        std::count_if(workers_.begin(), workers_.end(),
                      [](const Worker& worker) { return worker.process != 0; }));
  }

  void begin_what_can_be() {
    for (std::size_t place = 0; place < workers_.size() && !waiting_.empty(); ++place) {
      if (workers_[place].process != 0) continue;
      if (running() > 0 && !memory_allows()) return;
      begin(place);
    }
  }

  /// The first worker shows what a point takes. What those at work have not taken yet of it is
  /// spoken for, and a twentieth of what is left stays free.
  bool memory_allows() {
    for (std::size_t place = 0; place < workers_.size(); ++place) {
      if (workers_[place].process == 0) continue;
      if (largest_ == 0 && !told_[place].has_trained) return false;
      took(peak_memory_of(workers_[place].process) - memory_of(getpid()));
    }
    double spoken_for = 0;
    for (const Worker& worker : workers_) {
      if (worker.process != 0) spoken_for += largest_ - own_memory(worker.process);
    }
    return spoken_for + largest_ <= 0.95 * memory_left();
  }

  /// What the leader has is shared by all.
  static double own_memory(pid_t process) {
    return std::max(0.0, memory_of(process) - memory_of(getpid()));
  }
  void took(double bytes) { largest_ = std::max({1.0, largest_, bytes}); }

  void begin(std::size_t place) {
    const std::size_t point = waiting_.front();
    told_[place].before = 0;
    told_[place].part = 0;
    told_[place].has_trained = false;
    told_[place].problem[0] = '\0';
    const pid_t leader = getpid();
    const pid_t process = fork();
    if (process < 0) {
      if (running() > 0) return;  // later, when another has ended
      throw Error(Failure::output, fmt::format("cannot begin a process ({})",
                                               std::generic_category().message(errno)));
    }
    if (process == 0) {
      pthread_sigmask(SIG_SETMASK, &signals_before_, nullptr);
      work(runner_, point, told_[place], leader);
    }
    waiting_.pop_front();
    workers_[place] = {process, point};
  }

  /// Waits until a signal comes, for a tenth of a second at most.
  void wait() {
    const timespec moment{0, 100'000'000};
    const int signal = sigtimedwait(&signals_, nullptr, &moment);
    if (signal != SIGINT && signal != SIGTERM) return;
    const bool impatient = signal == SIGINT && interrupted_;
    interrupted_ = true;
    stop_all(impatient ? SIGKILL : SIGTERM);
  }

  void stop_all(int signal) {
    stopping_ = true;
    for (const Worker& worker : workers_) {
      if (worker.process != 0) kill(worker.process, signal);
    }
  }

  void collect() {
    int status = 0;
    rusage used{};
    for (pid_t process = wait4(-1, &status, WNOHANG, &used); process > 0;
         process = wait4(-1, &status, WNOHANG, &used)) {
      const auto worker = std::find_if(workers_.begin(), workers_.end(),
                                       [&](const Worker& each) { return each.process == process; });
      if (worker == workers_.end()) continue;
      const std::size_t point = worker->point;
      const auto place = static_cast<std::size_t>(worker - workers_.begin());
      hear(place);
      *worker = {};
      took(static_cast<double>(used.ru_maxrss) * 1024 - memory_of(getpid()));
      ended(point, status, told_[place].problem);
    }
  }

  /// `problem`: what the worker told, if anything.
  void ended(std::size_t point, int status, const std::string& problem) {
    if (WIFSIGNALED(status)) return was_killed(point, WTERMSIG(status));
    switch (WEXITSTATUS(status)) {
      case 0:
        return tell_end(point, PointEnd::complete);
      case static_cast<int>(Failure::diverged):
        return tell_end(point, PointEnd::diverged);
      case static_cast<int>(Failure::interrupted):
        if (!stopping_) return was_killed(point, SIGTERM);
        return tell_end(point, PointEnd::interrupted);
      case held_code:
        return was_held(point);
      case broken_code:
        return fail(point, problem);
      case failed_code:
        return tell_end(point, PointEnd::failed, runner_.folder().failure_reason(point));
      case static_cast<int>(Failure::output):
        stop_all(SIGTERM);
        output_problem_ = fmt::format("{} (what was done is kept; go on with --resume)", problem);
        return tell_end(point, PointEnd::interrupted);
      default:
        return fail(point, fmt::format("its process ended with code {}", WEXITSTATUS(status)));
    }
  }

  /// Whoever holds it may not bring it to its end.
  void was_held(std::size_t point) {
    if (stopping_) return tell_end(point, PointEnd::interrupted);
    held_.push_back({point, Clock::now()});
    if (told_held_.insert(point).second) observer_.ended(point, PointEnd::held, "", progress_);
  }

  /// Points that others held are tried again after a second.
  void look_at_held() {
    while (!held_.empty() && Clock::now() - held_.front().since > std::chrono::seconds(1)) {
      waiting_.push_back(held_.front().point);
      held_.pop_front();
    }
  }

  /// Once may be an accident, or too little memory beside the others.
  void was_killed(std::size_t point, int signal) {
    if (stopping_) return tell_end(point, PointEnd::interrupted);
    if (killed_.count(point) == 0 && (signal == SIGKILL || signal == SIGTERM)) {
      killed_.insert(point);
      waiting_.push_back(point);
      return;
    }
    const char* name = strsignal(signal);  // NOLINT(concurrency-mt-unsafe): glibc's is safe
    fail(point, fmt::format("its process was ended by signal {} ({})", signal, name));
  }

  void fail(std::size_t point, const std::string& reason) {
    try {
      runner_.folder().keep_failure(point, reason);
    } catch (const Error& error) {
      stop_all(SIGTERM);
      output_problem_ = error.what();
    }
    tell_end(point, PointEnd::failed, reason);
  }

  void tell_end(std::size_t point, PointEnd end, const std::string& reason = "") {
    const bool done = end == PointEnd::complete || end == PointEnd::diverged;
    if (done) ++progress_.done;
    if (end == PointEnd::failed) ++progress_.failed;
    const PointPart& heard = heard_[point];
    if (done) progress_.trained += 1 - heard.before;
    if (end == PointEnd::failed) progress_.trained += std::max(0.0, heard.now - heard.before);
    describe();
    observer_.ended(point, end, reason, progress_);
  }

  void tell() {
    describe();
    observer_.passed(progress_);
  }

  /// Remembers what a worker tells of its point. What it found done grows as it goes on with one
  /// arm and seed after the other; a second worker finds what the first has trained as well.
  const PointPart& hear(std::size_t place) {
    const std::size_t point = workers_[place].point;
    PointPart& heard = heard_[point];
    if (killed_.count(point) == 0) heard.before = told_[place].before;
    heard.now = told_[place].part;
    return heard;
  }

  void describe() {
    progress_.running.clear();
    for (std::size_t place = 0; place < workers_.size(); ++place) {
      if (workers_[place].process == 0) continue;
      const PointPart& heard = hear(place);
      progress_.running.push_back({workers_[place].point, heard.now, heard.before});
    }
    const double seconds = std::chrono::duration<double>(Clock::now() - began_).count();
    progress_.seconds_left = seconds_left(progress_, seconds);
  }

  PointRunner& runner_;
  SweepObserver& observer_;
  std::deque<std::size_t> waiting_;
  std::set<std::size_t> killed_;            // and tried again
  std::map<std::size_t, PointPart> heard_;  // by point; `before`: what earlier calls trained
  struct Held {
    std::size_t point;
    Clock::time_point since;
  };
  std::deque<Held> held_;            // by others, to be tried again
  std::set<std::size_t> told_held_;  // which the observer knows of
  std::vector<Worker> workers_;
  SharedPlaces told_;
  SweepProgress progress_;
  double largest_ = 0;  // bytes a worker has taken
  bool stopping_ = false, interrupted_ = false;
  std::string output_problem_;
  sigset_t signals_{}, signals_before_{};
  Clock::time_point began_ = Clock::now();
};

}  // namespace

void PointPart::hear(const std::vector<TaskProgress>& tasks) {
  now = before = 0;
  for (const TaskProgress& task : tasks) {
    now += part_done(task) / static_cast<double>(tasks.size());
    before += task.before / static_cast<double>(tasks.size());
  }
}

double seconds_left(const SweepProgress& progress, double seconds) {
  double trained = progress.trained;
  auto left = static_cast<double>(progress.points - progress.done - progress.failed);
  for (const SweepProgress::Running& running : progress.running) {
    trained += std::max(0.0, running.part - running.before);
    left -= running.part;
  }
  return trained > 0 ? seconds / trained * left : not_reached;
}

SweepOutcome run_locally(PointRunner& runner, std::span<const std::size_t> points,
                         std::size_t workers, SweepObserver& observer) {
  return LocalSweep(runner, points, workers, observer).run();
}

}  // namespace memtrain
