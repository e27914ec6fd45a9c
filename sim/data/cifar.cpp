#include "sim/data/cifar.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/base/refuse_file.h"

namespace memtrain {
namespace {

constexpr Index side = 32;
constexpr Index pixels = side * side;
constexpr Index channels = 3;
constexpr Index features = pixels * channels;

using Bytes = std::vector<std::uint8_t>;

std::size_t record_bytes(const CifarFormat& format) { return format.labels + features; }

std::size_t record_count(const DataFile& file, const CifarFormat& format) {
  return file.bytes / record_bytes(format);
}

/// The contents of a file, which has the size that it must have.
Bytes read_records(const std::filesystem::path& path, const DataFile& file,
                   const CifarFormat& format) {
  Bytes contents = read_maybe_gzip(path, file.bytes);
  if (contents.size() != file.bytes) {
    refuse_file(
        path,
        fmt::format(
            "holds {} bytes, expected {} ({} records of {}){}", contents.size(), file.bytes,
            record_count(file, format), record_bytes(format),
            contents.size() % record_bytes(format) == 0 ? "" : "; its last record is incomplete"));
  }
  return contents;
}

/// Appends the first `count` records of the contents of `path` to samples that have room for them.
void append_records(const Bytes& contents, std::size_t count, const CifarFormat& format,
                    const std::filesystem::path& path, Samples& samples) {
  using Planes = Eigen::Matrix<std::uint8_t, channels, pixels, Eigen::RowMajor>;
  using Pixels = Eigen::Matrix<float, pixels, channels, Eigen::RowMajor>;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint8_t* record = contents.data() + i * record_bytes(format);
    const std::uint8_t label = record[format.used];
    if (label >= format.classes) {
      refuse_file(path, fmt::format("label {} of record {} is out of range [0, {}]", label, i,
                                    format.classes - 1));
    }
    const auto row = static_cast<Index>(samples.labels.size());
    samples.labels.push_back(label);
    Eigen::Map<Pixels>(samples.inputs.row(row).data()) =
        Eigen::Map<const Planes>(record + format.labels).cast<float>().transpose() / 255.0F;
  }
}

/// The samples of some files, the first `limit` of them if it is not 0.
Samples load_samples(std::span<const DataFile> files, const std::filesystem::path& folder,
                     const CifarFormat& format, int limit, std::string_view limit_key) {
  std::size_t count = 0;
  for (const DataFile& file : files) count += record_count(file, format);
  const auto wanted = static_cast<std::size_t>(limit);
  if (wanted > count) {
    throw Error(Failure::usage,
                fmt::format("{}: {} is out of range [0, {}]", limit_key, limit, count));
  }
  const std::size_t used = limit > 0 ? wanted : count;
  Samples samples;
  samples.inputs.resize(static_cast<Index>(used), features);
  for (const DataFile& file : files) {
    const std::size_t left = used - samples.labels.size();
    if (left == 0) break;
    const std::filesystem::path path = plain_or_gzip(folder, file.name);
    append_records(read_records(path, file, format), std::min(left, record_count(file, format)),
                   format, path, samples);
  }
  return samples;
}

}  // namespace

Dataset load_cifar(const DataSource& source, const std::filesystem::path& folder,
                   const DataSettings& settings, const CifarFormat& format) {
  Dataset data{.name = std::string(source.name),
               .features = features,
               .target = {.classes = format.classes},
               .rows = side,
               .columns = side,
               .channels = channels};
  const auto files = source.files;
  data.train = load_samples(files.first(files.size() - 1), folder, format, settings.train_limit,
                            "data.train_limit");
  data.test = load_samples(files.last(1), folder, format, settings.test_limit, "data.test_limit");
  return data;
}

}  // namespace memtrain
