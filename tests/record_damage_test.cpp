#include <hdf5.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <csignal>
#include <filesystem>

#include "sim/record/seal.h"
#include "tests/record_fixture.h"

using namespace memtrain;
using namespace memtrain::test;

TEST_CASE("reading a missing file, a folder or a file of another kind says so") {
  const Folder folder;
  check_data_error(folder / "missing.h5", "No such file or directory");
  check_data_error(folder.path.string(), "not a file");
  write_bytes(folder / "empty.h5", "");
  check_data_error(folder / "empty.h5", "not an HDF5 file");
  write_bytes(folder / "text.h5", "title = \"a scenario\"\n");
  check_data_error(folder / "text.h5", "not an HDF5 file");
}

TEST_CASE("reading a truncated result file says that it is damaged, wherever it ends") {
  const Folder folder;
  write_result(complete_run(), folder / "r.h5");
  const std::string whole = bytes_of(folder / "r.h5");
  for (const std::size_t size : {std::size_t{9}, std::size_t{100}, whole.size() / 2,
                                 whole.size() - 26, whole.size() - 24, whole.size() - 1}) {
    write_bytes(folder / "part.h5", whole.substr(0, size));
    check_data_error(folder / "part.h5", "damaged result file");
  }
}

TEST_CASE("a result file with any byte changed is refused, be it in numbers, text or structure") {
  const Folder folder;
  write_result(complete_run(), folder / "r.h5");
  std::string bytes = bytes_of(folder / "r.h5");
  for (std::size_t at = 8; at<bytes.size(); at += bytes.size() - at> 40 ? 509 : 1) {
    bytes[at] = static_cast<char>(bytes[at] ^ 1);
    write_bytes(folder / "changed.h5", bytes);
    check_data_error(folder / "changed.h5", "damaged result file");
    bytes[at] = static_cast<char>(bytes[at] ^ 1);
  }
}

TEST_CASE("a result file that another program added to is still read") {
  const Folder folder;
  const RunRecord run = complete_run();
  write_result(run, folder / "r.h5");
  const hid_t file = H5Fopen((folder / "r.h5").c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  H5Gclose(H5Gcreate2(file, "notes", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
  H5Fclose(file);
  check_same(read_result(folder / "r.h5"), run);
}

TEST_CASE("reading HDF5 files of another schema names the schema") {
  const Folder folder;
  write_result(RunRecord(), folder / "r.h5");
  std::string bytes = bytes_of(folder / "r.h5");
  bytes.resize(bytes.size() - seal_length);
  bytes.replace(bytes.find("memtrain/1"), 10, "memtrain/9");
  write_bytes(folder / "later.h5", bytes);
  check_data_error(folder / "later.h5", "schema 'memtrain/9' is not 'memtrain/1'");

  const hid_t file = H5Fopen((folder / "r.h5").c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  H5Adelete(file, "schema");
  H5Fclose(file);
  check_data_error(folder / "r.h5", "not a memtrain result file");
}

TEST_CASE("a metric that a file lacks is read as not reached") {
  const Folder folder;
  const RunRecord run = complete_run();
  write_result(run, folder / "r.h5");
  const hid_t file = H5Fopen((folder / "r.h5").c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  H5Ldelete(file, "/arms/ftp/cost", H5P_DEFAULT);
  H5Fclose(file);
  const RunRecord read = read_result(folder / "r.h5");
  CHECK(std::isnan(read.arms[0].seeds[0].epochs[0].macs));
  CHECK(read.arms[0].seeds[0].epochs[0].train_loss == run.arms[0].seeds[0].epochs[0].train_loss);
}

TEST_CASE("what files from before do not tell of a run is empty") {
  const Folder folder;
  RunRecord run = complete_run();
  write_result(run, folder / "r.h5");
  const hid_t file = H5Fopen((folder / "r.h5").c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  for (const char* name : {"comment", "processor", "data"}) H5Adelete(file, name);
  H5Fclose(file);
  run.comment = run.processor = run.data = "";
  check_same(read_result(folder / "r.h5"), run);
}

TEST_CASE("a folder that does not exist or may not be written to is an output error") {
  const Folder folder;
  const std::string path = folder / "nowhere/r.h5";
  const auto [kind, message] = failure_of([&] { write_result(complete_run(), path); });
  CHECK(kind == static_cast<int>(Failure::output));
  CHECK_THAT(message,
             Catch::StartsWith(path + ": ") && Catch::Contains("No such file or directory"));

  fs::permissions(folder.path, fs::perms::owner_read | fs::perms::owner_exec);
  if (access(folder.path.c_str(), W_OK) == 0) return;  // the administrator may write anywhere
  const auto [kind2, message2] = failure_of([&] { write_result(complete_run(), folder / "r.h5"); });
  fs::permissions(folder.path, fs::perms::owner_all);
  CHECK(kind2 == static_cast<int>(Failure::output));
  CHECK_THAT(message2, Catch::Contains("Permission denied"));
}

TEST_CASE("a name that cannot be a group's is an output error") {
  const Folder folder;
  RunRecord run = complete_run();
  run.arms[1].name = "a/b";
  const auto [kind, message] = failure_of([&] { write_result(run, folder / "r.h5"); });
  CHECK(kind == static_cast<int>(Failure::output));
  CHECK_THAT(message, Catch::Contains("arm 'a/b'"));
  run.arms[1].name = run.arms[0].name;
  CHECK(failure_of([&] { write_result(run, folder / "r.h5"); }).first ==
        static_cast<int>(Failure::output));
  CHECK(files_in(folder.path) == 0);
}

TEST_CASE("a disk that fills up while writing leaves the old result and no rubbish") {
  const Folder folder;
  const std::string path = folder / "r.h5";
  RunRecord run = complete_run();
  write_result(run, path);
  const std::string before = bytes_of(path);
  run.title = "changed";

  const pid_t child = fork();
  if (child == 0) {
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{20000, 20000};
    setrlimit(RLIMIT_FSIZE, &limit);
    const auto [kind, message] = failure_of([&] { write_result(run, path); });
    const bool clear = message == path + ": cannot write (File too large)";
    _exit(clear ? kind : 99);
  }
  int status = 0;
  waitpid(child, &status, 0);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == static_cast<int>(Failure::output));
  CHECK(bytes_of(path) == before);
  CHECK(files_in(folder.path) == 1);
}
