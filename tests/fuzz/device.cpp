#include "sim/scenario/device_file.h"

#include "tests/fuzz/settings_mutator.h"

// A device file, complete with its checks, and the same bytes as a processor.
using namespace memtrain;

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t most, unsigned seed) {
  return fuzz::mutate_settings(data, size, most, seed, "device.");
}

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fuzz::InputFile file;
  const std::string path = file.holding(fuzz::text_of(data, size));
  fuzz::read_or_refuse([&] { (void)read_device(path, {}); });
  fuzz::read_or_refuse([&] { (void)find_processor(path, ""); });
  return 0;
}
