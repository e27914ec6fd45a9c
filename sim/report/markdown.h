#pragma once
#include <string>
#include <vector>

#include "sim/record/run_record.h"
#include "sim/report/text_table.h"

// Results as tables of a document, in Markdown as GitHub and Pandoc read it.
namespace memtrain {

/// A table. Columns with no heading and no text are left out, as on a terminal.
[[nodiscard]] std::string markdown_table(const std::vector<TextColumn>& columns);

/// A run: a row an arm with its quality as mean ± s.d., the 95 % interval of its difference from
/// the first arm, the angles of its hidden layers to backprop's update, and what training took;
/// then what can be had without learning, and a line that says where the numbers come from.
[[nodiscard]] std::string run_markdown(const RunRecord& run);

/// Where numbers come from, in one line: commit, seeds, machine, date.
[[nodiscard]] std::string origin_line(const RunRecord& run, const std::string& commits);

}  // namespace memtrain
