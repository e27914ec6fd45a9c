#include "sim/data/series.h"

#include "tests/fuzz/target.h"

// A time series in CSV, cut into windows and normalised.
using namespace memtrain;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fuzz::InputFile file;
  static const DataSource& source = find_source("csv");
  const std::string path = file.holding(fuzz::text_of(data, size));
  for (const char* how : {"standard", "signed"}) {
    DataSettings settings{.name = "csv", .normalise = how};
    settings.series = {.file = path, .window = 2, .horizon = 2, .predict = "all"};
    fuzz::read_or_refuse([&] {
      const Dataset loaded = source.load(source, path, settings);
      fuzz::require(loaded.train.inputs.allFinite() && loaded.test.inputs.allFinite(),
                    "a sample is not finite");
    });
  }
  return 0;
}
