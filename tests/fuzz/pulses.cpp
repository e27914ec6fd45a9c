#include <algorithm>
#include <cmath>

#include "sim/characterise/measured_curve.h"
#include "tests/fuzz/target.h"

// Measured pulses in CSV, as `memtrain fit` reads them.
using namespace memtrain;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fuzz::InputFile file;
  const std::string path = file.holding(fuzz::text_of(data, size));
  fuzz::read_or_refuse([&] {
    for (const MeasuredCurve& curve : read_measured_curves(path).devices) {
      fuzz::require(curve.weight.size() == curve.pulses.size(), "a reading without its pulses");
      fuzz::require(std::all_of(curve.weight.begin(), curve.weight.end(),
                                [](double w) { return std::isfinite(w); }),
                    "a weight is not finite");
    }
  });
  return 0;
}
