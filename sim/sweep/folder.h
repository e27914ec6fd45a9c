#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace memtrain {

/// How far a point is, as the files tell.
enum class PointState : std::uint8_t {
  waiting,  ///< not begun
  started,  ///< begun, and not over: it is being run, or goes on from its checkpoint
  failed,   ///< the reason is kept; it is tried again when the sweep is resumed
  done,     ///< its result is there
};

/// The folder of a sweep and what lies where in it:
///   plan.toml           what is run
///   points/000012.h5    results of points that are over: complete, or diverged
///   work/000012.h5      results of points that are not, with their checkpoints
///   failed/000012.txt   why a point failed
///   sweep.h5            one table of all, made from the points
///   sweep.lock          held by who works on all of it, or shared by those who work on parts
class SweepFolder {
 public:
  static constexpr std::string_view lock_name = "sweep.lock";

  explicit SweepFolder(std::filesystem::path root) : root_(std::move(root)) {}

  [[nodiscard]] const std::filesystem::path& root() const { return root_; }
  [[nodiscard]] std::filesystem::path plan() const { return root_ / "plan.toml"; }
  [[nodiscard]] std::filesystem::path lock() const { return root_ / lock_name; }
  [[nodiscard]] std::filesystem::path table() const { return root_ / "sweep.h5"; }
  [[nodiscard]] std::filesystem::path result(std::size_t point) const;
  [[nodiscard]] std::filesystem::path work(std::size_t point) const;
  [[nodiscard]] std::filesystem::path failure(std::size_t point) const;

  /// Whether there is surely no plan. Where that may not be looked at, who reads the plan says why.
  [[nodiscard]] bool lacks_plan() const;
  /// Makes the folders, or those of them that are not there. Errors: Failure::usage where there is
  /// a folder with other things in it and no plan; Failure::output.
  void make() const;
  /// Moves the result of a point that is over from work to points, for good.
  void finish(std::size_t point) const;
  /// Keeps why a point failed, in one line.
  void keep_failure(std::size_t point, const std::string& reason) const;
  [[nodiscard]] std::string failure_reason(std::size_t point) const;

  /// Where every point stands, of `count`.
  [[nodiscard]] std::vector<PointState> states(std::size_t count) const;
  /// The points of `count` that have no result, in order.
  [[nodiscard]] std::vector<std::size_t> not_done(std::size_t count) const;
  /// Removes what killed processes left half written. Nobody else may be at work.
  void clean() const;

 private:
  std::filesystem::path root_;
};

}  // namespace memtrain
