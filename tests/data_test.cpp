#include <zlib.h>

#include <catch2/catch.hpp>
#include <cstdlib>

#include "tests/data_fixture.h"

using namespace memtrain;
using namespace memtrain::test;

namespace {

std::string word(std::uint32_t value) {
  return {static_cast<char>(value >> 24U), static_cast<char>(value >> 16U),
          static_cast<char>(value >> 8U), static_cast<char>(value)};
}

/// Pixel p of image i is (i + p) · 10.
std::string images(std::uint32_t count, std::uint32_t rows = 2, std::uint32_t columns = 2) {
  std::string out = word(0x803) + word(count) + word(rows) + word(columns);
  for (std::uint32_t i = 0; i < count; ++i) {
    for (std::uint32_t p = 0; p < rows * columns; ++p) out += static_cast<char>((i + p) * 10);
  }
  return out;
}

std::string labels(std::uint32_t count) {
  std::string out = word(0x801) + word(count);
  for (std::uint32_t i = 0; i < count; ++i) out += static_cast<char>(i % 10);
  return out;
}

void write_gzip(const fs::path& file, const std::string& contents) {
  gzFile handle = gzopen(file.c_str(), "wb");
  gzwrite(handle, contents.data(), static_cast<unsigned>(contents.size()));
  gzclose(handle);
}

void write_set(const fs::path& folder) {
  write(folder / "train-images-idx3-ubyte", images(12));
  write(folder / "train-labels-idx1-ubyte", labels(12));
  write_gzip(folder / "t10k-images-idx3-ubyte.gz", images(5));
  write_gzip(folder / "t10k-labels-idx1-ubyte.gz", labels(5));
}

using Catch::Matchers::Contains;

}  // namespace

TEST_CASE("IDX files load plain and gzipped, pixels from 0 to 1", "[data]") {
  const Folder folder;
  write_set(folder.path);
  const Dataset data = load_dataset({.name = "mnist"}, folder.path);
  CHECK(data.train.size() == 12);
  CHECK(data.test.size() == 5);
  CHECK(data.features == 4);
  CHECK(data.target.classes == 10);
  CHECK(data.train.inputs(3, 2) == Approx(50.0 / 255));
  CHECK(data.test.labels[4] == 4);
}

TEST_CASE("limits take the first samples and a limit beyond the data is refused", "[data]") {
  const Folder folder;
  write_set(folder.path);
  const Dataset data =
      load_dataset({.name = "mnist", .train_limit = 3, .test_limit = 2}, folder.path);
  CHECK(data.train.size() == 3);
  CHECK(data.test.size() == 2);
  CHECK(load_refusal(folder.path, {.name = "mnist", .train_limit = 13}) ==
        "2 data.train_limit: 13 is out of range [0, 12]");
}

TEST_CASE("validation takes the last training samples, and leaves one at least", "[data]") {
  const Folder folder;
  write_set(folder.path);
  const Dataset whole = load_dataset({.name = "mnist", .train_limit = 10}, folder.path);
  const Dataset parted =
      load_dataset({.name = "mnist", .train_limit = 10, .validation = 4}, folder.path);
  CHECK(whole.validation.size() == 0);
  CHECK(parted.train.inputs == whole.train.inputs.topRows(6));
  CHECK(parted.validation.inputs == whole.train.inputs.bottomRows(4));
  CHECK(parted.train.labels.size() == 6);
  CHECK(parted.validation.labels ==
        std::vector<std::uint8_t>(whole.train.labels.begin() + 6, whole.train.labels.end()));
  CHECK(
      load_refusal(folder.path, {.name = "mnist", .validation = 12}) ==
      "2 data.validation: 12 is out of range [0, 11] (the training samples of 'mnist', less one)");
}

TEST_CASE("normalisation is by the training pixels", "[data]") {
  const Folder folder;
  write_set(folder.path);
  CHECK(load_dataset({.name = "mnist", .normalise = "signed"}, folder.path).train.inputs(0, 0) ==
        Approx(-1.0));
  // one image of pixels 0, 10, 20, 30: mean 15, s.d. sqrt(125)
  const Dataset data =
      load_dataset({.name = "mnist", .train_limit = 1, .normalise = "standard"}, folder.path);
  CHECK(data.train.inputs(0, 0) == Approx(-15 / std::sqrt(125.0)));
  CHECK(data.test.inputs(1, 3) == Approx((40 - 15) / std::sqrt(125.0)));
  // grey images have one channel
  const Dataset channel =
      load_dataset({.name = "mnist", .train_limit = 1, .normalise = "channel"}, folder.path);
  CHECK(channel.train.inputs == data.train.inputs);
  CHECK(channel.test.inputs == data.test.inputs);
}

TEST_CASE("a crop cuts pixels from every side of training and test images", "[data]") {
  const Folder folder;
  write_set(folder.path);
  write(folder.path / "train-images-idx3-ubyte", images(12, 3, 4));
  write_gzip(folder.path / "t10k-images-idx3-ubyte.gz", images(5, 3, 4));
  const Dataset whole = load_dataset({.name = "mnist"}, folder.path);
  CHECK(whole.rows == 3);
  CHECK(whole.columns == 4);
  const Dataset data = load_dataset({.name = "mnist", .crop = 1}, folder.path);
  CHECK(data.rows == 1);
  CHECK(data.columns == 2);
  CHECK(data.features == 2);
  // row 1, columns 1 and 2: pixels 5 and 6
  CHECK(data.train.inputs == whole.train.inputs.middleCols(5, 2));
  CHECK(data.test.inputs == whole.test.inputs.middleCols(5, 2));
  CHECK(data.train.inputs(3, 1) == Approx(90.0 / 255));
  CHECK(load_refusal(folder.path, {.name = "mnist", .crop = 2}) ==
        "2 data.crop: 2 is out of range [0, 1] for images of 3 x 4 pixels ('mnist')");
}

TEST_CASE("a pixel becomes 1 above the binarise threshold and 0 at it, before normalisation",
          "[data]") {
  const Folder folder;
  write_set(folder.path);
  const float threshold = 20.0F / 255.0F;  // pixel 2 of image 0 exactly
  const Dataset data = load_dataset({.name = "mnist", .binarise = threshold}, folder.path);
  CHECK(data.train.inputs.row(0) == Eigen::RowVector4f(0, 0, 0, 1));
  CHECK(data.train.inputs.row(1) == Eigen::RowVector4f(0, 0, 1, 1));
  CHECK(data.test.inputs.row(2) == Eigen::RowVector4f(0, 1, 1, 1));
  CHECK(load_dataset({.name = "mnist", .binarise = threshold, .normalise = "signed"}, folder.path)
            .train.inputs.row(1) == Eigen::RowVector4f(-1, -1, 1, 1));
  // one image of pixels 0, 0, 0, 1: mean 1/4, s.d. sqrt(3)/4
  const Dataset standard = load_dataset(
      {.name = "mnist", .train_limit = 1, .binarise = threshold, .normalise = "standard"},
      folder.path);
  CHECK(standard.train.inputs(0, 3) == Approx(std::sqrt(3.0)));
}

TEST_CASE("a damaged file is refused with its name and what is wrong", "[data]") {
  const Folder folder;
  write_set(folder.path);
  const fs::path file = folder.path / "train-images-idx3-ubyte";
  SECTION("wrong magic number") {
    std::string bytes = images(12);
    bytes[3] = 1;
    write(file, bytes);
    CHECK_THAT(
        load_refusal(folder.path),
        Contains("3 " + file.string()) && Contains("magic number 0x00000801, expected 0x00000803"));
  }
  SECTION("too short for its header") {
    write(file, images(12).substr(0, 9));
    CHECK_THAT(load_refusal(folder.path), Contains("too short for an IDX header (9 bytes)"));
  }
  SECTION("sizes that do not fit: short, long, absurd") {
    write(file, images(12).substr(0, 60));
    CHECK_THAT(load_refusal(folder.path), Contains("says 48 bytes of data, but it holds 44"));
    write(file, images(12) + "x");
    CHECK_THAT(load_refusal(folder.path), Contains("says 48 bytes of data, but it holds 49"));
    write(file, word(0x803) + word(0xFFFFFFFF) + word(0xFFFFFFFF) + word(0xFFFFFFFF));
    CHECK_THAT(load_refusal(folder.path), Contains("but it holds 0"));
  }
  SECTION("unequal numbers of images and labels") {
    write(folder.path / "train-labels-idx1-ubyte", labels(11));
    CHECK_THAT(load_refusal(folder.path),
               Contains("holds 11 labels, but train-images-idx3-ubyte holds 12 images"));
  }
  SECTION("test images of another shape, though of as many pixels") {
    write_gzip(folder.path / "t10k-images-idx3-ubyte.gz", images(5, 1, 4));
    CHECK_THAT(
        load_refusal(folder.path),
        Contains("its images have 1 x 4 pixels, those of train-images-idx3-ubyte have 2 x 2"));
  }
  SECTION("a label beyond the classes") {
    std::string bytes = labels(12);
    bytes[8 + 4] = 10;
    write(folder.path / "train-labels-idx1-ubyte", bytes);
    CHECK_THAT(load_refusal(folder.path), Contains("label 10 of sample 4 is out of range [0, 9]"));
  }
  SECTION("a truncated gzip") {
    const fs::path gzip = folder.path / "t10k-images-idx3-ubyte.gz";
    fs::resize_file(gzip, fs::file_size(gzip) - 12);
    CHECK_THAT(load_refusal(folder.path), Contains("3 " + gzip.string()) && Contains("truncated"));
  }
  SECTION("a gzip with flipped bytes") {
    const fs::path gzip = folder.path / "t10k-images-idx3-ubyte.gz";
    std::fstream bytes(gzip, std::ios::in | std::ios::out | std::ios::binary);
    bytes.seekp(static_cast<std::streamoff>(fs::file_size(gzip)) - 6);
    bytes.write("\x55\xAA", 2);
    bytes.close();
    CHECK_THAT(load_refusal(folder.path), Contains("damaged"));
  }
}

TEST_CASE("missing data tells where it was looked for and how to get it", "[data]") {
  const Folder folder;
  CHECK_THAT(load_refusal(folder.path), Contains("3 data set 'mnist' was not found") &&
                                            Contains(folder.path.string()) &&
                                            Contains("MEMTRAIN_DATA"));
  write_set(folder.path);
  fs::remove(folder.path / "train-labels-idx1-ubyte");
  CHECK_THAT(load_refusal(folder.path),
             Contains("holds only a part of mnist (missing: train-labels-idx1-ubyte)"));
}

TEST_CASE(
    "a folder that holds another data set under the same file names is not taken for this one",
    "[data]") {
  const fs::path fashion = "/usr/share/datasets/fashion-mnist";
  CHECK(load_refusal(fashion, {.name = "mnist"}) ==
        "3 /usr/share/datasets/fashion-mnist: holds fashion-mnist, not mnist (give the folder of "
        "mnist)");
  setenv("MEMTRAIN_DATA", fashion.c_str(), 1);
  CHECK_THAT(load_refusal({}, {.name = "mnist"}),
             Contains("/usr/share/datasets/fashion-mnist (which holds fashion-mnist)"));
  unsetenv("MEMTRAIN_DATA");
}

TEST_CASE(
    "data is looked for in --data-dir, then in data.path or MEMTRAIN_DATA and the system's folders",
    "[data]") {
  setenv("MEMTRAIN_DATA", "/c:/d", 1);
  const auto folders = search_folders(find_source("fashion-mnist"), "/a", {});
  const auto named = search_folders(find_source("fashion-mnist"), "/a", "/b");
  unsetenv("MEMTRAIN_DATA");
  const std::vector<fs::path> given{"/a/fashion-mnist", "/a", "/b/fashion-mnist", "/b"};
  CHECK(named == given);
  const std::vector<fs::path> expected{"/a/fashion-mnist",
                                       "/a",
                                       "/c/fashion-mnist",
                                       "/c",
                                       "/d/fashion-mnist",
                                       "/d",
                                       "/usr/share/datasets/fashion-mnist"};
  CHECK(folders == expected);
}

TEST_CASE("a folder that was named and does not have the data is not passed over", "[data]") {
  CHECK(load_refusal("/nowhere", {}) == "3 --data-dir: there is no folder /nowhere");
  CHECK_THAT(load_refusal({}, {.path = "/nowhere"}),
             Catch::Matchers::StartsWith("3 data set 'fashion-mnist' was not found (looked in "
                                         "/nowhere/fashion-mnist, /nowhere);"));
  const Dataset found = load_dataset({.train_limit = 1, .test_limit = 1}, {});
  CHECK(found.place == "/usr/share/datasets/fashion-mnist");
}

TEST_CASE("Debian's Fashion-MNIST is complete and has its checksums", "[data]") {
  const DataSource& source = find_source("fashion-mnist");
  const fs::path folder = locate(source, {}, {});
  for (const DataFile& file : source.files) CHECK(check_file(folder, file).empty());
  const Dataset data = load_dataset({}, {});
  CHECK(data.train.size() == 60000);
  CHECK(data.test.size() == 10000);
  CHECK(data.features == 784);
  CHECK(load_dataset({.train_limit = 1, .test_limit = 1, .crop = 4}, {}).features == 400);
}

TEST_CASE("a blank data set has the shape of the real one, whatever is done to it", "[data]") {
  for (const std::vector<std::string>& set :
       {std::vector<std::string>{"data.name=mnist", "data.crop=4"},
        {"data.name=cifar10", "data.sequence=rows", "data.normalise=channel"},
        {"data.name=mnist", "data.reconstruct=true"}}) {
    DataSettings settings;
    settings.name = set[0].substr(10);
    settings.crop = set[1] == "data.crop=4" ? 4 : 0;
    settings.sequence = set[1] == "data.sequence=rows" ? "rows" : "none";
    settings.reconstruct = set[1] == "data.reconstruct=true";
    const BlankDataset blank = blank_dataset(settings, {});
    CHECK(blank.train_samples == (settings.name == "mnist" ? 60000 : 50000));
    CHECK(blank.data.train.inputs.rows() == 1);
    CHECK(blank.data.features == (settings.crop > 0          ? 20 * 20
                                  : settings.name == "mnist" ? 28 * 28
                                                             : 32 * 32 * 3));
    if (settings.sequence == "rows") CHECK(blank.data.rows == 32);
    if (settings.reconstruct) CHECK(blank.data.target.values == 784);
  }
}
