#include "sim/scenario/complete_scenario.h"

#include <catch2/catch.hpp>
#include <fstream>

#include "sim/scenario/setting_lines.h"
#include "tests/sweep_fixture.h"
#include "tests/temporary_folder.h"

using namespace memtrain;
using namespace memtrain::test;

namespace {

/// Whether what is made of a scenario with its axes has the same points, first, last and between.
void check_points(const ScenarioText& of) {
  INFO(of.name);
  const std::vector<Axis> axes = read_axes(of, {});
  (void)check_axes(of, {}, axes);
  const ScenarioText complete{"complete.toml", complete_toml(of, {}, axes)};
  const std::vector<Axis> same = read_axes(complete, {});
  (void)check_axes(complete, {}, same);
  CHECK(complete_toml(complete, {}, same) == complete.text);
  CHECK(read_scenario(complete, {}).toml == read_scenario(of, {}).toml);
  Plan there{.scenario = of, .axes = axes}, here{.scenario = complete, .axes = same};
  lay_points(there, 0);
  lay_points(here, 0);
  REQUIRE(here.points() == there.points());
  for (std::size_t i = 0; i < 5; ++i) {
    const std::size_t point = i * (there.points() - 1) / 4;
    INFO(there.label(point));
    CHECK(here.overrides(point) == there.overrides(point));
    CHECK(read_scenario(complete, here.overrides(point)).toml ==
          read_scenario(of, there.overrides(point)).toml);
  }
}

/// The small scenario with further lines before its arms, in its device, and axes.
ScenarioText with(const std::string& device, const std::string& axes) {
  std::string text = sweep_text;
  const std::string model = "model = \"soft_bounds\"\n";
  text.replace(text.find(model), model.size(), device);
  return {"with.toml", text + axes};
}

}  // namespace

TEST_CASE("a complete scenario has the points of the one it was made of", "[sweep][property]") {
  std::size_t swept = 0;
  for (const ShippedScenario& shipped : shipped_scenarios()) {
    const ScenarioText text{std::string(shipped.name()), std::string(shipped.text)};
    if (read_axes(text, {}).empty()) continue;
    ++swept;
    check_points(text);
  }
  CHECK(swept >= 14);
  check_points(with("preset = \"ecram\"\n", "[sweep]\n\"device.dw_min\" = [0.001, 0.002]\n"));
  check_points(with("preset = \"ecram\"\n",
                    "[sweep]\n\"device.preset\" = [\"ecram\", \"reram-sb\", \"pcm\"]\n"));
  check_points(with("model = \"soft_bounds\"\nw_max = 0.5\n",
                    "[sweep]\n\"device.model\" = [\"soft_bounds\", \"constant_step\"]\n"
                    "\"arm.bp.train.batch\" = [4, 8]\n"));
  check_points(with("preset = \"ecram\"\n[feedback.array]\nkind = \"crossbar\"\n",
                    "[sweep]\n\"periphery.adc_bits\" = [0, 4]\n\"data.train_samples\" = [20, 30]\n"
                    "\"feedback.device.preset\" = [\"ecram\", \"reram-sb\"]\n"));
  check_points(with("model = \"soft_bounds\"\n",
                    "[sweep]\n\"network.layers\" = [\"[ { units = 3, activation = 'softmax' } ]\", "
                    "\"[ { units = 4 }, { units = 3, activation = 'softmax' } ]\"]\n"
                    "[[arm]]\nname = \"readout\"\nrule = \"readout\"\n"));
}

TEST_CASE("the first setting that differs is named with its arm, and unknown ones are none",
          "[sweep]") {
  const std::string toml = read_scenario(scenario, {}).toml;
  const auto differs = [&](const Texts& set) {
    return different_setting(toml, read_scenario(scenario, set).toml);
  };
  CHECK(differs({}).empty());
  CHECK(differs({"train.seeds=[3]"}) == "train.seeds = [0] there, train.seeds = [3] here");
  CHECK(differs({"arm.bp.device.w_max=0.5"}) ==
        "arm \"bp\": device.w_max = 0.6 there, device.w_max = 0.5 here");
  CHECK(differs({"network.layers=[ { units = 3, activation = 'softmax' } ]", "arm.ftp.rule=bp"})
            .starts_with("arm \"ftp\": rule = \"ftp\" there, rule = \"bp\" here"));
  CHECK(different_setting(toml, toml + "invented.key = 3\n").empty());
  CHECK(different_setting(toml, toml + "\n[[arm]]\nname = \"third\"\nrule = \"bp\"\n") ==
        "arm \"third\" is not there");
  CHECK(different_setting(toml + "\n[[arm]]\nname = \"third\"\nrule = \"bp\"\n", toml) ==
        "arm \"third\" is not here");
  CHECK(first_difference(toml, toml).empty());
  CHECK(first_difference(toml, toml + "invented.key = 3\n") ==
        "arm \"bp\": nothing there, invented.key = 3 here");
  CHECK(first_difference(toml + "invented.key = 3\n", toml) ==
        "arm \"bp\": invented.key = 3 there, nothing here");
  CHECK(toml_of(setting_lines(toml)) == toml);
}

TEST_CASE("a device's file is told with its checksum, so that another one of its name is seen",
          "[sweep]") {
  const Folder folder;
  const std::string file = folder / "steps.csv";
  const auto write = [&](const char* text) { std::ofstream(file) << text; };
  const auto toml = [&] {
    return read_scenario(scenario, {"device.model=measured", "device.file=" + file,
                                    "arm.ftp.feedback.array.kind=crossbar"})
        .toml;
  };
  const auto has = [](const std::string& text, const std::string& line) {
    return text.find("\n" + line + "\n") != text.npos;
  };
  const std::string line = "device.file = \"" + file + "\"", mark = "  # crc32 cbf43926";
  write("123456789");
  const std::string before = toml();
  CHECK(has(before, line + mark));
  CHECK(has(before, "feedback." + line + mark));
  // a comment is no setting: all who read it, read the same
  CHECK(read_scenario({"again.toml", before}, {}).toml == before);
  CHECK(complete_toml({"again.toml", before}, {}, {}) == before);
  CHECK(toml_of(setting_lines(before)) == before);

  write("12345678");
  const std::string difference =
      "arm \"ftp\": " + line + mark + " there, " + line + "  # crc32 9ae0daaf here";
  CHECK(different_setting(before, toml()) == difference);
  CHECK(first_difference(before, toml()) == difference);
  // nothing is known of a file that is gone, nor does a result from before know of any
  fs::remove(file);
  const std::string without = toml();
  CHECK(has(without, line));
  for (const auto& [there, here] : {std::pair(before, without), std::pair(without, before)}) {
    CHECK(different_setting(there, here).empty());
    CHECK(first_difference(there, here).empty());
  }
}

TEST_CASE("a name that looks as if a checksum stood behind it is another name", "[sweep]") {
  const auto of = [](const std::string& name) { return "device.file = \"" + name + "\"\n"; };
  for (const std::string name : {"a  # crc32 01234567", "a  # crc32 0123456"}) {
    CHECK(different_setting(of(name), of("a")) ==
          "device.file = \"" + name + "\" there, device.file = \"a\" here");
  }
}
