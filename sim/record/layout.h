#pragma once
#include <string>
#include <vector>

#include "sim/record/dataset_facts.h"

namespace memtrain {

/// What an attribute of text says.
struct AttributeFacts {
  std::string name, what;
};

/// Everything that a result file can hold: of an arm "ARM" with a layer "LAYER", where nothing is
/// missing. The datasets are those that the writer writes.
struct ResultLayout {
  std::vector<AttributeFacts> of_file, of_arm;
  std::vector<h5::DatasetFacts> datasets;
};
[[nodiscard]] ResultLayout result_layout();

}  // namespace memtrain
