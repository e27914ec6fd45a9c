#include <array>

#include "sim/data/idx.h"

namespace memtrain {
namespace {

constexpr std::array<DataFile, 4> files{{
    {"train-images-idx3-ubyte", 47040016, 0xb4f29f28U},
    {"train-labels-idx1-ubyte", 60008, 0x741a4657U},
    {"t10k-images-idx3-ubyte", 7840016, 0x678fe0b1U},
    {"t10k-labels-idx1-ubyte", 10008, 0x80142c1fU},
}};
constexpr std::array<std::string_view, 1> system_folders{"/usr/share/datasets/fashion-mnist"};

}  // namespace

extern const DataSource fashion_mnist_source{
    "fashion-mnist",
    "60000 + 10000 grey images of clothes, 28 x 28, 10 classes (Zalando, MIT licence)",
    "get it with: sudo apt install dataset-fashion-mnist",
    system_folders,
    files,
    load_idx,
    "",
    Origin::images,
    Question::label,
    {28, 28, 1, 10, 60000}};

}  // namespace memtrain
