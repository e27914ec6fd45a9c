#include "tools/memtrain/progress.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <unistd.h>

#include <cmath>
#include <cstdio>

#include "tools/memtrain/terminal.h"

namespace memtrain {
namespace {

using State = TaskProgress::State;

std::string rate(double per_second) {
  return per_second < 10000 ? fmt::format("{:.0f}", per_second)
                            : fmt::format("{:.1f} k", per_second / 1000);
}

std::string percent(double fraction) { return fmt::format("{:.2f} %", 100 * fraction); }

/// How the test went: an accuracy, an error, or empty before there was one.
std::string test_text(const TaskProgress& task) {
  if (!std::isnan(task.test_mse)) return fmt::format("test MSE {:.4g}", task.test_mse);
  return std::isnan(task.test_accuracy) ? "" : fmt::format("test {}", percent(task.test_accuracy));
}

/// What is told of a task; what can be spared goes first where there is little room.
std::vector<LinePart> state_parts(const TaskProgress& task) {
  const std::string test = test_text(task);
  switch (task.state) {
    case State::waiting:
      return {{"waiting"}};
    case State::finished:
      return {{test}, {"done"}};
    case State::stopped:
      return {{test}, {"stopped"}};
    case State::diverged:
      return {{"diverged: the loss is not a finite number"}};
    case State::training:
      break;
  }
  if (task.epoch == 0) return {{"starting"}};
  const double training = task.correct / static_cast<double>(std::max<Index>(task.samples, 1));
  const std::string train = std::isnan(training) ? "" : "train " + percent(training);
  return {{fmt::format("epoch {}/{}", task.epoch, task.epochs)},
          {train, 1},
          {test},
          {rate(task.samples_per_second) + " samples/s", 2},
          {short_duration(task.seconds_left) + " left"}};
}

}  // namespace

void LiveProgress::progress(const std::vector<TaskProgress>& tasks, std::size_t /*changed*/) {
  const auto now = std::chrono::steady_clock::now();
  if (now - drawn_ < std::chrono::milliseconds(100)) return;
  drawn_ = now;
  draw(tasks);
}

void LiveProgress::milestone(const std::vector<TaskProgress>& tasks, std::size_t /*changed*/) {
  draw(tasks);
}

void LiveProgress::draw(const std::vector<TaskProgress>& tasks) {
  const TerminalSize size = terminal_size(STDERR_FILENO);
  std::size_t name_width = 0;
  bool many_seeds = false;
  for (const TaskProgress& task : tasks) {
    name_width = std::max(name_width, task.arm.size());
    many_seeds = many_seeds || task.seed != tasks.front().seed;
  }
  std::string out = lines_ > 0 ? fmt::format("\x1b[{}A", lines_) : "";
  lines_ = 0;
  std::size_t hidden = 0;
  for (const TaskProgress& task : tasks) {
    // more tasks than lines: those at work are shown
    const bool all_fit = tasks.size() + 2 < size.lines;
    if (!all_fit && task.state != State::training) {
      ++hidden;
      continue;
    }
    const std::string seed = many_seeds ? fmt::format(" seed {:<4}", task.seed) : "";
    std::string line = fmt::format("{:<{}}{} {} ", task.arm, name_width, seed,
                                   progress_bar(part_done(task), size.columns));
    line += fitted(state_parts(task),
                   size.columns - 1 - std::min(size.columns - 1, display_width(line)));
    const char* paint = !colour_                        ? ""
                        : task.state == State::diverged ? "\x1b[31m"
                        : task.state == State::training ? "\x1b[1m"
                                                        : "";
    out += fmt::format("\r{}{}{}\x1b[K\n", paint, cut_to(line, size.columns - 1),
                       *paint != '\0' ? "\x1b[0m" : "");
    ++lines_;
  }
  if (hidden > 0) {
    out += fmt::format("\r… and {} more\x1b[K\n", hidden);
    ++lines_;
  }
  out += "\x1b[J";
  std::fputs(out.c_str(), stderr);
  std::fflush(stderr);
}

void LoggedProgress::progress(const std::vector<TaskProgress>& /*tasks*/, std::size_t /*changed*/) {
}

void LoggedProgress::milestone(const std::vector<TaskProgress>& tasks, std::size_t changed) {
  const TaskProgress& task = tasks[changed];
  const std::string who = fmt::format("{} seed {}", task.arm, task.seed);
  if (task.state == State::diverged) {
    spdlog::warn("{}: {}", who, fitted(state_parts(task), any_width));
  } else if (task.state == State::training && task.epoch > 0) {
    spdlog::info("{}: epoch {}/{}, {}, {} samples/s, {} left", who, task.epoch, task.epochs,
                 test_text(task), rate(task.samples_per_second), short_duration(task.seconds_left));
  }
}

}  // namespace memtrain
