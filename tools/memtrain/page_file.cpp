#include "tools/memtrain/page_file.h"

#include <filesystem>
#include <fstream>

#include "sim/base/atomic_file.h"
#include "sim/base/error.h"

namespace memtrain {

void require_page_place(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return;
  if (!std::filesystem::is_regular_file(path, ignored)) {
    throw Error(Failure::usage, path + ": is no file (choose another)");
  }
  std::ifstream file(path, std::ios::binary);
  std::string beginning(Page::beginning.size(), '\0');
  file.read(beginning.data(), static_cast<std::streamsize>(beginning.size()));
  if (file.gcount() > 0 && beginning != Page::beginning) {
    throw Error(Failure::usage, path + ": is there and is no page (choose another file)");
  }
}

void write_page(const Page& page, const std::string& path) {
  require_page_place(path);
  replace_file(path, page.html());
}

}  // namespace memtrain
