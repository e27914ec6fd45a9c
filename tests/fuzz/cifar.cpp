#include <array>
#include <filesystem>

#include "sim/data/cifar.h"
#include "tests/fuzz/target.h"
#include "tests/temporary_folder.h"

// A batch of one record as CIFAR-10 and as CIFAR-100 write it, plain and gzip.
using namespace memtrain;

namespace {

/// A folder with one file, which is in memory.
struct Place {
  fuzz::InputFile batch;
  test::Folder folder;

  Place() { std::filesystem::create_symlink(batch.path(), folder / "batch"); }
};

void load(const Place& place, const CifarFormat& format) {
  const std::uintmax_t bytes = format.labels + 3072;
  const std::array<DataFile, 2> files{{{"batch", bytes}, {"batch", bytes}}};
  const DataSource source{.name = "cifar", .files = files};
  fuzz::read_or_refuse([&] { (void)load_cifar(source, place.folder.path, {}, format); });
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Place place;
  (void)place.batch.holding(fuzz::text_of(data, size));
  load(place, {.labels = 1, .used = 0, .classes = 10});
  load(place, {.labels = 2, .used = 1, .classes = 100});
  return 0;
}
