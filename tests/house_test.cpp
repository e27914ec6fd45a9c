#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <regex>

namespace fs = std::filesystem;

namespace {

/// The floors of the house, lowest first.
const std::vector<std::string> floors{"sim/base", "devices", "models", "sim", "tools"};

std::size_t floor_of(const std::string& path) {
  for (std::size_t floor = 0; floor < floors.size(); ++floor) {
    if (path.starts_with(floors[floor] + "/")) return floor;
  }
  return floors.size();
}

}  // namespace

TEST_CASE("files include only what is on their own floor or below", "[house]") {
  const fs::path root = MEMTRAIN_SOURCE_DIR;
  const std::regex include("^#include \"([^\"]+)\"");
  int seen = 0;
  for (const char* folder : {"sim", "devices", "models", "tools"}) {
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
      if (entry.path().extension() != ".h" && entry.path().extension() != ".cpp") continue;
      const std::string name = fs::relative(entry.path(), root).string();
      std::ifstream file(entry.path());
      for (std::string line; std::getline(file, line);) {
        std::smatch found;
        if (!std::regex_search(line, found, include)) continue;
        ++seen;
        INFO(name << " includes " << found[1] << ", which lies on a higher floor");
        CHECK(floor_of(found[1]) <= floor_of(name));
      }
    }
  }
  CHECK(seen > 100);
}
