#pragma once
#include "sim/record/run_record.h"

namespace memtrain {

/// Whether everything in an arm's record has the size that its layers, classes and parts say, for
/// at most so many seeds and epochs (epoch 0 not counted). Only such a record can be written; one
/// from a damaged checkpoint may be otherwise.
[[nodiscard]] bool consistent(const ArmRecord& arm, std::size_t seeds, Index epochs);

}  // namespace memtrain
