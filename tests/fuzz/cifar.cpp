#include <array>
#include <filesystem>

#include "sim/data/cifar.h"
#include "tests/fuzz/target.h"

// A batch of one record as CIFAR-10 and as CIFAR-100 write it, plain and gzip.
using namespace memtrain;

namespace {

/// A folder with one file, which is in memory.
struct Place {
  fuzz::InputFile batch;
  std::string folder = "/tmp/memtrain-fuzz-XXXXXX";

  Place() {
    fuzz::require(mkdtemp(folder.data()) != nullptr, "no folder");
    std::filesystem::create_symlink(batch.path(), folder + "/batch");
  }
  ~Place() { std::filesystem::remove_all(folder); }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
};

void load(const Place& place, const CifarFormat& format) {
  const std::uintmax_t bytes = format.labels + 3072;
  const std::array<DataFile, 2> files{{{"batch", bytes}, {"batch", bytes}}};
  const DataSource source{.name = "cifar", .files = files};
  fuzz::read_or_refuse([&] { (void)load_cifar(source, place.folder, {}, format); });
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Place place;
  (void)place.batch.holding(fuzz::text_of(data, size));
  load(place, {.labels = 1, .used = 0, .classes = 10});
  load(place, {.labels = 2, .used = 1, .classes = 100});
  return 0;
}
