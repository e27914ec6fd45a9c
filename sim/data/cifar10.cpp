#include <array>

#include "sim/data/cifar.h"

namespace memtrain {
namespace {

constexpr std::uintmax_t bytes = std::uintmax_t{10000} * (1 + 3072);
// the checksum of the archive is known (below), those of its files are not
constexpr std::array<DataFile, 6> files{{
    {"data_batch_1.bin", bytes},
    {"data_batch_2.bin", bytes},
    {"data_batch_3.bin", bytes},
    {"data_batch_4.bin", bytes},
    {"data_batch_5.bin", bytes},
    {"test_batch.bin", bytes},
}};
constexpr std::array<std::string_view, 1> system_folders{"/usr/share/datasets/cifar10"};

Dataset load(const DataSource& source, const std::filesystem::path& folder,
             const DataSettings& settings) {
  return load_cifar(source, folder, settings, {.labels = 1, .used = 0, .classes = 10});
}

}  // namespace

extern const DataSource cifar10_source{
    "cifar10",
    "50000 + 10000 colour images of animals and vehicles, 32 x 32 x 3, 10 classes (Krizhevsky "
    "2009)",
    "unpack the binary version, cifar-10-binary.tar.gz (162 MB, md5 "
    "c32a1d4ab5d03f1284b67883e8d87530), from https://www.cs.toronto.edu/~kriz/cifar.html "
    "(University of Toronto) and name the folder by --data-dir, data.path or MEMTRAIN_DATA",
    system_folders,
    files,
    load,
    "cifar-10-batches-bin",
    Origin::images,
    Question::label,
    {32, 32, 3, 10, 50000}};

}  // namespace memtrain
