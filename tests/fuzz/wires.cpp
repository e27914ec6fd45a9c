#include <array>
#include <filesystem>

#include "sim/characterise/wire_grid.h"
#include "tests/fuzz/target.h"
#include "tests/temporary_folder.h"

// A grid of wires in CSV, in its two forms: one file of labelled rows; or four files, which stand
// in the input one after another with form feeds between them.
using namespace memtrain;

namespace {

/// Files in memory that a folder shows under the names of a grid's files.
struct Case {
  std::array<fuzz::InputFile, 4> files;
  test::Folder folder;
  std::string stem = folder / "grid";

  Case() {
    constexpr std::array<const char*, 4> names{"_params.csv", "_inputs.csv", "_cells.csv",
                                               "_iout.csv"};
    for (std::size_t i = 0; i < names.size(); ++i) {
      std::filesystem::create_symlink(files[i].path(), stem + names[i]);
    }
  }
};

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fuzz::InputFile file;
  static const Case four;
  std::string_view input = fuzz::text_of(data, size);
  if (input.find('\f') == std::string_view::npos) {
    const std::string path = file.holding(input);
    fuzz::read_or_refuse([&] { (void)read_wire_grid(path); });
    return 0;
  }
  for (const fuzz::InputFile& each : four.files) {
    const std::size_t end = std::min(input.find('\f'), input.size());
    (void)each.holding(input.substr(0, end));
    input.remove_prefix(std::min(end + 1, input.size()));
  }
  fuzz::read_or_refuse([&] { (void)read_wire_grid(four.stem + "_params.csv"); });
  return 0;
}
