#include <hdf5_hl.h>

#include <catch2/catch.hpp>
#include <regex>
#include <set>

#include "sim/base/file_bytes.h"
#include "sim/record/layout.h"
#include "sim/record/scale_uses.h"
#include "sim/record/schema.h"
#include "sim/report/schema_page.h"
#include "tests/record_fixture.h"

using namespace memtrain;
using namespace memtrain::test;

TEST_CASE("the page of the schema is what the code says: memtrain schema > sim/record/SCHEMA.md") {
  std::error_code problem;
  const auto bytes =
      file_bytes(std::string(MEMTRAIN_SOURCE_DIR) + "/sim/record/SCHEMA.md", problem);
  REQUIRE_FALSE(problem);
  CHECK(std::string(bytes.begin(), bytes.end()) == schema_page());
}

TEST_CASE("the layout of results has every dataset that a whole run writes, and no other") {
  std::set<std::string> listed, written;
  for (const h5::DatasetFacts& fact : result_layout().datasets) {
    listed.insert(fact.path + " " + fact.type + " " + fact.units);
    CHECK_FALSE(fact.long_name.empty());
    CHECK(fact.is_scale == fact.axes.empty());
  }
  {
    const h5::Session session;
    const h5::Object file = h5::create_file();
    const h5::Object root = h5::open_group(file, "/");
    schema::write_run(root, complete_run());
    for (const h5::DatasetFacts& fact : h5::datasets_below(root)) {
      std::string path =
          std::regex_replace(fact.path, std::regex("arms/(ftp|bp wide)"), "arms/ARM");
      path =
          std::regex_replace(path, std::regex("(zeta|alpha|only)(?=$|/|_output|_input)"), "LAYER");
      written.insert(path + " " + fact.type + " " + fact.units);
    }
  }
  CHECK(listed == written);
}

TEST_CASE("HDF5 finds every axis of every dataset attached to its scale, from both sides") {
  const auto is_attached = [](hid_t dataset, unsigned axis, hid_t scale, void*) {
    return static_cast<herr_t>(H5DSis_attached(dataset, scale, axis));
  };
  const h5::Session session;
  const h5::Object file = h5::create_file();
  const h5::Object root = h5::open_group(file, "/");
  schema::write_run(root, complete_run());
  h5::list_uses(root);
  for (const h5::DatasetFacts& fact : h5::datasets_below(root)) {
    const h5::Object dataset(H5Dopen2(root, fact.path.c_str(), H5P_DEFAULT), "open");
    for (unsigned axis = 0; axis < fact.axes.size(); ++axis) {
      INFO(fact.path << " " << axis);
      CHECK(H5DSiterate_scales(dataset, axis, nullptr, is_attached, nullptr) == 1);
    }
  }
}
