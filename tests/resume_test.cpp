#include <catch2/catch.hpp>
#include <fstream>

#include "sim/run/claim.h"
#include "sim/run/side_by_side.h"
#include "tests/checkpoint_fixture.h"
#include "tests/same_numbers.h"
#include "tests/silent_observer.h"
#include "tests/temporary_folder.h"

using namespace memtrain;
using namespace memtrain::test;

namespace {

/// Stops a run after so many epochs of all its tasks.
class StopAfter final : public RunObserver {
 public:
  explicit StopAfter(int milestones) : left_(milestones) {}
  void progress(const std::vector<TaskProgress>&, std::size_t) override {}
  void milestone(const std::vector<TaskProgress>&, std::size_t) override {
    if (--left_ == 0) stop.request_stop();
  }
  std::stop_source stop;

 private:
  int left_;
};

RunRecord run(const Scenario& scenario, const std::string& file, Existing existing,
              RunObserver& observer, const std::stop_token& stop = {}) {
  Claim claim = claim_run(file, scenario, existing);
  if (claim.over) return *claim.over;
  const Dataset data = load_dataset(scenario.data, {});
  RunRecord record{.scenario = scenario.toml, .started = "then"};
  run_side_by_side(scenario, data, 2, file, record, observer, stop, std::move(claim.from));
  return record;
}

void spoil(const std::string& file, std::size_t at) {
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  stream.seekg(static_cast<std::streamoff>(at));
  const char byte = static_cast<char>(stream.get() ^ 0x20);
  stream.seekp(static_cast<std::streamoff>(at));
  stream.put(byte);
}

}  // namespace

TEST_CASE("a run that was stopped anywhere and resumed has the numbers of one that was not",
          "[checkpoint]") {
  const Folder folder;
  const Scenario scenario = read_scenario({"x.toml", quick_text}, {"device.model=soft_bounds"});
  SilentObserver silent;
  const RunRecord whole = run(scenario, folder / "whole.h5", Existing::refuse, silent);
  CHECK_FALSE(std::filesystem::exists(folder / "whole.h5.ckpt"));
  CHECK_FALSE(std::filesystem::exists(folder / "whole.h5.lock"));
  // two seeds of three epochs, with epoch 0 and the end of each: ten milestones
  for (int milestones = 1; milestones < 10; ++milestones) {
    INFO("stopped after " << milestones << " milestones");
    const std::string file = folder / "stopped.h5";
    StopAfter stopping(milestones);
    const RunRecord stopped =
        run(scenario, file, Existing::replace, stopping, stopping.stop.get_token());
    if (stopped.status == RunStatus::complete) continue;  // both were in their last mini-batches
    CHECK(stopped.status == RunStatus::interrupted);
    CHECK(std::filesystem::exists(file + ".ckpt"));
    const RunRecord resumed = run(scenario, file, Existing::go_on, silent);
    CHECK(resumed.status == RunStatus::complete);
    CHECK_FALSE(std::filesystem::exists(file + ".ckpt"));
    const RunRecord read = read_result(file);
    for (std::size_t s = 0; s < 2; ++s) {
      check_same(read.arms[0].seeds[s].epochs, whole.arms[0].seeds[s].epochs);
      CHECK(read.arms[0].seeds[s].weights == whole.arms[0].seeds[s].weights);
      CHECK(read.arms[0].seeds[s].confusion == whole.arms[0].seeds[s].confusion);
    }
  }
}

TEST_CASE("wall time goes on where it stopped", "[checkpoint]") {
  const Folder folder;
  const Scenario scenario = read_scenario({"x.toml", quick_text}, {"train.seeds=[3]"});
  StopAfter stopping(2);
  const std::string file = folder / "x.h5";
  const RunRecord stopped =
      run(scenario, file, Existing::refuse, stopping, stopping.stop.get_token());
  SilentObserver silent;
  const RunRecord resumed = run(scenario, file, Existing::go_on, silent);
  const auto& epochs = resumed.arms[0].seeds[0].epochs;
  for (std::size_t e = 1; e < epochs.size(); ++e) {
    CHECK(epochs[e].wall_seconds >= epochs[e - 1].wall_seconds);
  }
  CHECK(epochs[1].wall_seconds == stopped.arms[0].seeds[0].epochs[1].wall_seconds);
}

TEST_CASE("a result is not replaced and not gone on with unasked", "[checkpoint]") {
  const Folder folder;
  const std::string file = folder / "x.h5";
  const Scenario scenario = read_scenario({"x.toml", quick_text}, {});
  StopAfter stopping(2);
  (void)run(scenario, file, Existing::refuse, stopping, stopping.stop.get_token());
  CHECK_THROWS_WITH(claim_run(file, scenario, Existing::refuse),
                    file +
                        ": is there already, and its run is not over (go on with --resume, "
                        "choose another with -o, or start over with --force)");
  const Scenario longer = read_scenario({"x.toml", quick_text}, {"train.epochs=9"});
  CHECK_THROWS_WITH(claim_run(file, longer, Existing::go_on),
                    file +
                        ".ckpt: is of another scenario: arm \"one\": train.epochs = 3 there, "
                        "train.epochs = 9 here (give that scenario and its --set, or start over "
                        "with --force)");
  {
    const Claim held = claim_run(file, scenario, Existing::go_on);
    CHECK(held.from.has_value());
    CHECK_THROWS_WITH(claim_run(file, scenario, Existing::go_on),
                      Catch::Matchers::Contains("another process is working on it"));
  }
  SilentObserver silent;
  (void)run(scenario, file, Existing::go_on, silent);
  const Claim over = claim_run(file, scenario, Existing::go_on);
  REQUIRE(over.over.has_value());
  CHECK(over.over->status == RunStatus::complete);
}

TEST_CASE("a result from before, which tells no checksum of its device's file, is gone on with",
          "[checkpoint]") {
  const Folder folder;
  const std::string file = folder / "x.h5", steps = folder / "steps.csv";
  std::ofstream(steps) << "as they were measured";
  const auto read = [&] {
    return read_scenario({"x.toml", quick_text}, {"device.model=measured", "device.file=" + steps});
  };
  const Scenario scenario = read();
  RunRecord record{.scenario = scenario.toml, .status = RunStatus::complete};
  const auto mark = record.scenario.find("  # crc32 ");
  REQUIRE(mark != record.scenario.npos);
  write_result(record, file);
  CHECK(claim_run(file, scenario, Existing::go_on).over.has_value());
  std::ofstream(steps) << "as they were measured later";
  CHECK_THROWS_WITH(claim_run(file, read(), Existing::go_on),
                    Catch::Matchers::Contains("x.h5: is of another scenario: arm \"one\": "
                                              "device.file = ") &&
                        Catch::Matchers::Contains("  # crc32 "));
  record.scenario.erase(mark, record.scenario.find('\n', mark) - mark);
  write_result(record, file);
  CHECK(claim_run(file, read(), Existing::go_on).over.has_value());
}

TEST_CASE("a run of other data does not go on from a checkpoint", "[checkpoint]") {
  const Folder folder;
  const std::string file = folder / "x.h5";
  const Scenario scenario = read_scenario({"x.toml", quick_text}, {});
  StopAfter stopping(2);
  (void)run(scenario, file, Existing::refuse, stopping, stopping.stop.get_token());
  Claim claim = claim_run(file, scenario, Existing::go_on);
  Dataset data = load_dataset(scenario.data, {});
  data.train.inputs(0, 0) += 1.0F;
  RunRecord record{.scenario = scenario.toml};
  SilentObserver silent;
  // a sweep has no --force: what is said must help there as well
  CHECK_THROWS_WITH(
      run_side_by_side(scenario, data, 1, file, record, silent, {}, std::move(claim.from)),
      Catch::Matchers::Contains("x.h5.ckpt: was made with other data: 44x32 0x0 12x32 adler32") &&
          Catch::Matchers::Contains("(go on with those, or remove this file to start over, as "
                                    "`memtrain run` does with --force)"));
}

TEST_CASE("a damaged checkpoint is refused in one line, wherever the damage is", "[checkpoint]") {
  const Folder folder;
  const std::string file = folder / "x.h5", checkpoint = file + ".ckpt";
  const Scenario scenario = read_scenario({"x.toml", quick_text}, {});
  StopAfter stopping(2);
  (void)run(scenario, file, Existing::refuse, stopping, stopping.stop.get_token());
  const auto size = std::filesystem::file_size(checkpoint);
  CHECK_NOTHROW(read_checkpoint(checkpoint));
  const auto check_refused = [&] {
    try {
      (void)claim_run(file, scenario, Existing::go_on);
      FAIL("a damaged checkpoint was taken");
    } catch (const Error& error) {
      CHECK(error.kind == Failure::data);
      CHECK(std::string(error.what()).starts_with(checkpoint + ": "));
      CHECK(std::string(error.what()).find('\n') == std::string::npos);
    }
  };
  for (std::size_t at = 0; at < size; at += 1 + size / 97) {
    INFO("byte " << at << " of " << size);
    spoil(checkpoint, at);
    check_refused();
    spoil(checkpoint, at);
  }
  CHECK_NOTHROW(read_checkpoint(checkpoint));
  for (std::size_t length : {size - 1, size / 2, std::size_t{22}, std::size_t{5}, std::size_t{0}}) {
    INFO("cut to " << length);
    std::filesystem::resize_file(checkpoint, length);
    check_refused();
  }
}

TEST_CASE("a checkpoint of another format is refused", "[checkpoint]") {
  const Folder folder;
  const std::string file = folder / "x.h5.ckpt";
  std::ofstream(file) << "memtrain checkpoint 99\nsomething";
  CHECK_THROWS_WITH(read_checkpoint(file),
                    file +
                        ": a checkpoint of format 99, this memtrain goes on from format 4 (start "
                        "over with --force)");
}

TEST_CASE("checkpoints come as often as they are asked for", "[checkpoint]") {
  const auto count = [](const std::string& epochs, const std::string& minutes) {
    const Folder folder;
    const std::string file = folder / "x.h5";
    const Scenario scenario = read_scenario(
        {"x.toml", quick_text}, {"record.checkpoint_epochs=" + epochs, "train.seeds=[3]",
                                 "record.checkpoint_minutes=" + minutes, "train.epochs=5"});
    /// Counts the versions of the file that it meets after every mini-batch.
    class Watching final : public RunObserver {
     public:
      explicit Watching(std::string checkpoint) : file_(std::move(checkpoint)) {}
      void progress(const std::vector<TaskProgress>&, std::size_t) override {}
      void milestone(const std::vector<TaskProgress>&, std::size_t) override {
        std::error_code none;
        const auto time = std::filesystem::last_write_time(file_, none);
        if (!none && time != last_) ++versions, last_ = time;
      }
      int versions = 0;

     private:
      std::string file_;
      std::filesystem::file_time_type last_;
    };
    Watching watching(file + ".ckpt");
    (void)run(scenario, file, Existing::refuse, watching);
    return watching.versions;
  };
  CHECK(count("1", "0") == 4);  // none after the last epoch
  CHECK(count("2", "0") == 2);
  CHECK(count("0", "0") == 0);
  CHECK(count("0", "1e-9") == 5);  // after every mini-batch; seen at five epochs
}
