#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "sim/base/error.h"
#include "sim/base/nearest_name.h"
#include "sim/scenario/axis.h"
#include "sim/scenario/keys.h"
#include "sim/scenario/scenario.h"
#include "tests/scenario_fixture.h"
#include "tests/text_lines.h"

using namespace memtrain;
using test::line_of;
using test::plain;
using test::refusal;

TEST_CASE("arms share what they do not override", "[scenario]") {
  const Scenario s =
      read_scenario({"x.toml", plain}, {"train.epochs=5", "arm.b.ftp.gamma=2", "arm.b.rule=ftp"});
  REQUIRE(s.arms.size() == 2);
  CHECK(s.arms[0].train.epochs == 5);
  CHECK(s.arms[1].train.epochs == 5);
  CHECK(s.arms[0].train.learning_rate == 0.05F);
  CHECK(s.arms[1].train.learning_rate == 0.5F);
  CHECK(s.arms[0].device == "ideal");
  CHECK(s.arms[1].device == "soft_bounds");
  CHECK(s.arms[1].rule->name == "ftp");
  CHECK(std::get<double>(s.arms[1].rule_settings.at("gamma")) == 2.0);
  CHECK(s.arms[0].layers.size() == 2);
}

TEST_CASE("the transposed read is as the forward read where nothing else is said", "[scenario]") {
  const Scenario s = read_scenario(
      {"x.toml", plain}, {"periphery.transposed.read_noise=0.5", "arm.b.periphery.adc_bits=4"});
  CHECK(s.arms[0].array.circuits.transposed.adc.bits == 9);
  CHECK(s.arms[1].array.circuits.transposed.adc.bits == 4);
  CHECK(s.arms[0].array.circuits.transposed.read_noise == 0.5F);
  CHECK(s.arms[0].array.circuits.forward.read_noise == 0.0F);
}

TEST_CASE("every shipped scenario has a name of its own, a title and a comment", "[scenario]") {
  std::set<std::string_view> names;
  for (const ShippedScenario& shipped : shipped_scenarios()) {
    INFO(shipped.path);
    CHECK(names.insert(shipped.name()).second);
    CHECK(shipped.path.find('/') != std::string_view::npos);
    const Scenario scenario = read_scenario({"x.toml", std::string(shipped.text)}, {});
    CHECK_FALSE(scenario.title.empty());
    CHECK(scenario.comment.size() > 100);
    const std::vector<Axis> axes = read_axes({"x.toml", std::string(shipped.text)}, {});
    CHECK_NOTHROW(check_axes({"x.toml", std::string(shipped.text)}, {}, axes));
  }
}

TEST_CASE("a scenario printed with every default is the same scenario", "[scenario]") {
  for (const ShippedScenario& shipped : shipped_scenarios()) {
    INFO(shipped.path);
    const Scenario once = read_scenario({"x.toml", std::string(shipped.text)}, {});
    CHECK(read_scenario({"y.toml", once.toml}, {}).toml == once.toml);
  }
  const Scenario once = read_scenario({"x.toml", plain}, {});
  CHECK(read_scenario({"y.toml", once.toml}, {}).toml == once.toml);
}

TEST_CASE("MLPerf Tiny's networks have as many weights and biases as published", "[scenario]") {
  // Banbury et al. 2021, arXiv:2106.07597, and its reference models, with 4 parameters a channel
  // for each batch normalisation, which is left out here. MobileNet's channels: of the first layer,
  // of the depthwise and of the pointwise ones.
  struct Published {
    std::string_view name;
    Shape input;
    Index parameters, normalised_channels;
  };
  const std::vector<Published> networks{
      {"mlperf-tiny-ds-cnn", {49, 10, 1}, 24908, 9 * 64},
      {"mlperf-tiny-mobilenet", {96, 96, 3}, 221794, 8 + 1240 + 1488},
      {"mlperf-tiny-resnet8", {32, 32, 3}, 78666, 3 * 16 + 2 * 32 + 2 * 64},
      {"mlperf-tiny-autoencoder", {5, 1, 128}, 269992, 8 * 128 + 8},
  };
  for (const Published& published : networks) {
    INFO(published.name);
    const auto shipped =
        std::find_if(shipped_scenarios().begin(), shipped_scenarios().end(),
                     [&](const ShippedScenario& each) { return each.name() == published.name; });
    REQUIRE(shipped != shipped_scenarios().end());
    const Arm arm = read_scenario({"x.toml", std::string(shipped->text)}, {}).arms.at(0);
    Network network =
        make_network(arm.layers, find_loss(arm.train.loss), {.kind = "exact"}, published.input, 0);
    Index parameters = 0;
    for (std::size_t id = 0; id < network.weight_count(); ++id) {
      const Weights& weights = network.weights(id);
      parameters += weights.outputs() * (weights.inputs() + 1);
    }
    CHECK(parameters == published.parameters - 4 * published.normalised_channels);
  }
}

TEST_CASE("the help says what may be written for a key and what holds otherwise", "[scenario]") {
  const std::string help = describe_keys();
  CHECK_THAT(line_of(help, "  train.epochs "), Catch::EndsWith("[1, 1e+06]; default 10"));
  CHECK_THAT(line_of(help, "  train.loss "), Catch::EndsWith("default \"cross_entropy\""));
  CHECK_THAT(line_of(help, "  train.seeds "), Catch::EndsWith("default [0]"));
  CHECK_THAT(line_of(help, "  record.weights "), Catch::EndsWith("true, false; default true"));
  CHECK_THAT(line_of(help, "  device.w_max "), Catch::EndsWith("default the device's"));
  CHECK_THAT(line_of(help, "  periphery.transposed.adc_bits "),
             Catch::EndsWith("default as periphery.adc_bits"));
}

TEST_CASE("every key has help, a unit and a default within its range", "[scenario][contract]") {
  for (const Key& key : all_keys()) {
    INFO(key.path);
    CHECK(!key.info.help.empty());
    CHECK(!key.info.unit.empty());
    // nan: not known
    if (const auto* number = std::get_if<double>(&key.default_value);
        number != nullptr && !std::isnan(*number)) {
      CHECK(*number >= key.info.low);
      CHECK(*number <= key.info.high);
    }
    if (!key.info.choices.empty()) {
      const auto word = std::get<std::string>(key.default_value);
      CHECK(std::find(key.info.choices.begin(), key.info.choices.end(), word) !=
            key.info.choices.end());
    }
  }
}

TEST_CASE("a bad scenario is refused in one line with file, line, key and what is allowed",
          "[scenario]") {
  const auto with = [](const std::string& line) { return line + "\n" + plain; };
  CHECK(refusal(plain) == "accepted");
  CHECK(refusal(with("training.epochs = 3")) ==
        "x.toml:1: unknown key 'training.epochs', did you mean 'train.epochs'?");
  std::string misspelt = plain;
  misspelt.erase(misspelt.find("epochs") + 5, 1);
  CHECK(refusal(misspelt) == "x.toml:5: unknown key 'train.epoch', did you mean 'train.epochs'?");
  CHECK(refusal(with("data.train_limit = -1")) ==
        "x.toml:1: data.train_limit: -1 is out of range [0, 1e+09]");
  CHECK(refusal(with("data.train_limit = 1.5")) ==
        "x.toml:1: data.train_limit: 1.5 is not an integer");
  CHECK(refusal(with("record.weights = 1")) == "x.toml:1: record.weights: 1 is not true or false");
  CHECK(refusal(with("title = 5")) == "x.toml:1: title: 5 is not a text in quotes");
  CHECK(refusal(with("pulse.train_length = 32")) ==
        "x.toml:1: pulse.train_length: 32 is out of range [1, 31]");
  CHECK(refusal(with("array.kind = \"exakt\"")) ==
        "x.toml:1: array.kind: unknown value 'exakt', did you mean 'exact'? (known: crossbar, "
        "exact, quantised, transfer, buffered_transfer, mixed_precision)");
  CHECK(refusal(with("a = [")).starts_with("x.toml:"));
  CHECK(refusal(with("device.w_mux = 1")) ==
        "x.toml:1: unknown key 'device.w_mux', did you mean 'device.w_max'?");
  CHECK(refusal(with("device.model = \"soft_bounds\"\ndevice.w_min = 0.0"))
            .starts_with("x.toml:2: device: w_min must be below 0"));
  CHECK(refusal(with("device.w_max = inf")) ==
        "x.toml:1: device.w_max: inf is out of range [-100, 100] (device.model 'soft_bounds' of "
        "arm 'b')");
  CHECK(
      refusal(with("device.w_max = 1e300")) ==
      "x.toml:1: device.w_max: 1e+300 is out of range [-3.40282e+38, 3.40282e+38], that of single "
      "precision");
  CHECK(refusal(with("data.name = \"minst\""))
            .starts_with("x.toml:1: data.name: unknown data set 'minst', did you mean 'mnist'?"));
  CHECK(refusal("[network]\nlayers = [ { units = 10 } ]") ==
        "x.toml: arm: there are no arms (add an [[arm]] table with a name and a rule)");
  CHECK(refusal(plain + "[[arm]]\nname = \"a\"") == "x.toml:15: arm.name: two arms are named 'a'");
  CHECK(refusal(plain + "[[arm]]\nrule = \"bp\"") ==
        "x.toml:15: arm.name: is missing (every arm needs a name)");
  CHECK(refusal(plain + "[[arm]]\nname = \"c/d\"") ==
        "x.toml:15: arm.name: 'c/d' is not made of letters, digits, - and _");
  CHECK(refusal(plain + "data.name = \"mnist\"") ==
        "x.toml:15: data.name: is shared by all arms (set it outside of arm 'b')");
  CHECK(refusal(plain + "train.momentum = 0.9")
            .starts_with("x.toml:15: train.momentum: momentum cannot be done by pulsed updates"));
  CHECK(refusal(plain + "train.loss = \"squared_error\"")
            .starts_with(
                "x.toml:15: train.loss: squared_error needs an output layer other than softmax"));
  CHECK(refusal("[network]\nlayers = []\n[[arm]]\nname = \"a\"")
            .starts_with("x.toml:2: network.layers: is not a list of layers"));
  CHECK(refusal("[[arm]]\nname = \"a\"") ==
        "x.toml: network.layers: is missing (give the layers of the network)");
  CHECK(refusal("[network]\nlayers = [ { type = \"dens\", units = 3 } ]")
            .find("did you mean 'dense'?") != std::string::npos);
  CHECK(refusal("[network]\nlayers = [ { type = 3, units = 3 } ]") ==
        "x.toml:2: network.layers[1].type: 3 is not a text in quotes");
  CHECK(refusal("[network]\nlayers = [ { units = 4 }, { type = true, units = 3 } ]") ==
        "x.toml:2: network.layers[2].type: true is not a text in quotes");
  CHECK(refusal("[network]\nlayers = [ { unit = 3 } ]")
            .find("unknown key 'network.layers[1].unit', did you mean 'units'?") !=
        std::string::npos);
}

TEST_CASE("a bad --set is refused in the same way", "[scenario]") {
  CHECK(refusal(plain, {"periphery.adc_bits=40"}) ==
        "--set periphery.adc_bits=40: periphery.adc_bits: 40 is out of range [0, 24]");
  CHECK(refusal(plain, {"adc_bits"}) == "--set adc_bits: is not KEY=VALUE");
  CHECK(refusal(plain, {"arm.c.rule=bp"}).starts_with("--set arm.c.rule=bp: no arm is named 'c'"));
  CHECK(refusal(plain, {"train.seeds=[1, 1]"}) ==
        "--set train.seeds=[1, 1]: train.seeds: 1 is listed twice");
  CHECK(refusal(plain, {"device.dw_min=0.1", "arm.b.device.model=ideal"})
            .find("no arm has a device with this parameter") != std::string::npos);
}

TEST_CASE("circuit settings that contradict each other are refused by name", "[scenario]") {
  const auto says = [](const std::vector<std::string>& overrides, const std::string& text) {
    INFO(text);
    CHECK(refusal(plain, overrides).find(text) != std::string::npos);
  };
  says({"periphery.transposed.adc_bits=0", "periphery.transposed.adc_bound=5"},
       "periphery.transposed.adc_bound: is without effect");
  says({"periphery.dac_bound=5"},
       "periphery.dac_bound: is without effect in every arm: there is "
       "no such converter: dac_bits and dac_resolution are 0");
  says({"periphery.adc_bound=0"}, "periphery.adc_bound: 0 is out of range");
  says({"periphery.adc_resolution=0.01"}, "adc_bits says it already");
  says({"periphery.adc_range=max", "periphery.adc_bound=3"}, "adc_range finds it");
  says({"periphery.write.dac_rounding=stochastic"}, "there is no such converter");
  says({"periphery.noise_management_scale=2"}, "it is for noise_management = constant");
  says({"periphery.weight_noise_kind=pcm"}, "weight_noise is 0");
  says({"tile.rows=0"}, "tile.rows: 0 is out of range");
  says({"arm.a.array.kind=exact", "arm.a.periphery.adc_bits=4"},
       "is without effect in arm 'a': array.kind 'exact' has no circuits around it");
}

TEST_CASE("a rule that reads transposed is refused on an array that cannot be", "[scenario]") {
  CHECK(refusal(plain, {"backward.array=none"})
            .find("backward.array: 'none' cannot train arm 'b': its rule 'bp' reads weights "
                  "transposed (give it a second array") != std::string::npos);
  CHECK(refusal(plain, {"arm.b.rule=ftp", "backward.array=none"}) == "accepted");
  CHECK(refusal(plain, {"backward.refresh_every=4"}).find("backward.array is not second") !=
        std::string::npos);
  CHECK(refusal(plain, {"arm.a.backward.array=second"}).find("rule 'ftp' carries no errors back") !=
        std::string::npos);
}

TEST_CASE("a shared setting that only some arms use is no contradiction", "[scenario]") {
  CHECK(read_scenario({"x.toml", plain}, {"periphery.adc_bound=5", "arm.a.periphery.adc_bits=0"})
            .arms[1]
            .array.circuits.forward.adc.bound == 5.0F);
}

TEST_CASE("the nearest name is near or empty", "[base]") {
  const std::vector<std::string_view> known{"ftp", "bp", "readout"};
  CHECK(nearest_name("readuot", known) == "readout");
  CHECK(nearest_name("ftpp", known) == "ftp");
  CHECK(nearest_name("zzzzzz", known).empty());
}

TEST_CASE("settings of training and of rules that cannot be are refused", "[scenario]") {
  CHECK_THAT(
      refusal(plain, {"train.optimiser=adam"}),
      Catch::Contains("train.optimiser: adam cannot be done by pulsed updates (set it to sgd "
                      "in arm 'b'"));
  CHECK_THAT(refusal(plain, {"train.clip_norm=1"}),
             Catch::Contains("train.clip_norm: clip_norm cannot be done by pulsed updates"));
  CHECK_THAT(refusal(plain, {"train.beta1=0.5"}),
             Catch::Contains("train.beta1: is without effect in every arm: train.optimiser is not "
                             "adam"));
  CHECK_THAT(refusal(plain, {"train.schedule=step"}),
             Catch::Contains("train.decay_epochs: is missing"));
  CHECK_THAT(refusal(plain, {"train.schedule=cosine", "train.decay=0.5"}),
             Catch::Contains("train.decay: is without effect"));
  CHECK_THAT(refusal(plain, {"train.patience=3"}),
             Catch::Contains("train.patience: arm 'a' has no validation samples"));
  CHECK(refusal(plain, {"train.patience=3", "data.validation=100"}) == "accepted");
  CHECK_THAT(
      refusal(plain, {"arm.a.rule=ff", "network.layers=[{units=10, activation=\"softmax\"}]"}),
      Catch::Contains("network.layers: rule 'ff' of arm 'a' needs hidden layers"));
  CHECK_THAT(refusal(plain, {"arm.b.feedback.array.kind=crossbar"}),
             Catch::Contains("is without effect in arm 'b': rule 'bp' has no matrices of its own"));
  CHECK_THAT(refusal(plain, {"arm.a.feedback.periphery.adc_bits=4"}),
             Catch::Contains("is without effect in arm 'a': feedback.array.kind is exact"));
  CHECK_THAT(
      refusal(plain, {"arm.a.rule=dtp", "arm.a.dtp.top=gradient", "backward.array=none",
                      "arm.b.rule=ftp"}),
      Catch::Contains("'none' cannot train arm 'a': its rule 'dtp' reads weights transposed"));
  CHECK(refusal(plain, {"arm.a.rule=dtp", "backward.array=none", "arm.b.rule=ftp"}) == "accepted");
  // learned inverses on pulsed devices are written by pulses too
  CHECK_THAT(refusal(plain, {"arm.a.rule=dtp", "arm.a.train.momentum=0.9",
                             "arm.a.feedback.array.kind=crossbar",
                             "arm.a.feedback.device.model=soft_bounds"}),
             Catch::Contains("train.momentum: momentum cannot be done by pulsed updates"));
  CHECK(refusal(plain,
                {"arm.a.rule=dfa", "arm.a.train.momentum=0.9", "arm.a.feedback.array.kind=crossbar",
                 "arm.a.feedback.device.model=soft_bounds"}) == "accepted");
  CHECK_THAT(refusal(plain, {"arm.a.rule=dfa", "arm.a.feedback.array.kind=transfer"}),
             Catch::Contains("feedback.array.kind: 'transfer' needs a device that is written by "
                             "pulses, not 'ideal' (the feedback arrays of arm 'a')"));
}

TEST_CASE("a name that device models share takes what each of them takes", "[scenario]") {
  for (const DeviceModel* model : device_models()) {
    for (const ParameterDescription& row : model->parameters()) {
      for (const char* prefix : {"", "feedback."}) {
        const Key& key = *find_key(prefix + ("device." + std::string(row.info.name)));
        INFO(model->info().name << ": " << key.path);
        CHECK(key.info.low <= row.info.low);
        CHECK(key.info.high >= row.info.high);
        CHECK(key.default_value.index() == row.default_value.index());
      }
    }
  }
  const std::vector<std::string> steep{"device.gamma_up=20", "arm.b.device.model=exp_step"};
  const Scenario s = read_scenario({"x.toml", plain}, steep);
  CHECK(std::get<double>(s.arms[1].array.crosspoints.device.at("gamma_up")) == 20.0);
  CHECK(read_scenario({"again.toml", s.toml}, {}).toml == s.toml);
  CHECK_THAT(refusal(plain, {"device.gamma_up=20", "arm.b.device.model=linear_step"}),
             Catch::Contains("device.gamma_up: 20 is out of range [-10, 10] (device.model "
                             "'linear_step' of arm 'b')"));
}

TEST_CASE("what a rule needs is told in words", "[rules]") {
  CHECK(needs_text(find_rule_kind("bp")->needs({})) == "transposed read, symmetric weights");
  CHECK(needs_text(find_rule_kind("readout")->needs({})) == "nothing");
  CHECK(needs_text(find_rule_kind("ff")->needs({})) ==
        "second forward read, label in the input, hidden layers, softmax outputs, dense layers");
  CHECK(needs_text(find_rule_kind("dtp")->needs({})) ==
        "second forward read, learned feedback arrays, dense layers");
}
