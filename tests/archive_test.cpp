#include <catch2/catch.hpp>
#include <limits>

#include "sim/base/archive.h"

using namespace memtrain;

namespace {

/// One of everything that can be saved.
struct Everything {
  int number = 0;
  double real = 0;
  Matrix lazy;                     // empty until it is needed
  Vector sized = Vector::Zero(3);  // always of this size
  std::vector<double> list;
  std::string text;
  float fixed[2] = {};

  void state(Archive& archive) {
    archive(number);
    archive(real);
    archive(lazy);
    archive(sized);
    archive(list);
    archive(text);
    archive(std::span<float>(fixed));
  }
};

std::vector<char> saved(Everything& from) {
  SavingArchive archive;
  from.state(archive);
  return archive.take();
}

Everything some() {
  Everything from{.number = -3, .real = std::numeric_limits<double>::infinity()};
  from.lazy = Matrix::Constant(2, 5, 0.5F);
  from.sized << 1, 2, 3;
  from.list = {4, 5};
  from.text = "text";
  from.fixed[1] = 7;
  return from;
}

}  // namespace

TEST_CASE("what is restored is what was saved", "[archive]") {
  Everything from = some();
  const std::vector<char> bytes = saved(from);
  Everything to;
  RestoringArchive archive(bytes);
  to.state(archive);
  archive.finish();
  CHECK(to.number == -3);
  CHECK(to.real == from.real);
  CHECK(to.lazy == from.lazy);
  CHECK(to.sized == from.sized);
  CHECK(to.list == from.list);
  CHECK(to.text == "text");
  CHECK(to.fixed[1] == 7);
  CHECK(saved(to) == bytes);
}

TEST_CASE("an archive that is cut anywhere is refused", "[archive]") {
  Everything from = some();
  const std::vector<char> bytes = saved(from);
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    Everything to;
    const std::span<const char> all = bytes;
    RestoringArchive archive(all.first(length));
    CHECK_THROWS_AS(to.state(archive), ArchiveMismatch);
  }
}

TEST_CASE("an archive with something left over is refused", "[archive]") {
  Everything from = some(), to;
  std::vector<char> bytes = saved(from);
  bytes.push_back('x');
  RestoringArchive archive(bytes);
  to.state(archive);
  CHECK_THROWS_AS(archive.finish(), ArchiveMismatch);
}

TEST_CASE("a matrix that has a size is not restored with another", "[archive]") {
  Everything from, to;
  from.sized = Vector::Zero(4);
  const std::vector<char> bytes = saved(from);
  RestoringArchive archive(bytes);
  CHECK_THROWS_WITH(to.state(archive), "a matrix has another shape");
}

TEST_CASE("sizes that no archive could hold are refused before memory is asked for", "[archive]") {
  for (const Index rows : {Index{1} << 61, Index{-1}}) {
    SavingArchive saving;
    Index columns = 8, value = rows;
    saving(value);
    saving(columns);
    const std::vector<char> bytes = saving.take();
    Matrix matrix;
    std::vector<double> list;
    RestoringArchive as_matrix(bytes), as_list(bytes);
    CHECK_THROWS_AS(as_matrix(matrix), ArchiveMismatch);
    CHECK_THROWS_AS(as_list(list), ArchiveMismatch);
  }
}
