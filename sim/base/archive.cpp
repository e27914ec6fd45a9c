#include "sim/base/archive.h"

#include <cstring>

namespace memtrain {

void SavingArchive::bytes(void* data, std::size_t size) {
  const auto* first = static_cast<const char*>(data);
  saved_.insert(saved_.end(), first, first + size);
}

void RestoringArchive::bytes(void* data, std::size_t size) {
  if (size > left_.size()) throw ArchiveMismatch("it ends too early");
  if (size > 0) std::memcpy(data, left_.data(), size);
  left_ = left_.subspan(size);
}

void RestoringArchive::check_count(Index count, std::size_t size) const {
  if (count < 0 || (size > 0 && static_cast<std::size_t>(count) > left_.size() / size)) {
    throw ArchiveMismatch("it ends too early");
  }
}

void RestoringArchive::finish() const {
  if (!left_.empty()) throw ArchiveMismatch("there is more of it than is known");
}

}  // namespace memtrain
