#pragma once
#include <array>
#include <string>
#include <string_view>

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

/// An attribute of text, and what it says.
template <class Record>
struct TextAttribute {
  const char* name;
  std::string Record::*text;
  const char* what;
};

/// Text attributes of the root group.
inline constexpr TextAttribute<RunRecord> run_texts[] = {
    {"memtrain_version", &RunRecord::version, "version of the program that ran it"},
    {"git_commit", &RunRecord::git_commit, "commit that the program was built from"},
    {"command", &RunRecord::command, "the command line"},
    {"scenario", &RunRecord::scenario, "the complete TOML, after defaults and overrides"},
    {"title", &RunRecord::title, "title of the scenario"},
    {"comment", &RunRecord::comment, "the lines of comment that the scenario begins with"},
    {"started", &RunRecord::started, "when it began, ISO 8601, UTC"},
    {"finished", &RunRecord::finished, "when it ended; empty while it runs"},
    {"host", &RunRecord::host, "name of the machine"},
    {"processor", &RunRecord::processor, "model of its processor; empty: not known"},
    {"data", &RunRecord::data,
     "sizes and a checksum of the data: samples by inputs, in training, validation and test"},
};

/// Text attributes of an arm's group.
inline constexpr TextAttribute<ArmRecord> arm_texts[] = {
    {"rule", &ArmRecord::rule, "learning rule"},
    {"device", &ArmRecord::device, "what its weights are made of, in a word or two"},
    {"settings", &ArmRecord::settings, "the arm's complete TOML"},
};

/// Writes a record into an empty file.
void write_run(const h5::Object& root, const RunRecord& record);

}  // namespace memtrain::schema
