#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <thread>

#include "tests/record_fixture.h"

using namespace memtrain;
using namespace memtrain::test;

TEST_CASE("a result file gives back everything that was written") {
  const Folder folder;
  const RunRecord run = complete_run();
  write_result(run, folder / "r.h5");
  check_same(read_result(folder / "r.h5"), run);
}

TEST_CASE("every status survives the result file, and has the word that scripts look for") {
  const Folder folder;
  const auto [status, word] = GENERATE(table<RunStatus, std::string>({
      {RunStatus::running, "running"},
      {RunStatus::complete, "complete"},
      {RunStatus::interrupted, "interrupted"},
      {RunStatus::diverged, "diverged"},
  }));
  RunRecord run;
  run.status = status;
  write_result(run, folder / "r.h5");
  CHECK(read_result(folder / "r.h5").status == status);
  CHECK(status_word(status) == word);
}

TEST_CASE("a result file knows which epochs and seeds were not reached") {
  const Folder folder;
  RunRecord run = complete_run();
  run.status = RunStatus::running;
  run.finished.clear();
  ArmRecord& arm = run.arms[0];
  arm.seeds[1] = seed_record(arm, 2, 5.0F, false);
  arm.seeds[1].diverged = true;
  arm.seeds[1].epochs[1].test_loss = not_reached;
  arm.seeds[2] = {};
  for (SeedRecord& seed : run.arms[1].seeds) seed = seed_record(run.arms[1], 1, 1.0F, false);
  write_result(run, folder / "r.h5");
  check_same(read_result(folder / "r.h5"), run);
}

TEST_CASE("seeds an arm has not begun may be missing from the record") {
  const Folder folder;
  RunRecord run = complete_run();
  run.arms[0].seeds.resize(1);
  write_result(run, folder / "r.h5");
  run.arms[0].seeds.resize(3);
  check_same(read_result(folder / "r.h5"), run);
}

TEST_CASE("a seed may keep its confusion matrix without its weights") {
  const Folder folder;
  RunRecord run = complete_run();
  for (SeedRecord& seed : run.arms[0].seeds) seed.weights.clear();
  write_result(run, folder / "r.h5");
  check_same(read_result(folder / "r.h5"), run);
}

TEST_CASE("the same record gives the same bytes") {
  const Folder folder;
  write_result(complete_run(), folder / "a.h5");
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));  // times in HDF5 are whole seconds
  write_result(complete_run(), folder / "b.h5");
  CHECK(bytes_of(folder / "a.h5") == bytes_of(folder / "b.h5"));
}

TEST_CASE("several threads may write results at once") {
  const Folder folder;
  const RunRecord run = complete_run();
  std::vector<std::thread> threads;
  for (const char* name : {"a.h5", "b.h5", "c.h5", "d.h5"}) {
    threads.emplace_back([&run, path = folder / name] { write_result(run, path); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const char* name : {"b.h5", "c.h5", "d.h5"}) {
    CHECK(bytes_of(folder / name) == bytes_of(folder / "a.h5"));
  }
}

TEST_CASE("a run of many arms and layers fits into a result file") {
  const Folder folder;
  RunRecord run;
  run.seeds = {0};
  run.epochs = 1;
  for (int a = 0; a < 36; ++a) {
    ArmRecord arm;
    arm.name = "arm" + std::to_string(a);
    for (int l = 0; l < 28; ++l) arm.layers.push_back({"layer" + std::to_string(l), 1, 1});
    arm.seeds.push_back(seed_record(arm, 2, 1.0F, false));
    run.arms.push_back(arm);
  }
  write_result(run, folder / "r.h5");
  check_same(read_result(folder / "r.h5"), run);
}

TEST_CASE("every metric says what it is, in which unit, under a path of its own") {
  std::vector<std::string> paths;
  for (const auto& metric : epoch_metrics()) {
    CHECK_FALSE(std::string_view(metric.units).empty());
    CHECK_FALSE(std::string_view(metric.long_name).empty());
    paths.emplace_back(metric.path);
  }
  std::sort(paths.begin(), paths.end());
  CHECK(std::adjacent_find(paths.begin(), paths.end()) == paths.end());
}
