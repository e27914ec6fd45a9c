#include "tools/memtrain/sweep_progress.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <unistd.h>

#include <cmath>
#include <cstdio>

#include "tools/memtrain/terminal.h"

namespace memtrain {
namespace {

std::string left_text(const SweepProgress& progress) {
  const bool over = progress.done + progress.failed == progress.points;
  return over || std::isnan(progress.seconds_left)
             ? ""
             : ", " + short_duration(progress.seconds_left) + " left";
}

void warn_of(std::size_t point, const std::string& reason) {
  spdlog::warn("point {:06} failed: {}", point, reason);
}

}  // namespace

void LiveSweep::passed(const SweepProgress& progress) {
  const TerminalSize size = terminal_size(STDERR_FILENO);
  double parts = static_cast<double>(progress.done + progress.failed);
  for (const auto& running : progress.running) parts += running.part;
  const double part = parts / static_cast<double>(std::max<std::size_t>(progress.points, 1));
  std::vector<std::string> lines{fmt::format(
      "{} {}/{} points{}{}", progress_bar(part, size.columns), progress.done, progress.points,
      progress.failed > 0 ? fmt::format(", {} failed", progress.failed) : "", left_text(progress))};
  for (const auto& running : progress.running) {
    if (lines.size() + 2 >= size.lines) break;
    lines.push_back(fmt::format("  {:06} {} {}", running.point,
                                progress_bar(running.part, size.columns),
                                plan_.label(running.point)));
  }
  std::string out = lines_ > 0 ? fmt::format("\x1b[{}A", lines_) : "";
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const bool bold = colour_ && i == 0;
    out += fmt::format("\r{}{}{}\x1b[K\n", bold ? "\x1b[1m" : "",
                       cut_to(lines[i], size.columns - 1), bold ? "\x1b[0m" : "");
  }
  out += "\x1b[J";
  lines_ = lines.size();
  std::fputs(out.c_str(), stderr);
  std::fflush(stderr);
}

void LiveSweep::ended(std::size_t point, PointEnd end, const std::string& reason,
                      const SweepProgress& progress) {
  if (end == PointEnd::failed) {
    // above the live lines, where it stays
    if (lines_ > 0) std::fputs(fmt::format("\x1b[{}A\r\x1b[J", lines_).c_str(), stderr);
    std::fflush(stderr);
    lines_ = 0;
    warn_of(point, reason);
  }
  passed(progress);
}

void LoggedSweep::ended(std::size_t point, PointEnd end, const std::string& reason,
                        const SweepProgress& progress) {
  if (end == PointEnd::failed) return warn_of(point, reason);
  const char* how = end == PointEnd::complete      ? "done"
                    : end == PointEnd::diverged    ? "done, an arm diverged"
                    : end == PointEnd::interrupted ? "interrupted"
                                                   : "waits: another process is working on it";
  const std::string label = plan_.label(point);
  spdlog::info("point {:06}{}: {} ({}/{}{})", point, label.empty() ? "" : " " + label, how,
               progress.done + progress.failed, progress.points, left_text(progress));
}

void QuietSweep::ended(std::size_t point, PointEnd end, const std::string& reason,
                       const SweepProgress& /*progress*/) {
  if (end == PointEnd::failed) warn_of(point, reason);
}

}  // namespace memtrain
