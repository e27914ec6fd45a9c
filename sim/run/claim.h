#pragma once
#include <filesystem>
#include <optional>

#include "sim/base/error.h"
#include "sim/base/file_lock.h"
#include "sim/run/checkpoint.h"
#include "sim/scenario/scenario.h"

namespace memtrain {

/// What to do about a result, or half of one, that is there already.
enum class Existing {
  refuse,
  replace,
  go_on,  ///< from the checkpoint; from the beginning if there is none
};

/// Another process holds the files of a run.
struct RunHeld : Error {
  using Error::Error;
};

/// The files of a run, held against everybody else: FILE.h5, FILE.h5.ckpt, FILE.h5.lock.
struct Claim {
  FileLock lock;
  std::optional<Checkpoint> from;  ///< to go on from
  std::optional<RunRecord> over;   ///< the result, when there is nothing left to do
};

/// Takes hold of a result file before its run. What processes that were killed left beside it is
/// removed. Errors: Failure::usage when there is a result and it is to be refused, or when it or
/// its checkpoint is of another scenario than this one's to go on with; RunHeld; Failure::output
/// when nothing can be written there; Failure::data when what is to be gone on with is damaged.
[[nodiscard]] Claim claim_run(const std::filesystem::path& file, const Scenario& scenario,
                              Existing existing);

}  // namespace memtrain
