#include <algorithm>
#include <cmath>

#include "devices/update/measured_table.h"
#include "tests/fuzz/target.h"

// The table of measured steps that the device model `measured` is made of.
using namespace memtrain;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fuzz::InputFile file;
  const std::string path = file.holding(fuzz::text_of(data, size));
  fuzz::read_or_refuse([&] {
    const MeasuredTable table = read_measured(path);
    fuzz::require(table.quantiles.size() == static_cast<std::size_t>(table.devices) * table.size,
                  "a table of another size than it says");
    fuzz::require(std::all_of(table.quantiles.begin(), table.quantiles.end(),
                              [](float change) { return std::isfinite(change); }),
                  "a change is not finite");
  });
  return 0;
}
