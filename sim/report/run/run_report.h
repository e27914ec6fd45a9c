#pragma once
#include <string>

#include "sim/record/run_record.h"
#include "sim/report/page/page.h"

namespace memtrain {

/// Tells a run on a page: its question, the answer, what happened on the way, what it cost, and
/// what was run. `file`: what the result is called.
void report_run(const RunRecord& record, const std::string& file, Page& page);

/// The settings that all arms of a run have and in which they differ, a column an arm.
[[nodiscard]] std::vector<TextColumn> arm_setting_columns(const RunRecord& record);

/// What is to be said below a table of differences with these verdicts.
[[nodiscard]] std::string pairing_note(const std::vector<std::string>& verdicts);

/// What was run, by whom and where: rows of a name and a text.
[[nodiscard]] std::vector<TextColumn> provenance_columns(
    const std::vector<std::pair<std::string, std::string>>& facts);

}  // namespace memtrain
