#include <unistd.h>
#include <zlib.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <functional>

#include "devices/update/measured_table.h"
#include "sim/base/atomic_file.h"
#include "sim/base/file_bytes.h"
#include "sim/base/nearest_name.h"
#include "sim/base/processes.h"
#include "sim/characterise/measured_curve.h"
#include "sim/characterise/wire_grid.h"
#include "sim/data/dataset.h"
#include "sim/run/claim.h"
#include "sim/run/side_by_side.h"
#include "sim/scenario/axis.h"
#include "sim/scenario/device_file.h"
#include "sim/scenario/scenario.h"
#include "tests/checkpoint_fixture.h"
#include "tests/record_fixture.h"
#include "tests/silent_observer.h"

// What a file may make the program do: nothing beyond the limits of tests/fuzz/README.md, whatever
// stands in it.
using namespace memtrain;
using namespace memtrain::test;
using Catch::Matchers::Contains;

namespace {

std::string repeated(const std::string& part, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += part;
  return out;
}

/// What a reader says to a file with this text.
template <class Read>
std::string complaint(const std::string& text, Read read) {
  const Folder folder;
  const std::string path = folder / "input";
  write_bytes(path, text);
  std::string message = failure_of([&] { read(path); }).second;
  CHECK(message.find('\n') == std::string::npos);
  if (message.starts_with(path)) message.erase(0, path.size());
  return message;
}

std::string scenario_refusal(const std::string& text) {
  return failure_of([&] { (void)read_scenario({"x.toml", text}, {}); }).second;
}

/// Pulses with conductances.
std::string pulses(const std::vector<std::pair<std::string, std::string>>& rows) {
  std::string text = "pulse,conductance\n";
  for (const auto& [pulse, conductance] : rows) text += pulse + "," + conductance + "\n";
  return complaint(text, [](const std::string& path) { (void)read_measured_curves(path); });
}

}  // namespace

TEST_CASE("a message is one line and steers no terminal, whatever it repeats", "[limits]") {
  CHECK(std::string(Error(Failure::data, "a\nb\tc\x1b[31md\x7f ± é").what()) == "a b c?[31md? ± é");
  CHECK_THAT(scenario_refusal("\"a\\nb\\u001b\" = 1"), Contains("unknown key 'a b?'"));
  CHECK_THAT(scenario_refusal("rule = [1, [2, 3], { a = 1 }]"), !Contains("\n"));
}

TEST_CASE("TOML that is too deep is refused with its line before a tree is made of it",
          "[limits]") {
  const std::string deep_key = "a" + repeated(".a", 200000);
  for (const std::string& text :
       {"\n[" + deep_key + "]\n", "\n" + deep_key + " = 1\n", "\nx = {" + deep_key + " = 1}\n"}) {
    CHECK(scenario_refusal(text) == "x.toml:2: a key has too many parts");
  }
  CHECK(scenario_refusal("\nx = " + repeated("[", 200000)) ==
        "x.toml:2: lists and tables within one another are too deep");
  CHECK_THAT(scenario_refusal("x = " + repeated("{ a.b.c = ", 100) + "1"), Contains("too deep"));
  CHECK_THAT(failure_of([&] { (void)read_device_text("d.toml", deep_key + " = 1"); }).second,
             Contains("too many parts"));
  CHECK_THAT(failure_of([&] {
               (void)read_axes({"x.toml", "[sweep." + deep_key + "]"}, {});
             }).second,
             Contains("too many parts"));
}

TEST_CASE("dots and brackets in texts and comments are not depth", "[limits]") {
  const std::string dots = repeated(".[{", 100);
  for (const std::string quotes : {"\"", "'", "\"\"\"", "'''"}) {
    INFO(quotes);
    CHECK(title_of({"x.toml", "# " + dots + "\ntitle = " + quotes + dots + quotes}) == dots);
  }
  CHECK(title_of({"x.toml", "title = \"\"\"\"" + dots + "\"\"\"\"\"\n[data]"}) ==
        "\"" + dots + "\"\"");
  CHECK(title_of({"x.toml", "title = \"\\\"" + dots + "\""}) == "\"" + dots);
}

TEST_CASE("a text without end is read as far as texts may go", "[limits]") {
  std::error_code problem;
  CHECK(file_text("/dev/zero", problem).empty());
  CHECK(problem == std::errc::file_too_large);
}

TEST_CASE("a word that is too long to be a name has no nearest name", "[limits][base]") {
  const std::string_view known[] = {"train.epochs"};
  CHECK(nearest_name(repeated("train.epochs", 100), known).empty());
}

TEST_CASE("the values of all axes together are counted", "[limits][sweep]") {
  std::string text = "[sweep]\n";
  for (int axis = 0; axis < 20; ++axis) text += "a" + std::to_string(axis) + " = \"0:1:100000\"\n";
  CHECK_THAT(failure_of([&] {
               (void)read_axes({"x.toml", text}, {});
             }).second,
             Contains("sweep: the axes have more than 1e+06 values in all"));
}

TEST_CASE("a gzip file is unpacked no further than its data set is long", "[limits][data]") {
  const Folder folder;
  const std::string path = folder / "batch.gz";
  const gzFile file = gzopen(path.c_str(), "wb");
  const std::vector<char> zeros(1U << 20U);
  for (int i = 0; i < 64; ++i) gzwrite(file, zeros.data(), static_cast<unsigned>(zeros.size()));
  gzclose(file);
  CHECK(failure_of([&] { (void)read_maybe_gzip(path, 3073); }).second ==
        path + ": holds more than 3073 bytes");
  CHECK(read_maybe_gzip(path, 64U << 20U).size() == 64U << 20U);
}

TEST_CASE("a grid of wires is as large as its files, and a comment as long as it likes",
          "[limits][wires]") {
  const auto read = [](const std::string& path) { (void)read_wire_grid(path); };
  CHECK_THAT(complaint("# wire resistance " + repeated("1", 1000000) + "\n", read),
             Contains("has no row V"));
  const Folder folder;
  write_bytes(folder / "x_params.csv", "key,value\nm,99999\nn,99999\n");
  write_bytes(folder / "x_inputs.csv", "row,v_in_V\n0,1\n");
  write_bytes(folder / "x_cells.csv", "row,col,r_cell_ohm\n0,0,1\n");
  CHECK(failure_of([&] { read(folder / "x_params.csv"); }).second ==
        (folder / "x_cells.csv") + ": has 1 crosspoints, fewer than 99999 x 99999");
}

TEST_CASE("pulses and conductances beyond what can be computed with are refused", "[limits][fit]") {
  CHECK(pulses({{"0", "1"}, {"1e300", "2"}}) == ":3: pulse: the number rises by more than 1000000");
  CHECK(pulses({{"-1e308", "1"}, {"1e308", "2"}}) ==
        ":3: pulse: the number rises by more than 1000000");
  std::vector<std::pair<std::string, std::string>> rows;
  for (int i = 0; i < 12; ++i)
    rows.emplace_back(std::to_string(i), i % 2 == 0 ? "-1e308" : "1e308");
  CHECK(pulses(rows) ==
        ": the values of 'conductance' differ by too little or too much to be computed with");
  for (auto& [pulse, value] : rows) value = value == "1e308" ? "1e-320" : "0";
  CHECK(pulses(rows) ==
        ": the values of 'conductance' differ by too little or too much to be computed with");
}

TEST_CASE("a series with values beyond what can be normalised is refused", "[limits][data]") {
  std::string text = "a\n";
  for (int i = 0; i < 12; ++i) text += i % 2 == 0 ? "1e308\n" : "-1e308\n";
  DataSettings settings{.name = "csv", .normalise = "standard"};
  settings.series = {.window = 2, .horizon = 2};
  const DataSource& source = find_source("csv");
  CHECK_THAT(
      complaint(text, [&](const std::string& path) { (void)source.load(source, path, settings); }),
      Contains("too large"));
}

TEST_CASE("a table of measured steps has finite steps and so many devices", "[limits][devices]") {
  const auto read = [](const std::string& path) { (void)read_measured(path); };
  const std::string header = "direction,conductance,mean,std,device\n";
  CHECK(complaint(header + "up,0,1,0,\nup,1e-300,1,0,\ndown,0,-1,0,\ndown,1e-300,-1,0,\n", read) ==
        ": its changes do not fit its range of conductances");
  std::string many = header;
  for (int i = 0; i <= 10000; ++i) {
    const std::string name = std::to_string(i);
    for (const char* row : {"up,0,1,0,", "up,1,1,0,", "down,0,-1,0,", "down,1,-1,0,"}) {
      many += row + name + "\n";
    }
  }
  CHECK(complaint(many, read) == ": has 10001 devices, at most 10000 are read");
}

TEST_CASE("a file that cannot be written leaves what has its name while it is written alone",
          "[limits][base]") {
  const Folder folder;
  const std::string there = folder / ("r.h5.memtrain-part" + std::to_string(getpid())).c_str();
  std::filesystem::create_directory(there);
  write_bytes(there + "/kept", "x");
  CHECK(failure_of([&] { replace_file(folder / "r.h5", "new"); }) ==
        std::pair(4, folder / "r.h5" + ": cannot write (Is a directory)"));
  CHECK(bytes_of(there + "/kept") == "x");
}

TEST_CASE("what would crash a library is seen in a process of its own", "[limits][base]") {
  using Bytes = std::vector<char>;
  CHECK(in_process([] { return Bytes{'a', 'b'}; }) == Bytes{'a', 'b'});
  CHECK_FALSE(in_process([]() -> Bytes { throw std::runtime_error("no"); }));
  CHECK_FALSE(in_process([]() -> Bytes { _exit(1); }));
  CHECK_FALSE(in_process([] {
    raise(SIGKILL);
    return Bytes();
  }));
  CHECK_THROWS_AS(in_process([]() -> Bytes { throw std::bad_alloc(); }), std::bad_alloc);
}

TEST_CASE("a checkpoint whose records have other sizes than the run is refused",
          "[limits][checkpoint]") {
  const Folder folder;
  const std::string file = folder / "r.h5";
  const Scenario scenario = read_scenario({"x.toml", quick_text}, {"array.kind=exact"});
  const Dataset data = load_dataset(scenario.data, {});
  SilentObserver silent;
  SeedRecord measured;
  measured.finished = true;
  measured.epochs.resize(1);
  const std::vector<std::function<void(SeedRecord&)>> spoilers{
      [](SeedRecord& seed) { seed.epochs[0].costs.resize(1000); },
      [](SeedRecord& seed) { seed.epochs[0].layers.resize(1000); },
      [](SeedRecord& seed) { seed.confusion = Eigen::MatrixXi::Zero(100, 100); },
      [](SeedRecord& seed) { seed.weights = {Matrix::Zero(100, 100)}; },
      [](SeedRecord& seed) { seed.wear.resize(100); },
      [](SeedRecord& seed) { seed.conductances.resize(3); }};
  for (const auto& spoil : spoilers) {
    TaskCheckpoint task{.record = measured, .training = {}};
    spoil(task.record);
    Checkpoint from{.origin = {scenario.toml, data_fingerprint(data), "then", ""},
                    .tasks = {task, task}};
    RunRecord record{.scenario = scenario.toml};
    CHECK_THAT(failure_of([&] {
                 run_side_by_side(scenario, data, 1, file, record, silent, {}, from);
               }).second,
               Contains("damaged checkpoint (what was measured has other sizes than arm 'one')"));
  }
}
