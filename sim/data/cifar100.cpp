#include <array>

#include "sim/data/cifar.h"

namespace memtrain {
namespace {

// a record has two labels: one of 20 superclasses and one of 100 classes
constexpr std::uintmax_t record = 2 + 3072;
// the checksum of the archive is known (below), those of its files are not
constexpr std::array<DataFile, 2> files{{
    {"train.bin", 50000 * record},
    {"test.bin", 10000 * record},
}};
constexpr std::array<std::string_view, 1> system_folders{"/usr/share/datasets/cifar100"};

Dataset load(const DataSource& source, const std::filesystem::path& folder,
             const DataSettings& settings) {
  return load_cifar(source, folder, settings, {.labels = 2, .used = 1, .classes = 100});
}

}  // namespace

extern const DataSource cifar100_source{
    "cifar100",
    "50000 + 10000 colour images of things and beings, 32 x 32 x 3, 100 classes (Krizhevsky 2009)",
    "unpack the binary version, cifar-100-binary.tar.gz (161 MB, md5 "
    "03b5dce01913d631647c71ecec9e9cb8), from https://www.cs.toronto.edu/~kriz/cifar.html "
    "(University of Toronto) and name the folder by --data-dir, data.path or MEMTRAIN_DATA",
    system_folders,
    files,
    load,
    "cifar-100-binary",
    Origin::images,
    Question::label,
    {32, 32, 3, 100, 50000}};

}  // namespace memtrain
