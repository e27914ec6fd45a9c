#pragma once
#include "sim/data/dataset.h"

namespace memtrain {

/// Loads images and labels in the IDX format (LeCun et al., MNIST): the source's files are train
/// images, train labels, test images, test labels, plain or gzip. Pixels become [0, 1]. Errors:
/// Failure::data for a wrong magic number, sizes that do not fit the file, unequal numbers of
/// images and labels, or a label beyond the classes.
[[nodiscard]] Dataset load_idx(const DataSource& source, const std::filesystem::path& folder,
                               const DataSettings& settings);

}  // namespace memtrain
