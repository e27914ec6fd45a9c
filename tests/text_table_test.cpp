#include "sim/report/text_table.h"

#include <catch2/catch.hpp>

#include "sim/record/run_record.h"
#include "tests/text_lines.h"

using namespace memtrain;
using namespace memtrain::test;

TEST_CASE("a table too wide for the terminal loses what it can spare, then goes on below") {
  const std::vector<TextColumn> columns{{.heading = "arm", .cells = {"a", "b"}},
                                        {.heading = "first", .right = true, .cells = {"1", "22"}},
                                        {.heading = "spare", .cells = {"x", "y"}, .dispensable = 1},
                                        {.heading = "second", .right = true, .cells = {"3", "4"}}};
  CHECK(fitted_lines(columns, 0).size() == 3);
  CHECK(fitted_lines(columns, 25) == table_lines(columns));
  CHECK(fitted_lines(columns, 24) ==
        std::vector<std::string>{"arm  first  second", "a        1       3", "b       22       4"});
  CHECK(fitted_lines(columns, 12) == std::vector<std::string>{"arm  first", "a        1",
                                                              "b       22", "", "arm  second",
                                                              "a         3", "b         4"});
}

TEST_CASE("a line too wide for the terminal goes on below its own text") {
  const std::string line = "  name   one two three größere";
  CHECK(folded(line, 0, 9) == line);
  CHECK(folded(line, 30, 9) == line);
  CHECK(folded(line, 29, 9) == "  name   one two three\n         größere");
  CHECK(folded(line, 18, 9) == "  name   one two\n         three\n         größere");
  CHECK(folded("one two three", 7) == "one two\nthree");
}

TEST_CASE("a word wider than the terminal stays whole, and a margin is no place to fold") {
  CHECK(folded("  https://example.org/long short", 12, 2) == "  https://example.org/long\n  short");
  CHECK(folded("    indivisible", 9, 4) == "    indivisible");
  CHECK(folded("name              text", 12, 18) == "name\n        text");
}

TEST_CASE("prose in a table goes on below itself, or stands below its row") {
  const std::vector<TextColumn> columns{{.heading = "key", .cells = {"a", "b"}},
                                        {.heading = "value", .right = true, .cells = {"1", "22"}},
                                        {.heading = "meaning", .cells = {"what it is", "short"}}};
  CHECK(prose_table(columns, 21, 1) ==
        " key  value  meaning\n a        1  what it\n             is\n b       22  short\n");
  CHECK(prose_table(columns, 18, 1) ==
        " key  value\n   meaning\n a        1\n   what it is\n b       22\n   short\n");
  CHECK(lines_of(prose_table(columns, 0, 0)) == table_lines(columns));
}

TEST_CASE("numbers for people have three digits and a prefix") {
  CHECK(engineering(0, "1") == "0");
  CHECK(engineering(7, "1") == "7");
  CHECK(engineering(999, "1") == "999");
  CHECK(engineering(999.9, "1") == "1.00 k");
  CHECK(engineering(1000, "1") == "1.00 k");
  CHECK(engineering(12345678, "1") == "12.3 M");
  CHECK(engineering(0.01984, "1") == "0.0198");
  CHECK(engineering(-0.9996, "1") == "-1.00");
  CHECK(engineering(1.98e-5, "1") == "1.98e-05");
  CHECK(engineering(3.14159e-12, "J") == "3.14 pJ");
  CHECK(engineering(-2.5e-3, "s") == "-2.50 ms");
  CHECK(engineering(5e25, "1") == "50000000 E");
  CHECK(engineering(not_reached, "J") == "-");
}

TEST_CASE("times for people have the units of their length") {
  CHECK(duration(0.5) == "0.50 s");
  CHECK(duration(59.94) == "59.9 s");
  CHECK(duration(59.96) == "1 min 00 s");
  CHECK(duration(185) == "3 min 05 s");
  CHECK(duration(3599.6) == "1 h 00 min");
  CHECK(duration(7800) == "2 h 10 min");
  CHECK(duration(not_reached) == "-");
}
