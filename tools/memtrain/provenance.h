#pragma once
#include <string>
#include <vector>

#include "sim/record/run_record.h"
#include "tools/memtrain/command.h"

namespace memtrain {

/// A record that says by what program, called how, on which host and with how many threads its run
/// is made, and nothing else yet. Of the command line, bytes that are not UTF-8 become question
/// marks.
[[nodiscard]] RunRecord record_of_origin(const Command& command,
                                         const std::vector<std::string>& arguments,
                                         std::size_t threads);

}  // namespace memtrain
