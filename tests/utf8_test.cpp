#include "sim/base/utf8.h"

#include <catch2/catch.hpp>

using namespace memtrain;

TEST_CASE("bytes that are no UTF-8 become question marks, one each, and all else stays") {
  CHECK(valid_utf8("").empty());
  CHECK(valid_utf8("plain") == "plain");
  CHECK(valid_utf8("µS \xF0\x9F\x98\x80 Ω") == "µS \xF0\x9F\x98\x80 Ω");
  CHECK(valid_utf8("a\xFF"
                   "b") == "a?b");
  CHECK(valid_utf8("cut \xE2\x82") == "cut ??");
  CHECK(valid_utf8("\xC0\x80 \xED\xA0\x80") == "?? ???");  // too long, half of a pair
}
