#pragma once
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "sim/record/run_record.h"
#include "sim/record/sealed_file.h"

// What the writer and the reader agree on beside the metrics: names of attributes, words of the
// status.
namespace memtrain::schema {

inline constexpr FileKind result{"memtrain/1", "memtrain run", "run the scenario again"};
inline constexpr FileKind sweep{"memtrain-sweep/1", "memtrain sweep", "merge the sweep again"};

/// Stands in the confusion matrices of seeds that are not finished; the dataset's `_FillValue`.
inline constexpr int no_count = -1;

inline constexpr std::array<std::string_view, 4> status_words = {"running", "complete",
                                                                 "interrupted", "diverged"};

/// Group of the lists of baselines; there is none without any.
inline constexpr auto baselines = "baselines";

/// Group of an arm with its costs by part and phase, over axes of its own.
inline constexpr auto cost_parts = "cost/parts";
/// Group of an arm with the writes of its devices; there is none where they are not counted.
inline constexpr auto wear = "wear";
/// Group of an arm with its devices by conductance; there is none where they have none.
inline constexpr auto conductance = "conductance";
/// Bins of the histogram of writes: device pulses are counted in 32 bits.
inline constexpr std::size_t wear_bins = 33;

/// Text attributes of the root group.
inline constexpr std::pair<const char*, std::string RunRecord::*> run_texts[] = {
    {"memtrain_version", &RunRecord::version},
    {"git_commit", &RunRecord::git_commit},
    {"command", &RunRecord::command},
    {"scenario", &RunRecord::scenario},
    {"title", &RunRecord::title},
    {"comment", &RunRecord::comment},
    {"started", &RunRecord::started},
    {"finished", &RunRecord::finished},
    {"host", &RunRecord::host},
};

/// Text attributes of an arm's group.
inline constexpr std::pair<const char*, std::string ArmRecord::*> arm_texts[] = {
    {"rule", &ArmRecord::rule},
    {"device", &ArmRecord::device},
    {"settings", &ArmRecord::settings},
};

}  // namespace memtrain::schema
