#pragma once
#include <string>
#include <vector>

#include "sim/record/h5.h"

namespace memtrain::h5 {

/// What a dataset is and says of itself.
struct DatasetFacts {
  std::string path;  ///< below the group that was asked
  std::string type;  ///< "float64", "int32", "text", …
  std::string units, long_name;
  std::vector<std::string> axes;  ///< names of its scales
  bool is_scale = false;          ///< it is one itself
};
/// All datasets of a group and of the groups in it, in the order in which they were made.
[[nodiscard]] std::vector<DatasetFacts> datasets_below(const Object& group);

}  // namespace memtrain::h5
