#include <filesystem>

#include "sim/data/idx.h"
#include "tests/fuzz/target.h"
#include "tests/temporary_folder.h"

// IDX images and labels, plain and gzip. The input is read as images beside labels that fit, and as
// labels beside images that fit.
using namespace memtrain;

namespace {

constexpr std::array<DataFile, 4> files{
    {{"images", 1U << 16U}, {"labels", 1U << 16U}, {"images", 1U << 16U}, {"labels", 1U << 16U}}};

/// A folder with a file of images and one of labels, both in memory.
struct Place {
  fuzz::InputFile images, labels;
  test::Folder folder;

  Place() {
    std::filesystem::create_symlink(images.path(), folder / "images");
    std::filesystem::create_symlink(labels.path(), folder / "labels");
  }
};

std::string big_endian(std::uint32_t number) {
  std::string out;
  for (const unsigned shift : {24U, 16U, 8U, 0U}) out += static_cast<char>(number >> shift & 0xFFU);
  return out;
}

/// How many samples a header speaks of, where it is a number that a partner can be made for.
std::uint32_t count_in(std::string_view input) {
  if (input.size() < 8 || input[4] != 0 || input[5] != 0) return 1;
  return static_cast<std::uint32_t>(static_cast<std::uint8_t>(input[6]) << 8U |
                                    static_cast<std::uint8_t>(input[7]));
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Place place;
  const DataSource source{.name = "idx", .files = files};
  const std::string_view input = fuzz::text_of(data, size);
  const std::uint32_t count = count_in(input);
  const auto load = [&] {
    fuzz::read_or_refuse([&] {
      const Dataset loaded = load_idx(source, place.folder.path, {});
      fuzz::require(loaded.train.labels.size() == static_cast<std::size_t>(loaded.train.size()),
                    "another number of labels than of images");
    });
  };
  (void)place.images.holding(input);
  (void)place.labels.holding(big_endian(0x801) + big_endian(count) + std::string(count, '\1'));
  load();
  (void)place.labels.holding(input);
  (void)place.images.holding(big_endian(0x803) + big_endian(count) + big_endian(1) + big_endian(1) +
                             std::string(count, '\1'));
  load();
  return 0;
}
