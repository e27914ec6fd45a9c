#include "sim/scenario/read_value.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>

#include "sim/base/nearest_name.h"
#include "sim/scenario/keys.h"
#include "sim/scenario/place.h"

namespace memtrain {
namespace {

std::string written(const toml::node& node) {
  std::ostringstream out;
  node.visit([&](const auto& value) { out << value; });
  return out.str();
}

[[noreturn]] void refuse_range(const std::string& value, const std::string& path,
                               const ParameterInfo& info, const Place& place) {
  refuse(place,
         fmt::format("{}: {} is out of range [{:g}, {:g}]", path, value, info.low, info.high));
}

/// Settings are written, and most are kept, in single precision: a number that would become
/// infinite is refused.
void check_range(double value, const std::string& path, const ParameterInfo& info,
                 const Place& place) {
  constexpr double largest = std::numeric_limits<float>::max();
  if (std::isfinite(value) && std::abs(value) > largest) {
    refuse(place, fmt::format("{}: {:g} is out of range [{:g}, {:g}], that of single precision",
                              path, value, -largest, largest));
  }
  if (value >= info.low && value <= info.high) return;
  refuse_range(fmt::format("{:g}", value), path, info, place);
}

void check_range(std::int64_t value, const std::string& path, const ParameterInfo& info,
                 const Place& place) {
  const auto number = static_cast<double>(value);
  if (number >= info.low && number <= info.high) return;
  refuse_range(fmt::format("{}", value), path, info, place);
}

std::vector<std::int64_t> read_integers(const toml::node& node, const std::string& path,
                                        const ParameterInfo& info, const Place& place) {
  std::vector<std::int64_t> numbers;
  const auto* array = node.as_array();
  if (array == nullptr)
    refuse(place, fmt::format("{}: {} is not a list of integers", path, written(node)));
  for (const toml::node& element : *array) {
    const auto number = element.value_exact<std::int64_t>();
    if (!number) refuse(place, fmt::format("{}: {} is not an integer", path, written(element)));
    check_range(*number, path, info, place);
    numbers.push_back(*number);
  }
  if (numbers.empty()) refuse(place, path + ": the list is empty (give at least one)");
  return numbers;
}

std::vector<double> read_numbers(const toml::node& node, const std::string& path,
                                 const ParameterInfo& info, const Place& place) {
  const auto* array = node.as_array();
  if (array == nullptr) {
    refuse(place, fmt::format("{}: {} is not a list of numbers", path, written(node)));
  }
  std::vector<double> numbers;
  for (const toml::node& element : *array) {
    if (!element.is_number()) {
      refuse(place, fmt::format("{}: {} is not a number", path, written(element)));
    }
    numbers.push_back(element.value<double>().value_or(0.0));
    check_range(numbers.back(), path, info, place);
  }
  return numbers;
}

}  // namespace

std::string or_list(std::span<const std::string_view> words) {
  return fmt::format("{}", fmt::join(words, ", "));
}

std::string suggestion(std::string_view word, std::span<const std::string_view> known) {
  const std::string near = nearest_name(word, known);
  return near.empty() ? "" : fmt::format(", did you mean '{}'?", near);
}

Value read_value(const toml::node& node, const std::string& path, const ParameterInfo& info,
                 const Value& like, const Place& place) {
  if (std::holds_alternative<bool>(like)) {
    const auto flag = node.value_exact<bool>();
    if (!flag) refuse(place, fmt::format("{}: {} is not true or false", path, written(node)));
    return *flag;
  }
  if (std::holds_alternative<std::int64_t>(like)) {
    const auto number = node.value_exact<std::int64_t>();
    if (!number) refuse(place, fmt::format("{}: {} is not an integer", path, written(node)));
    check_range(*number, path, info, place);
    return *number;
  }
  if (std::holds_alternative<double>(like)) {
    if (!node.is_number())
      refuse(place, fmt::format("{}: {} is not a number", path, written(node)));
    const double number = node.value<double>().value_or(0.0);
    // what may be unknown may be said to be
    const bool unknown = std::isnan(std::get<double>(like)) && std::isnan(number);
    if (!unknown) check_range(number, path, info, place);
    return number;
  }
  if (std::holds_alternative<std::vector<std::int64_t>>(like)) {
    return read_integers(node, path, info, place);
  }
  if (std::holds_alternative<std::vector<double>>(like)) {
    return read_numbers(node, path, info, place);
  }
  const auto word = node.value_exact<std::string>();
  if (!word) refuse(place, fmt::format("{}: {} is not a text in quotes", path, written(node)));
  if (!info.choices.empty() &&
      std::find(info.choices.begin(), info.choices.end(), *word) == info.choices.end()) {
    refuse(place, fmt::format("{}: unknown value '{}'{} (known: {})", path, *word,
                              suggestion(*word, info.choices), or_list(info.choices)));
  }
  return *word;
}

namespace {

/// Whether a layer's parameter has no default that could stand: a number outside of its range, or
/// no name of a second input.
bool must_be_given(const LayerKind& kind, const ParameterDescription& row) {
  const auto* number = std::get_if<std::int64_t>(&row.default_value);
  return (number != nullptr && static_cast<double>(*number) < row.info.low) ||
         (kind.takes_two_inputs && row.info.name == "with");
}

LayerSettings read_layer(const toml::node& node, const std::string& path, const Place& place) {
  const auto* table = node.as_table();
  if (table == nullptr)
    refuse(place, path + ": is not a table such as { type = \"dense\", units = 10 }");
  LayerSettings layer{"dense", {}};
  if (const toml::node* type = table->get("type"); type != nullptr) {
    layer.type = std::get<std::string>(read_value(*type, path + ".type", {}, std::string(), place));
  }
  std::vector<std::string_view> kinds;
  for (const LayerKind* kind : layer_kinds()) kinds.push_back(kind->name);
  const LayerKind* kind = find_layer_kind(layer.type);
  if (kind == nullptr) {
    refuse(place, fmt::format("{}.type: unknown value '{}'{} (known: {})", path, layer.type,
                              suggestion(layer.type, kinds), or_list(kinds)));
  }
  const auto rows = layer_parameters(*kind);
  std::vector<std::string_view> names{"type"};
  for (const ParameterDescription& row : rows) names.push_back(row.info.name);
  for (const auto& [key, value] : *table) {
    const auto name = key.str();
    if (name == "type") continue;
    const auto row =
        std::find_if(rows.begin(), rows.end(), [&](const auto& r) { return r.info.name == name; });
    const std::string full = fmt::format("{}.{}", path, name);
    if (row == rows.end())
      refuse(place, fmt::format("unknown key '{}'{}", full, suggestion(name, names)));
    layer.values[std::string(name)] = read_value(value, full, row->info, row->default_value, place);
  }
  for (const ParameterDescription& row : rows) {
    if (must_be_given(*kind, row) && !layer.values.contains(row.info.name)) {
      refuse(place,
             fmt::format("{}.{}: is missing (give the {})", path, row.info.name, row.info.help));
    }
  }
  return layer;
}

}  // namespace

std::vector<LayerSettings> read_layers(const toml::node& node, const Place& place) {
  const auto* array = node.as_array();
  if (array == nullptr || array->empty()) {
    refuse(place,
           fmt::format("{}: is not a list of layers, such as [{{ type = \"dense\", units = 10 }}]",
                       layers_key));
  }
  std::vector<LayerSettings> layers;
  for (std::size_t i = 0; i < array->size(); ++i) {
    layers.push_back(read_layer((*array)[i], fmt::format("{}[{}]", layers_key, i + 1), place));
  }
  return layers;
}

}  // namespace memtrain
