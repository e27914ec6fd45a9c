#include "sim/data/cifar.h"

#include <array>
#include <catch2/catch.hpp>
#include <cmath>

#include "tests/data_fixture.h"

using namespace memtrain;
using namespace memtrain::test;
using Catch::Matchers::Contains;

namespace {

constexpr std::size_t pixels = 3072;

/// The byte of a pixel: all differ in a pixel's neighbourhood and between channels and records.
std::uint8_t value(std::size_t record, std::size_t channel, std::size_t row, std::size_t column) {
  return static_cast<std::uint8_t>(40 * record + 70 * channel + 5 * row + column);
}

/// A record as CIFAR's files hold it: labels, then channel by channel.
std::string record(const std::vector<std::uint8_t>& labels, std::size_t number) {
  std::string out(labels.begin(), labels.end());
  for (std::size_t channel = 0; channel < 3; ++channel) {
    for (std::size_t pixel = 0; pixel < 1024; ++pixel) {
      out += static_cast<char>(value(number, channel, pixel / 32, pixel % 32));
    }
  }
  return out;
}

/// Records that begin with the labels `first`, `first + 1`, …
std::string records(std::uint8_t first, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t number = first + i;
    out += record({static_cast<std::uint8_t>(number)}, number);
  }
  return out;
}

/// A small data set in the format of CIFAR-10: 3 + 2 training records and 2 test records.
constexpr std::array<DataFile, 3> small_files{
    {{"a.bin", 3 * (1 + pixels)}, {"b.bin", 2 * (1 + pixels)}, {"c.bin", 2 * (1 + pixels)}}};

Dataset load_small(const DataSource& source, const fs::path& folder, const DataSettings& settings) {
  return load_cifar(source, folder, settings, {.labels = 1, .used = 0, .classes = 10});
}

const DataSource small{"small", "", "", {}, small_files, load_small};

void write_small(const fs::path& folder) {
  write(folder / "a.bin", records(0, 3));
  write(folder / "b.bin", records(3, 2));
  write(folder / "c.bin", records(8, 2));
}

std::string small_refusal(const fs::path& folder, const DataSettings& settings = {}) {
  return refusal_of([&] { return load_small(small, folder, settings); });
}

/// All files of a source at their full size, which begin with `contents`. What follows are zeros
/// that take no room on the disk: class 0, black.
void write_full(std::string_view name, const fs::path& folder, const std::string& contents) {
  fs::create_directories(folder);
  for (const DataFile& file : find_source(name).files) {
    write(folder / file.name, contents);
    fs::resize_file(folder / file.name, file.bytes);
  }
}

}  // namespace

TEST_CASE("CIFAR files become images pixel by pixel, channels last", "[data]") {
  const Folder folder;
  write_small(folder.path);
  const Dataset data = load_small(small, folder.path, {});
  CHECK(data.features == 3072);
  CHECK(data.rows == 32);
  CHECK(data.columns == 32);
  CHECK(data.channels == 3);
  CHECK(data.target.classes == 10);
  CHECK(data.train.labels == std::vector<std::uint8_t>{0, 1, 2, 3, 4});
  CHECK(data.test.labels == std::vector<std::uint8_t>{8, 9});
  const auto wrong = [](const Samples& samples) {
    int count = 0;
    for (std::size_t i = 0; i < samples.labels.size(); ++i) {
      for (std::size_t f = 0; f < pixels; ++f) {
        const std::uint8_t byte = value(samples.labels[i], f % 3, f / 3 / 32, f / 3 % 32);
        if (samples.inputs(static_cast<Index>(i), static_cast<Index>(f)) !=
            static_cast<float>(byte) / 255.0F) {
          ++count;
        }
      }
    }
    return count;
  };
  REQUIRE(data.train.inputs.rows() == 5);
  REQUIRE(data.test.inputs.rows() == 2);
  CHECK(wrong(data.train) == 0);
  CHECK(wrong(data.test) == 0);
}

TEST_CASE("CIFAR limits take the first records of all files, and none beyond the data", "[data]") {
  const Folder folder;
  write_small(folder.path);
  const Dataset all = load_small(small, folder.path, {});
  const Dataset four = load_small(small, folder.path, {.train_limit = 4, .test_limit = 1});
  CHECK(four.train.inputs == all.train.inputs.topRows(4));
  CHECK(four.train.labels == std::vector<std::uint8_t>{0, 1, 2, 3});
  CHECK(four.test.inputs == all.test.inputs.topRows(1));
  CHECK(load_small(small, folder.path, {.train_limit = 5}).train.size() == 5);
  CHECK(small_refusal(folder.path, {.train_limit = 6}) ==
        "2 data.train_limit: 6 is out of range [0, 5]");
  CHECK(small_refusal(folder.path, {.test_limit = 3}) ==
        "2 data.test_limit: 3 is out of range [0, 2]");
}

TEST_CASE("a damaged CIFAR file is refused with its name and what is wrong", "[data]") {
  const Folder folder;
  write_small(folder.path);
  const std::string b = "3 " + (folder.path / "b.bin").string();
  SECTION("a record is cut") {
    write(folder.path / "b.bin", records(3, 2).substr(0, 6145));
    CHECK(small_refusal(folder.path) ==
          b + ": holds 6145 bytes, expected 6146 (2 records of 3073); its last record is "
              "incomplete");
    // a limit does not make a file that is read any longer
    CHECK_THAT(small_refusal(folder.path, {.train_limit = 4}), Contains("expected 6146"));
    CHECK(small_refusal(folder.path, {.train_limit = 3}) == "loaded");
  }
  SECTION("records are missing or too many") {
    write(folder.path / "b.bin", records(3, 1));
    CHECK(small_refusal(folder.path) ==
          b + ": holds 3073 bytes, expected 6146 (2 records of 3073)");
    write(folder.path / "b.bin", records(3, 3));
    CHECK_THAT(small_refusal(folder.path), Contains("holds more than 6146 bytes"));
  }
  SECTION("a label beyond the classes") {
    write(folder.path / "b.bin", records(3, 1) + record({10}, 0));
    CHECK(small_refusal(folder.path) == b + ": label 10 of record 1 is out of range [0, 9]");
  }
  SECTION("a file is missing") {
    fs::remove(folder.path / "b.bin");
    CHECK_THAT(small_refusal(folder.path), Contains("b.bin.gz: cannot open"));
  }
}

TEST_CASE("cifar100 has the fine labels of 100 classes", "[data]") {
  const Folder folder;
  // coarse labels are not looked at
  write_full("cifar100", folder.path, record({19, 99}, 1) + record({7, 42}, 2));
  const Dataset data =
      load_dataset({.name = "cifar100", .train_limit = 3, .test_limit = 2}, folder.path);
  CHECK(data.target.classes == 100);
  CHECK(data.train.labels == std::vector<std::uint8_t>{99, 42, 0});
  CHECK(data.test.labels == std::vector<std::uint8_t>{99, 42});
  for (const std::size_t channel : {0U, 1U, 2U}) {
    CHECK(data.train.inputs(1, static_cast<Index>((9 * 32 + 20) * 3 + channel)) ==
          static_cast<float>(value(2, channel, 9, 20)) / 255.0F);
  }
  CHECK(load_refusal(folder.path, {.name = "cifar100", .train_limit = 50001}) ==
        "2 data.train_limit: 50001 is out of range [0, 50000]");
  write_full("cifar100", folder.path, record({0, 100}, 0));
  CHECK_THAT(load_refusal(folder.path, {.name = "cifar100", .train_limit = 1}),
             Contains("train.bin: label 100 of record 0 is out of range [0, 99]"));
}

TEST_CASE("cifar10 is cropped with all its channels and normalised channel by channel", "[data]") {
  const Folder folder;
  write_full("cifar10", folder.path, records(0, 10));
  DataSettings settings{.name = "cifar10", .train_limit = 8, .test_limit = 4};
  const Dataset whole = load_dataset(settings, folder.path);
  settings.crop = 15;
  const Dataset cropped = load_dataset(settings, folder.path);
  CHECK(cropped.rows == 2);
  CHECK(cropped.channels == 3);
  REQUIRE(cropped.features == 12);
  CHECK(cropped.train.inputs.leftCols(6) == whole.train.inputs.middleCols((15 * 32 + 15) * 3, 6));
  CHECK(cropped.train.inputs.rightCols(6) == whole.train.inputs.middleCols((16 * 32 + 15) * 3, 6));

  settings.crop = 0;
  settings.normalise = "channel";
  const Dataset data = load_dataset(settings, folder.path);
  using Pixels = Eigen::Map<const Batch>;
  const auto channels = [](const Batch& inputs) {
    return Eigen::MatrixXd(Pixels(inputs.data(), inputs.size() / 3, 3).cast<double>());
  };
  const Eigen::MatrixXd before = channels(whole.train.inputs);
  const Eigen::MatrixXd after = channels(data.train.inputs);
  const Eigen::MatrixXd test_before = channels(whole.test.inputs);
  const Eigen::MatrixXd test_after = channels(data.test.inputs);
  for (Index c = 0; c < 3; ++c) {
    CHECK(std::abs(after.col(c).mean()) < 1e-6);
    CHECK(after.col(c).array().square().mean() == Approx(1.0).epsilon(1e-6));
    // test images as training images, by the numbers of those
    const double mean = before.col(c).mean();
    const double deviation = std::sqrt((before.col(c).array() - mean).square().mean());
    CHECK(test_after(777, c) == Approx((test_before(777, c) - mean) / deviation).epsilon(1e-5));
  }
}

TEST_CASE("CIFAR archives are found where they were unpacked, and beside other data", "[data]") {
  const Folder folder;
  const auto folders = search_folders(find_source("cifar10"), "/a", {});
  const std::vector<fs::path> expected{"/a/cifar10",
                                       "/a/cifar10/cifar-10-batches-bin",
                                       "/a",
                                       "/a/cifar-10-batches-bin",
                                       "/usr/share/datasets/cifar10",
                                       "/usr/share/datasets/cifar10/cifar-10-batches-bin"};
  CHECK(folders == expected);

  const fs::path unpacked = folder.path / "cifar-10-batches-bin";
  write_full("cifar10", unpacked, {});
  CHECK(locate(find_source("cifar10"), folder.path, {}) == unpacked);
  fs::remove(unpacked / "test_batch.bin");
  CHECK_THAT(load_refusal(folder.path, {.name = "cifar10"}),
             Contains(unpacked.string() + " (which lacks test_batch.bin)"));

  // two data sets with other file names share a folder
  const fs::path fashion = "/usr/share/datasets/fashion-mnist";
  for (const auto& file : fs::directory_iterator(fashion)) {
    fs::create_symlink(file.path(), folder.path / file.path().filename());
  }
  write_full("cifar10", folder.path, {});
  CHECK(locate(find_source("cifar10"), folder.path, {}) == folder.path);
  CHECK(locate(find_source("fashion-mnist"), folder.path, {}) == folder.path);
}

TEST_CASE("a file without a known checksum is checked by its size", "[data]") {
  const Folder folder;
  write_small(folder.path);
  CHECK(check_file(folder.path, small_files[0]).empty());
  write(folder.path / "a.bin", records(0, 2));
  CHECK(check_file(folder.path, small_files[0]) ==
        (folder.path / "a.bin").string() + ": 6146 bytes, expected 9219");
}
