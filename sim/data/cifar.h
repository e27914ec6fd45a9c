#pragma once
#include "sim/data/dataset.h"

namespace memtrain {

/// What the binary files of a CIFAR data set consist of: records of some labels, a byte each, and
/// the 32 × 32 pixels of an image, all its red ones row by row, then the green, then the blue.
struct CifarFormat {
  std::size_t labels;  ///< of a record
  std::size_t used;    ///< which of them is the class, from 0
  Index classes;
};

/// Loads images and labels in the CIFAR binary format (Krizhevsky 2009): the last of the source's
/// files holds the test images, the others the training images, plain or gzip, as many as their
/// sizes say. Pixels become [0, 1], channels last. Training files beyond settings.train_limit are
/// not read. Errors: Failure::data for a file that has not its size, or a label beyond the classes;
/// Failure::usage for a limit beyond the data.
[[nodiscard]] Dataset load_cifar(const DataSource& source, const std::filesystem::path& folder,
                                 const DataSettings& settings, const CifarFormat& format);

}  // namespace memtrain
