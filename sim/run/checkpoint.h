#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "sim/base/error.h"
#include "sim/data/dataset.h"
#include "sim/record/run_record.h"

namespace memtrain {

/// A checkpoint, or half a result, that a run cannot go on from: damaged, or of another scenario.
struct UnfitCheckpoint : Error {
  using Error::Error;
};

/// What a checkpoint belongs to: it continues nothing else.
struct CheckpointOrigin {
  std::string scenario;    ///< complete TOML
  std::string data;        ///< data_fingerprint()
  std::string started;     ///< when the run began, ISO 8601
  std::string git_commit;  ///< of the program that wrote it
};

/// Where one arm and seed stood when it was last saved.
struct TaskCheckpoint {
  SeedRecord record;           ///< what had been measured then
  std::vector<char> training;  ///< what train_arm goes on from; empty: not begun, or ended

  [[nodiscard]] bool ended() const { return record.finished || record.diverged; }
};

/// A run that is not over: its tasks arm by arm, the seeds of an arm one after another.
struct Checkpoint {
  CheckpointOrigin origin;
  std::vector<TaskCheckpoint> tasks;
};

/// The checkpoint's file, beside the result file.
[[nodiscard]] std::filesystem::path checkpoint_path(const std::filesystem::path& result);

/// Writes a checkpoint, replacing the file atomically. Of a task's record the first `epochs` epochs
/// are kept, unless it has ended. Errors: Failure::output.
struct TaskToKeep {
  SeedRecord* record = nullptr;
  std::size_t epochs = 0;
  std::vector<char>* training = nullptr;  ///< empty where it has ended
};
void write_checkpoint(const std::filesystem::path& file, const CheckpointOrigin& origin,
                      const std::vector<TaskToKeep>& tasks);

/// Reads it back. Errors: UnfitCheckpoint (Failure::data) when it cannot be read, is damaged, or is
/// of another version of its format.
[[nodiscard]] Checkpoint read_checkpoint(const std::filesystem::path& file);

/// Tells whether data are the same that a checkpoint was made with: sizes, and a checksum over
/// all of them.
[[nodiscard]] std::string data_fingerprint(const Dataset& data);

}  // namespace memtrain
