#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/layers/layer.h"
#include "sim/base/parameter.h"
#include "sim/scenario/assignments.h"
#include "sim/scenario/parse_toml.h"

namespace memtrain {

/// The value of a setting from a node of TOML, checked for type, range and choice; `like` has the
/// type. Errors: Failure::usage, beginning with `place`.
[[nodiscard]] Value read_value(const toml::node& node, const std::string& path,
                               const ParameterInfo& info, const Value& like, const Place& place);

/// The layers of a network from a list of tables, each parameter checked like a setting. Errors:
/// Failure::usage, beginning with `place`.
[[nodiscard]] std::vector<LayerSettings> read_layers(const toml::node& node, const Place& place);

/// ", did you mean 'x'?", or nothing where no known word is near.
[[nodiscard]] std::string suggestion(std::string_view word,
                                     std::span<const std::string_view> known);

/// Words as a message lists them.
[[nodiscard]] std::string or_list(std::span<const std::string_view> words);

}  // namespace memtrain
