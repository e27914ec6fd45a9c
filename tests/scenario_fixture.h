#pragma once
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "sim/base/error.h"
#include "sim/scenario/scenario.h"

namespace memtrain::test {

/// Two arms: FTP on ideal devices, BP on soft bounds.
inline const std::string plain = R"(
[network]
layers = [ { type = "dense", units = 8 }, { units = 10, activation = "softmax" } ]
[train]
epochs = 3
[periphery]
adc_bits = 9
[[arm]]
name = "a"
rule = "ftp"
[[arm]]
name = "b"
train.learning_rate = 0.5
device.model = "soft_bounds"
)";

/// The message with which a scenario is refused, or "accepted".
inline std::string refusal(const std::string& text,
                           const std::vector<std::string>& overrides = {}) {
  try {
    static_cast<void>(read_scenario({"x.toml", text}, overrides));
  } catch (const Error& error) {
    CHECK(error.kind == Failure::usage);
    return error.what();
  }
  return "accepted";
}

}  // namespace memtrain::test
