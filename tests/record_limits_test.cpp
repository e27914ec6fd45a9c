#include <hdf5.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <functional>
#include <random>

#include "sim/record/schema.h"
#include "sim/record/seal.h"
#include "sim/record/sealed_file.h"
#include "tests/record_fixture.h"

// What a result file may make the program do: as tests/limits_test.cpp, which has the other files.
using namespace memtrain;
using namespace memtrain::test;

namespace {

/// Puts a packed dataset into a file, with these values or without a value written, in place of
/// what has its name.
void put_packed(const std::string& path, const std::string& name, hid_t type,
                const std::vector<hsize_t>& shape, const std::vector<hsize_t>& piece,
                const void* values = nullptr) {
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  if (H5Lexists(file, name.c_str(), H5P_DEFAULT) > 0) H5Ldelete(file, name.c_str(), H5P_DEFAULT);
  const std::vector<hsize_t> most(shape.size(), H5S_UNLIMITED);
  const hid_t space = H5Screate_simple(static_cast<int>(shape.size()), shape.data(), most.data());
  const hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_chunk(properties, static_cast<int>(piece.size()), piece.data());
  H5Pset_deflate(properties, 9);
  const hid_t dataset =
      H5Dcreate2(file, name.c_str(), type, space, H5P_DEFAULT, properties, H5P_DEFAULT);
  if (values != nullptr) H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
  H5Dclose(dataset), H5Pclose(properties), H5Sclose(space), H5Fclose(file);
}

/// A result in which a dataset was replaced by one of this shape, without a value written.
std::string with_dataset(const std::string& path, const std::string& name, hid_t type,
                         const std::vector<hsize_t>& shape, const std::vector<hsize_t>& piece) {
  write_result(complete_run(), path);
  put_packed(path, name, type, shape, piece);
  return path;
}

/// A result with so many arms, all of them one and the same by other names, which has this text.
std::string with_many_arms(const std::string& path, int arms, const std::string& settings) {
  RunRecord run = complete_run();
  run.arms[0].settings = settings;
  write_result(run, path);
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  for (int i = 2; i < arms; ++i) {
    const std::string name = "arms/x" + std::to_string(i);
    H5Lcreate_hard(file, "arms/ftp", file, name.c_str(), H5P_DEFAULT, H5P_DEFAULT);
  }
  H5Fclose(file);
  return path;
}

/// An error that tells of no damage, so that nobody removes the file for it.
struct IsNotDamage : Catch::MatcherBase<Error> {
  [[nodiscard]] bool match(const Error& error) const override {
    return error.kind == Failure::data && dynamic_cast<const DamagedFile*>(&error) == nullptr;
  }
  [[nodiscard]] std::string describe() const override { return "tells of no damage"; }
};

}  // namespace

TEST_CASE("a result file that says to hold more than its size allows is refused",
          "[limits][record]") {
  const Folder folder;
  const std::string path = folder / "r.h5";
  const std::string words = "it says to hold more than its size allows";
  check_data_error(with_dataset(path, "seed", H5T_STD_I64LE, {1ULL << 40U}, {1024}), words);
  check_data_error(with_dataset(path, "epoch", H5T_STD_I32LE, {1ULL << 62U}, {1024}), words);
  check_data_error(with_dataset(path, "seed", H5T_STD_I64LE, {3}, {1U << 28U}), words);
  check_data_error(with_dataset(path, "epoch", H5T_STD_I32LE, {2000000}, {1024}), "another shape");
}

TEST_CASE("what a file tells many times counts as often as it is read", "[limits][record]") {
  const Folder folder;
  const std::string path = folder / "r.h5";
  const std::string words = "it says to hold more than its size allows";
  CHECK(read_result(with_many_arms(path, 300, std::string(500, '#'))).arms.size() == 300);
  check_data_error(with_many_arms(path, 300, std::string(500000, '#')), words);
}

TEST_CASE("what holds the values of a file counts beside the values", "[limits][record]") {
  const Folder folder;
  const std::string path = folder / "r.h5";
  const std::string words = "it says to hold more than its size allows";
  write_result(complete_run(), path);
  const hsize_t devices = std::filesystem::file_size(path) * 4 / 5;
  const std::string group = "arms/ftp/conductance/";
  put_packed(path, group + "device", H5T_STD_I32LE, {devices}, {1024});
  put_packed(path, group + "conductance", H5T_IEEE_F64LE, {2}, {2});
  put_packed(path, group + "histogram", H5T_IEEE_F64LE, {3, 2, devices, 2}, {1, 1, 1024, 2});
  check_data_error(path, words);

  write_result(complete_run(), path);
  const hsize_t baselines = std::filesystem::file_size(path) * 3;
  const hid_t text = H5Tcopy(H5T_C_S1);
  H5Tset_size(text, H5T_VARIABLE);
  put_packed(path, "baselines/name", text, {baselines}, {1024});
  put_packed(path, "baselines/metric", text, {baselines}, {1024});
  put_packed(path, "baselines/value", H5T_IEEE_F64LE, {baselines}, {1024});
  H5Tclose(text);
  check_data_error(path, words);
}

TEST_CASE("a result that another program packed well is read", "[limits][record]") {
  const Folder folder;
  const std::string path = folder / "r.h5";
  RunRecord run = complete_run();
  constexpr std::size_t epochs = 500, parts = 20, phases = 10;
  run.epochs = epochs - 1;
  run.seeds = {1};
  run.arms.resize(1);
  ArmRecord& arm = run.arms[0];
  arm.layers.clear(), arm.cost_parts.clear(), arm.cost_phases.clear();
  arm.seeds = {seed_record(arm, epochs, 0, false)};
  write_result(run, path);
  {
    const h5::Session session;
    const h5::Object file(H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT), "open");
    const h5::Object group = h5::create_group(file, "arms/ftp/cost/parts");
    for (const auto& [name, count] : {std::pair("part", parts), {"phase", phases}}) {
      const auto axis =
          h5::write_scale<std::int32_t>(group, {name, "1", name}, std::vector<std::int32_t>(count));
      const std::string names = std::string(name) + "_name";
      h5::write_texts(group, {names, "1", names}, axis, std::vector<std::string>(count));
    }
  }
  std::vector<double> values(epochs * parts * phases);
  std::minstd_rand random(1);
  for (std::size_t i = 0; i < values.size(); i += 4) values[i] = static_cast<double>(random());
  for (const auto& metric : phase_cost_metrics()) {
    put_packed(path, std::string("arms/ftp/cost/parts/") + metric.path, H5T_IEEE_F64LE,
               {1, epochs, parts, phases}, {1, epochs, parts, phases}, values.data());
    std::fill(values.begin(), values.end(), 0.0);  // the others are easy to pack
  }
  const RunRecord read = read_result(path);
  CHECK(read.arms[0].seeds[0].epochs.back().costs.size() == parts * phases);
}

TEST_CASE("names that a result tells steer no terminal", "[limits][record]") {
  const Folder folder;
  const std::string path = folder / "r.h5";
  const std::string red = "\x1b[31mred\n";
  RunRecord run = complete_run();
  for (const auto& attribute : schema::run_texts) run.*attribute.text = red;
  run.baselines = {{red, red, 0.125}};
  for (ArmRecord& arm : run.arms) {
    arm.rule = arm.device = arm.layers[0].name = arm.cost_parts[0] = arm.cost_phases[0] = red;
  }
  write_result(run, path);
  RunRecord shown = run;
  for (const auto text :
       {&RunRecord::version, &RunRecord::git_commit, &RunRecord::title, &RunRecord::started,
        &RunRecord::finished, &RunRecord::host, &RunRecord::processor, &RunRecord::data}) {
    shown.*text = one_line(red);
  }
  shown.baselines = {{one_line(red), one_line(red), 0.125}};
  for (ArmRecord& arm : shown.arms) {
    for (std::string* text :
         {&arm.rule, &arm.device, &arm.layers[0].name, &arm.cost_parts[0], &arm.cost_phases[0]}) {
      *text = one_line(*text);
    }
  }
  check_same(read_result(path), shown);
}

TEST_CASE("a result file without a seal may be damaged anywhere, and the program lives",
          "[limits][record][property]") {
  const Folder folder;
  write_result(complete_run(), folder / "r.h5");
  std::string bytes = bytes_of(folder / "r.h5");
  bytes.resize(bytes.size() - seal_length);
  std::minstd_rand random(1);
  int refused = 0;
  for (int i = 0; i < 100; ++i) {
    std::string changed = bytes;
    for (int flips = 0; flips < 8; ++flips) {
      changed[random() % changed.size()] = static_cast<char>(random());
    }
    write_bytes(folder / "changed.h5", changed);
    const auto [kind, message] = failure_of([&] { (void)read_result(folder / "changed.h5"); });
    CHECK((kind == 0 || kind == static_cast<int>(Failure::data)));
    refused += kind != 0 ? 1 : 0;
  }
  CHECK(refused > 10);
}

TEST_CASE("a file is damaged only where memory and the HDF5 library cannot be what failed",
          "[limits][record]") {
  const Folder folder;
  const std::string path = folder / "r.h5";
  write_result(complete_run(), path);
  std::string bytes = bytes_of(path);
  write_bytes(path, bytes.substr(0, bytes.size() - seal_length));
  const pid_t leader = getpid();
  const auto elsewhere = [&](const std::function<void()>& action) {
    return [&, action](const h5::Object& /*root*/) {
      if (getpid() != leader) action();
    };
  };
  const auto read = [&](const auto& action) { read_sealed(path, schema::result, action); };

  for (const int signal : {SIGKILL, SIGSEGV}) {
    const auto action = elsewhere([signal] {
      std::signal(signal, SIG_DFL);  // the test program's own says that the test failed
      raise(signal);
    });
    CHECK_THROWS_MATCHES(read(action), Error, IsNotDamage());
    CHECK(failure_of([&] { read(action); }) ==
          std::pair(3, path + ": cannot read (the HDF5 library crashes on it, or memory ran out); "
                              "if there is memory left, remove it and run the scenario again"));
  }
  CHECK_THROWS_AS(read(elsewhere([] { throw std::bad_alloc(); })), std::bad_alloc);
  CHECK_THROWS_AS(read(elsewhere([] { throw h5::Trouble("x"); })), DamagedFile);

  const auto without_memory = [](const h5::Object& /*root*/) {
    H5Epush2(H5E_DEFAULT, "", "", 0, H5E_ERR_CLS, H5E_RESOURCE, H5E_NOSPACE, "no memory");
    h5::check(-1, "read seed");
  };
  CHECK_THROWS_MATCHES(read(without_memory), Error, IsNotDamage());
  const std::string message = path + ": out of memory (cannot read seed: no memory)";
  CHECK(failure_of([&] { read(without_memory); }).second ==
        message + "; if there is memory left, remove it and run the scenario again");
  write_bytes(path, bytes);
  CHECK_THROWS_MATCHES(read(without_memory), Error, IsNotDamage());
  CHECK(failure_of([&] { read(without_memory); }).second == message);
}
