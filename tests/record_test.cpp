#include <hdf5.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <cmath>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>
#include <tuple>

#include "sim/base/error.h"
#include "sim/record/metrics.h"
#include "sim/record/run_record.h"
#include "sim/record/seal.h"

using namespace memtrain;
namespace fs = std::filesystem;

namespace {

/// A folder of its own for a test, removed afterwards.
struct Folder {
  fs::path path;
  Folder() {
    std::string name = (fs::temp_directory_path() / "memtrain-record-XXXXXX").string();
    path = mkdtemp(name.data());
  }
  ~Folder() { fs::remove_all(path); }
  [[nodiscard]] std::string operator/(const char* name) const { return (path / name).string(); }
};

/// Every member gets a number of its own, so that two that are mixed up show.
EpochRecord epoch_record(double start, std::size_t layers) {
  EpochRecord epoch;
  for (const auto& metric : epoch_metrics()) epoch.*metric.value = start += 0.125;
  epoch.layers.resize(layers);
  for (LayerRecord& layer : epoch.layers) {
    for (const auto& metric : layer_metrics()) layer.*metric.value = start += 0.125;
  }
  return epoch;
}

SeedRecord seed_record(const ArmRecord& arm, int epochs, float start, bool finished) {
  SeedRecord seed;
  for (int e = 0; e < epochs; ++e) {
    seed.epochs.push_back(epoch_record(start + 100.0 * e, arm.layers.size()));
  }
  seed.finished = finished;
  if (!finished) return seed;
  seed.confusion = Eigen::MatrixXi::NullaryExpr(
      arm.classes, arm.classes, [&](Index r, Index c) { return static_cast<int>(10 * r + c); });
  for (const LayerShape& layer : arm.layers) {
    seed.weights.emplace_back(
        Matrix::NullaryExpr(layer.outputs, layer.inputs, [&](Index r, Index c) {
          return start + static_cast<float>(r) - 0.01F * static_cast<float>(c);
        }));
  }
  return seed;
}

/// Two arms of different shape in an order that is not the alphabet's, three seeds, four epochs.
RunRecord complete_run() {
  RunRecord run;
  run.version = "0.1.0";
  run.git_commit = "abc123";
  run.command = "memtrain run x.toml --set 'title=\"ü\"'";
  run.scenario = std::string(70000, '#') + "\ntitle = \"µ\"\n";
  run.title = "Größe ± Maß";
  run.host = "node7";
  run.started = "2024-05-01T10:00:00Z";
  run.finished = "2024-05-01T11:00:00Z";
  run.threads = 12;
  run.status = RunStatus::complete;
  run.seeds = {7, -1, 9007199254740993};
  run.baselines = {{"last value", "test_mse", 0.125}, {"größe", "test_rse", 1.5}};
  run.epochs = 3;
  run.arms.resize(2);
  run.arms[0] = {"ftp", "ftp", "reram-sb", "rule = \"ftp\"\n", 3, {{"zeta", 5, 4}, {"alpha", 3, 5}},
                 {}};
  run.arms[1] = {"bp wide", "bp", "ideal", "", 2, {{"only", 2, 6}}, {}};
  for (ArmRecord& arm : run.arms) {
    for (int s = 0; s < 3; ++s) {
      arm.seeds.push_back(seed_record(arm, 4, 1000.0F * static_cast<float>(s + 1), true));
    }
  }
  return run;
}

bool same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

void check_same(const EpochRecord& a, const EpochRecord& b) {
  for (const auto& metric : epoch_metrics()) {
    INFO(metric.path);
    CHECK(same(a.*metric.value, b.*metric.value));
  }
  REQUIRE(a.layers.size() == b.layers.size());
  for (std::size_t l = 0; l < a.layers.size(); ++l) {
    for (const auto& metric : layer_metrics()) {
      INFO(metric.path);
      CHECK(same(a.layers[l].*metric.value, b.layers[l].*metric.value));
    }
  }
}

void check_same(const SeedRecord& a, const SeedRecord& b) {
  CHECK(a.diverged == b.diverged);
  CHECK(a.finished == b.finished);
  REQUIRE(a.epochs.size() == b.epochs.size());
  for (std::size_t e = 0; e < a.epochs.size(); ++e) check_same(a.epochs[e], b.epochs[e]);
  REQUIRE(a.confusion.rows() == b.confusion.rows());
  CHECK(a.confusion == b.confusion);
  CHECK(a.weights == b.weights);
}

using Texts = std::vector<std::string>;
Texts texts_of(const ArmRecord& a) { return {a.name, a.rule, a.device, a.settings}; }
Texts texts_of(const RunRecord& r) {
  return {r.version, r.git_commit, r.command, r.scenario, r.title, r.host, r.started, r.finished};
}

void check_same(const ArmRecord& a, const ArmRecord& b) {
  CHECK(texts_of(a) == texts_of(b));
  CHECK(a.classes == b.classes);
  REQUIRE(a.layers.size() == b.layers.size());
  for (std::size_t l = 0; l < a.layers.size(); ++l) {
    const LayerShape &x = a.layers[l], &y = b.layers[l];
    CHECK(std::tie(x.name, x.outputs, x.inputs) == std::tie(y.name, y.outputs, y.inputs));
  }
  REQUIRE(a.seeds.size() == b.seeds.size());
  for (std::size_t s = 0; s < a.seeds.size(); ++s) check_same(a.seeds[s], b.seeds[s]);
}

void check_same(const RunRecord& a, const RunRecord& b) {
  CHECK(texts_of(a) == texts_of(b));
  CHECK(std::tie(a.threads, a.status, a.epochs) == std::tie(b.threads, b.status, b.epochs));
  CHECK(a.seeds == b.seeds);
  CHECK(a.baselines == b.baselines);
  REQUIRE(a.arms.size() == b.arms.size());
  for (std::size_t i = 0; i < a.arms.size(); ++i) check_same(a.arms[i], b.arms[i]);
}

std::string bytes_of(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void write_bytes(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

/// What `action` throws: kind and message, or "nothing".
template <class Action>
std::pair<int, std::string> failure_of(Action action) {
  try {
    action();
  } catch (const Error& error) {
    return {static_cast<int>(error.kind), error.what()};
  }
  return {0, "nothing"};
}

void check_data_error(const std::string& path, const std::string& words) {
  const auto [kind, message] = failure_of([&] { (void)read_result(path); });
  CHECK(kind == static_cast<int>(Failure::data));
  CHECK_THAT(message, Catch::StartsWith(path + ": ") && Catch::Contains(words));
  CHECK(message.find('\n') == std::string::npos);
}

std::size_t files_in(const fs::path& folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), {}));
}

}  // namespace

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
    CHECK(std::string(metric.units) != "");
    CHECK(std::string(metric.long_name) != "");
    paths.emplace_back(metric.path);
  }
  std::sort(paths.begin(), paths.end());
  CHECK(std::adjacent_find(paths.begin(), paths.end()) == paths.end());
}

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
