#include <catch2/catch.hpp>
#include <filesystem>
#include <regex>
#include <set>

#include "devices/array/array.h"
#include "models/rules/learning_rule.h"
#include "sim/base/file_bytes.h"
#include "sim/scenario/keys.h"

// The pages of equations, devices/PHYSICS.md and models/RULES.md, say what the program has.
namespace memtrain {
namespace {

const std::filesystem::path root = MEMTRAIN_SOURCE_DIR;

std::string text_of(const std::string& path) {
  std::error_code problem;
  const auto bytes = file_bytes(root / path, problem);
  INFO(path);
  REQUIRE_FALSE(problem);
  return {bytes.begin(), bytes.end()};
}

/// The same with one space in the place of any white space, so that lines may break anywhere.
std::string on_one_line(const std::string& text) {
  std::string line;
  for (const char c : text) {
    const bool space = c == ' ' || c == '\n';
    if (!space || (!line.empty() && line.back() != ' ')) line += space ? ' ' : c;
  }
  return line;
}

/// A page on one line without its blocks of equations.
std::string prose_of(const std::string& page) {
  std::string prose;
  bool block = false;
  std::size_t from = 0;
  for (std::size_t at = 0; (at = page.find("```", from)) != std::string::npos; from = at + 3) {
    if (!block) prose += page.substr(from, at - from);
    block = !block;
  }
  REQUIRE_FALSE(block);
  return on_one_line(prose + page.substr(from));
}

/// What stands between single backticks.
std::vector<std::string> code_in(const std::string& prose) {
  std::vector<std::string> spans;
  std::size_t from = 0;
  for (std::size_t at = 0; (at = prose.find('`', from)) != std::string::npos;) {
    const std::size_t end = prose.find('`', at + 1);
    REQUIRE(end != std::string::npos);
    spans.push_back(prose.substr(at + 1, end - at - 1));
    from = end + 1;
  }
  return spans;
}

/// The names of the test cases in a source: literals side by side are one.
std::set<std::string> cases_in(const std::string& source) {
  std::set<std::string> names;
  const std::string begin = "TEST_CASE(";
  for (std::size_t at = source.find(begin); at != std::string::npos;
       at = source.find(begin, at + 1)) {
    std::string name;
    std::size_t next = at + begin.size();
    while ((next = source.find_first_not_of(" \n", next)) != std::string::npos &&
           source[next] == '"') {
      const std::size_t end = source.find('"', next + 1);
      name += source.substr(next + 1, end - next - 1);
      next = end + 1;
    }
    names.insert(name);
  }
  return names;
}

void check_named(const std::string& page, std::string_view name) {
  INFO(name);
  CHECK(page.find("`" + std::string(name) + "`") != std::string::npos);
}

}  // namespace

TEST_CASE("PHYSICS.md has every device model with its equation, every cell and every array kind",
          "[house]") {
  const std::string page = on_one_line(text_of("devices/PHYSICS.md"));
  for (const DeviceModel* model : device_models()) {
    // of the tests: the example outside of the tree, and the one beside them
    if (model->info().name == "cubic_step" || model->info().name == "blunt_step") continue;
    check_named(page, model->info().name);
    CHECK_THAT(page, Catch::Contains(std::string(model->info().equation)));
  }
  for (const CellKind* kind : cell_kinds()) check_named(page, kind->name);
  for (const ArrayKind* kind : array_kinds()) check_named(page, kind->name);
}

TEST_CASE("RULES.md has every learning rule and every layer", "[house]") {
  const std::string page = on_one_line(text_of("models/RULES.md"));
  for (const RuleKind* kind : rule_kinds()) check_named(page, kind->name);
  for (const LayerKind* kind : layer_kinds()) check_named(page, kind->name);
}

TEST_CASE("settings and files that the pages of equations name exist", "[house]") {
  const std::regex key_like("[a-z_]+(\\.[A-Za-z0-9_]+)+");
  const std::regex file_like("[a-z_]+(/[A-Za-z0-9_.-]+)+");
  std::set<std::string_view> sections;
  for (const Key& key : all_keys()) sections.insert(section_of(key.path));
  int keys = 0;
  for (const std::string page : {"devices/PHYSICS.md", "models/RULES.md"}) {
    for (const std::string& span : code_in(prose_of(text_of(page)))) {
      INFO(page << " names " << span);
      if (std::regex_match(span, key_like)) {
        ++keys;
        CHECK((find_key(span) != nullptr || sections.contains(span)));
      }
      if (std::regex_match(span, file_like)) CHECK(std::filesystem::exists(root / span));
    }
  }
  CHECK(keys > 200);
}

TEST_CASE("tests that the pages of equations refer to exist: `tests/FILE`: \"CASE\", \"CASE\"",
          "[house]") {
  int references = 0;
  for (const std::string page : {"devices/PHYSICS.md", "models/RULES.md"}) {
    const std::string prose = prose_of(text_of(page));
    const std::regex begin("`(tests/[a-z_]+_test\\.cpp)`:");
    for (std::sregex_iterator at(prose.begin(), prose.end(), begin), end; at != end; ++at) {
      const std::string file = (*at)[1];
      const std::set<std::string> cases = cases_in(text_of(file));
      std::string separator = " \"";
      for (auto next = static_cast<std::size_t>(at->position() + at->length());
           prose.compare(next, separator.size(), separator) == 0;) {
        next += separator.size();
        const std::size_t close = prose.find('"', next);
        REQUIRE(close != std::string::npos);
        const std::string name = prose.substr(next, close - next);
        INFO(page << " refers to " << file << ": \"" << name << '"');
        CHECK(cases.contains(name));
        ++references;
        next = close + 1;
        separator = ", \"";
      }
      INFO(page << ": " << file << " without a case");
      CHECK(separator == ", \"");
    }
  }
  CHECK(references > 150);
}

}  // namespace memtrain
