#include "tests/scenario_fixture.h"

// What a scenario says of the arrays that a rule has of its own.
using namespace memtrain;
using test::plain;
using test::refusal;

TEST_CASE("feedback arrays are exact until told otherwise, then as the network's", "[scenario]") {
  const std::vector<std::string> crossbar{"arm.a.rule=dfa", "arm.b.rule=dfa",
                                          "feedback.array.kind=crossbar"};
  const Scenario exact = read_scenario({"x.toml", plain}, {"arm.a.rule=dfa"});
  CHECK(exact.arms[0].feedback.kind == "exact");
  auto overrides = crossbar;
  overrides.emplace_back("feedback.periphery.adc_bits=5");
  overrides.emplace_back("arm.a.feedback.device.preset=reram-sb");
  const Scenario s = read_scenario({"x.toml", plain}, overrides);
  CHECK(s.arms[0].array.circuits.forward.adc.bits == 9);
  CHECK(s.arms[0].feedback.circuits.forward.adc.bits == 5);
  CHECK(s.arms[0].array.device->info().name == "ideal");
  CHECK(s.arms[0].feedback.device->info().name == "soft_bounds_reference");
  CHECK(std::get<double>(s.arms[0].feedback.crosspoints.device.at("dw_min")) == Approx(0.002));
  CHECK(s.arms[1].feedback.device->info().name == "soft_bounds");
  CHECK(s.arms[1].feedback.backward.array == "none");
  // the complete scenario says all of it again
  const Scenario again = read_scenario({"again.toml", s.toml}, {});
  CHECK(again.toml == s.toml);
  CHECK(again.arms[0].feedback.circuits.forward.adc.bits == 5);
  CHECK(again.arms[0].feedback.device->info().name == "soft_bounds_reference");
}

TEST_CASE("a device that feedback arrays bring along leaves the network's alone", "[scenario]") {
  const Scenario s = read_scenario(
      {"x.toml", plain}, {"arm.a.rule=dfa", "device.preset=reram-sb",
                          "feedback.array.kind=crossbar", "arm.a.feedback.device.preset=ecram"});
  CHECK(s.arms[0].array.device->info().name == "soft_bounds_reference");
  CHECK(s.arms[0].feedback.device->info().name == "linear_step");
  CHECK(std::get<double>(s.arms[0].array.crosspoints.device.at("write_noise_std")) == 56.0);
  CHECK_FALSE(s.arms[0].feedback.crosspoints.device.contains("write_noise_std"));
}

TEST_CASE("the network's way to write its arrays binds only feedback arrays that are written",
          "[scenario]") {
  const std::vector<std::string> fixed{"arm.a.rule=dfa", "arm.a.device.model=soft_bounds",
                                       "pulse.mode=stochastic",
                                       "arm.a.feedback.array.kind=mixed_precision"};
  const Scenario s = read_scenario({"x.toml", plain}, fixed);
  CHECK(s.arms[0].array.crosspoints.pulse.mode == "stochastic");
  CHECK(read_scenario({"again.toml", s.toml}, {}).toml == s.toml);
  // learned inverses are written in training, all arrays by a program that verifies
  const auto refused = Catch::Contains(
      "pulse.mode: 'stochastic' cannot be done by array.kind 'mixed_precision' of the feedback "
      "arrays of arm 'a' (it can do: deterministic)");
  for (const std::string more : {"arm.a.rule=dtp", "programming.method=write_verify"}) {
    std::vector<std::string> written = fixed;
    written.push_back(more);
    CHECK_THAT(refusal(plain, written), refused);
    written.emplace_back("arm.a.feedback.pulse.mode=deterministic");
    CHECK(refusal(plain, written) == "accepted");
  }
}

TEST_CASE("arrays that are read with errors are read as the network's are with errors",
          "[scenario]") {
  const std::vector<std::string> given{"arm.a.rule=dfa",
                                       "arm.b.rule=drtp",
                                       "feedback.array.kind=crossbar",
                                       "arm.b.device.model=ideal",
                                       "periphery.transposed.adc_bits=6",
                                       "arm.a.rule=dfa",
                                       "arm.b.array.kind=exact"};
  // nothing reads weights transposed, but the errors of arm a take that way
  const Scenario s = read_scenario({"x.toml", plain}, given);
  CHECK(s.arms[0].feedback.circuits.forward.adc.bits == 6);
  CHECK(s.arms[1].feedback.circuits.forward.adc.bits == 9);
  const Scenario low =
      read_scenario({"x.toml", plain}, {"arm.a.rule=fa", "array.kind=quantised",
                                        "feedback.array.kind=quantised", "quantised.error_bits=3",
                                        "arm.b.rule=ftp", "arm.a.feedback.quantised.weight_bits=2",
                                        "arm.b.device.model=ideal", "arm.b.array.kind=crossbar"});
  CHECK(low.arms[0].feedback.low_precision.activation_bits == 3);
  CHECK(low.arms[0].feedback.low_precision.weight_bits == 2);
  CHECK(low.arms[1].feedback.low_precision.activation_bits == 8);
}

TEST_CASE("settings of other rules, and of writing what is not written, are refused",
          "[scenario]") {
  CHECK_THAT(refusal(plain, {"arm.b.ftp.gamma=2"}),
             Catch::Contains("ftp.gamma: is without effect in arm 'b': its rule is 'bp'"));
  CHECK_THAT(refusal(plain, {"dfa.feedback_scale=2"}),
             Catch::Contains("dfa.feedback_scale: is without effect in every arm"));
  CHECK_THAT(refusal(plain, {"arm.a.feedback.array.kind=crossbar",
                             "arm.a.feedback.device.model=soft_bounds",
                             "arm.a.feedback.pulse.train_length=7"}),
             Catch::Contains("rule 'ftp' does not write its matrices in training"));
  CHECK_THAT(
      refusal(plain, {"arm.a.feedback.array.kind=crossbar", "arm.a.feedback.device.preset=nosuch"}),
      Catch::Contains("feedback.device.preset: no preset or file 'nosuch'"));
  CHECK_THAT(
      refusal(plain, {"arm.a.rule=ff", "arm.a.train.loss=squared_error",
                      "arm.a.network.layers=[{units=8}, {units=10, activation=\"linear\"}]"}),
      Catch::Contains("train.loss: rule 'ff' of arm 'a' needs cross_entropy"));
  // exact network, feedback on devices: what feedback takes from the network's settings has effect
  CHECK(refusal(plain, {"array.kind=exact", "arm.a.feedback.array.kind=crossbar",
                        "arm.b.rule=readout"}) == "accepted");
}
