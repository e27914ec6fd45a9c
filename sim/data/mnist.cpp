#include <array>

#include "sim/data/idx.h"

namespace memtrain {
namespace {

constexpr std::array<DataFile, 4> files{{
    {"train-images-idx3-ubyte", 47040016, 0xe9f4d8b3U},
    {"train-labels-idx1-ubyte", 60008, 0xe0cb4ad2U},
    {"t10k-images-idx3-ubyte", 7840016, 0x91373bdfU},
    {"t10k-labels-idx1-ubyte", 10008, 0x4ab9eff9U},
}};
constexpr std::array<std::string_view, 1> system_folders{"/usr/share/datasets/mnist"};

}  // namespace

extern const DataSource mnist_source{
    "mnist",
    "60000 + 10000 grey images of handwritten digits, 28 x 28, 10 classes (LeCun et al., CC BY-SA "
    "3.0)",
    "download train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz, t10k-images-idx3-ubyte.gz "
    "and t10k-labels-idx1-ubyte.gz (11.6 MB together), each from "
    "https://ossci-datasets.s3.amazonaws.com/mnist/FILE or "
    "https://storage.googleapis.com/cvdf-datasets/mnist/FILE, and name the folder, where they may "
    "lie unpacked, by --data-dir, data.path or MEMTRAIN_DATA (`memtrain data check mnist` checks "
    "them)",
    system_folders,
    files,
    load_idx,
    "",
    Origin::images,
    Question::label,
    {28, 28, 1, 10, 60000}};

}  // namespace memtrain
