#include "sim/data/idx.h"

#include <fmt/format.h>

#include "sim/base/refuse_file.h"

namespace memtrain {
namespace {

constexpr std::uint32_t images_magic = 0x00000803;
constexpr std::uint32_t labels_magic = 0x00000801;
constexpr Index classes = 10;
constexpr std::uintmax_t most_bytes = 1U << 30U;  // of a file: twenty times MNIST

using Bytes = std::vector<std::uint8_t>;

std::uint32_t big_endian(const Bytes& bytes, std::size_t at) {
  return (static_cast<std::uint32_t>(bytes[at]) << 24U) |
         (static_cast<std::uint32_t>(bytes[at + 1]) << 16U) |
         (static_cast<std::uint32_t>(bytes[at + 2]) << 8U) | bytes[at + 3];
}

/// Checks magic number and sizes; returns the sizes.
std::vector<std::uint32_t> read_header(const Bytes& bytes, std::uint32_t magic,
                                       const std::filesystem::path& file) {
  const std::size_t dimensions = magic & 0xFFU;
  const std::size_t header = 4 + 4 * dimensions;
  if (bytes.size() < header)
    refuse_file(file, fmt::format("is too short for an IDX header ({} bytes)", bytes.size()));
  if (const std::uint32_t found = big_endian(bytes, 0); found != magic) {
    refuse_file(file,
                fmt::format("is not an IDX file of {} (magic number 0x{:08x}, expected 0x{:08x})",
                            magic == images_magic ? "images" : "labels", found, magic));
  }
  std::vector<std::uint32_t> sizes;
  double expected = 1;  // as a double: absurd sizes must not overflow
  for (std::size_t d = 0; d < dimensions; ++d) {
    sizes.push_back(big_endian(bytes, 4 + 4 * d));
    expected *= sizes.back();
  }
  if (expected == 0)
    refuse_file(file, fmt::format("holds no samples (sizes {})", fmt::join(sizes, " x ")));
  if (expected != static_cast<double>(bytes.size() - header)) {
    refuse_file(file,
                fmt::format("its header says {:.0f} bytes of data, but it holds {} (sizes {})",
                            expected, bytes.size() - header, fmt::join(sizes, " x ")));
  }
  return sizes;
}

/// Samples with the size of their images.
struct LoadedImages {
  Samples samples;
  Index rows, columns;
};

LoadedImages load_images(const std::filesystem::path& images_file,
                         const std::filesystem::path& labels_file, int limit,
                         std::string_view limit_key) {
  const Bytes images = read_maybe_gzip(images_file, most_bytes);
  const auto sizes = read_header(images, images_magic, images_file);
  const Bytes labels = read_maybe_gzip(labels_file, most_bytes);
  const auto count = read_header(labels, labels_magic, labels_file)[0];
  if (count != sizes[0]) {
    refuse_file(labels_file, fmt::format("holds {} labels, but {} holds {} images", count,
                                         images_file.filename().string(), sizes[0]));
  }
  if (limit > static_cast<std::int64_t>(count)) {
    throw Error(Failure::usage,
                fmt::format("{}: {} is out of range [0, {}]", limit_key, limit, count));
  }
  const auto used = static_cast<Index>(limit > 0 ? static_cast<std::uint32_t>(limit) : count);
  const Index features = static_cast<Index>(sizes[1]) * static_cast<Index>(sizes[2]);
  Samples samples;
  samples.labels.assign(labels.begin() + 8, labels.begin() + 8 + used);
  for (std::size_t i = 0; i < samples.labels.size(); ++i) {
    if (samples.labels[i] >= classes) {
      refuse_file(labels_file, fmt::format("label {} of sample {} is out of range [0, {}]",
                                           samples.labels[i], i, classes - 1));
    }
  }
  using Pixels = Eigen::Matrix<std::uint8_t, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  samples.inputs =
      Eigen::Map<const Pixels>(images.data() + 16, used, features).cast<float>() / 255.0F;
  return {std::move(samples), static_cast<Index>(sizes[1]), static_cast<Index>(sizes[2])};
}

}  // namespace

Dataset load_idx(const DataSource& source, const std::filesystem::path& folder,
                 const DataSettings& settings) {
  const auto file = [&](std::size_t i) { return plain_or_gzip(folder, source.files[i].name); };
  Dataset data{.name = std::string(source.name), .target = {.classes = classes}};
  LoadedImages train = load_images(file(0), file(1), settings.train_limit, "data.train_limit");
  data.train = std::move(train.samples);
  data.rows = train.rows;
  data.columns = train.columns;
  LoadedImages test = load_images(file(2), file(3), settings.test_limit, "data.test_limit");
  data.test = std::move(test.samples);
  data.features = data.train.inputs.cols();
  // the sides and not only the number of pixels: an image may be cropped
  if (test.rows != data.rows || test.columns != data.columns) {
    refuse_file(file(2),
                fmt::format("its images have {} x {} pixels, those of {} have {} x {}", test.rows,
                            test.columns, file(0).filename().string(), data.rows, data.columns));
  }
  return data;
}

}  // namespace memtrain
