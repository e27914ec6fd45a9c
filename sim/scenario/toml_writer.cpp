#include "sim/scenario/toml_writer.h"

#include <fmt/format.h>
#include <zlib.h>

#include <cmath>
#include <filesystem>

#include "sim/base/file_bytes.h"
#include "sim/scenario/effect.h"
#include "sim/scenario/keys.h"
#include "sim/scenario/setting_lines.h"

namespace memtrain {
namespace {

/// The shortest text that reads back as the same single-precision number, and as a number with a
/// point.
std::string number(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  std::string text = fmt::format("{}", static_cast<float>(value));
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

std::string text_of(const std::vector<LayerSettings>& layers) {
  std::string out = "[\n";
  for (const LayerSettings& layer : layers) {
    out += fmt::format("  {{ type = {}", quoted(layer.type));
    for (const ParameterDescription& row : layer_parameters(*find_layer_kind(layer.type))) {
      const auto given = layer.values.find(row.info.name);
      out +=
          fmt::format(", {} = {}", row.info.name,
                      toml_text(given == layer.values.end() ? row.default_value : given->second));
    }
    out += " },\n";
  }
  return out + "]";
}

bool is_rule_section(std::string_view section) { return find_rule_kind(section) != nullptr; }

/// The value that holds for a key in these assignments: given, or the default, which for a device
/// parameter is its model's and for the transposed read the forward read's.
Value value_of(const Assignments& given, const Key& key, const DeviceModel* device) {
  if (const auto at = given.values.find(key.path); at != given.values.end())
    return at->second.value;
  if (section_of(key.path) == "periphery.transposed") {
    const Key& forward = *find_key(fmt::format("periphery.{}", key.info.name));
    return value_of(given, forward, device);
  }
  if (device != nullptr && !key.devices.empty()) {
    for (const ParameterDescription& row : device->parameters()) {
      if (row.info.name == key.info.name) return row.default_value;
    }
  }
  return key.default_value;
}

bool applies_to(const Key& key, const DeviceModel& device) {
  return key.devices.empty() ||
         std::find(key.devices.begin(), key.devices.end(), device.info().name) != key.devices.end();
}

/// Every key as "section.name = value", so that it can stand in an arm or before any table.
std::string line(const std::string& path, const std::string& value) {
  return fmt::format("{} = {}\n", path, value);
}

/// The checksum of a file, as it stands behind its name; empty for one that cannot be read, or is
/// larger than a table may be. A pipe is left alone, for it can be read but once.
std::string checksum_of(const std::string& file) {
  namespace fs = std::filesystem;
  std::error_code problem;
  if (!fs::is_regular_file(file, problem) || fs::file_size(file, problem) > most_text) return "";
  const std::vector<char> bytes = file_bytes(file, problem);
  if (problem) return "";
  const auto* data = reinterpret_cast<const Bytef*>(bytes.data());
  return fmt::format("{}{:08x}", checksum_mark, crc32_z(0, data, bytes.size()));
}

}  // namespace

std::string toml_text(const Value& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return fmt::format("{}", *integer);
  if (const auto* real = std::get_if<double>(&value)) return number(*real);
  if (const auto* word = std::get_if<std::string>(&value)) return quoted(*word);
  if (const auto* reals = std::get_if<std::vector<double>>(&value)) {
    std::vector<std::string> texts;
    for (const double each : *reals) texts.push_back(number(each));
    return fmt::format("[{}]", fmt::join(texts, ", "));
  }
  return fmt::format("[{}]", fmt::join(std::get<std::vector<std::int64_t>>(value), ", "));
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string arm_toml(const Assignments& merged, const Assignments& feedback, const Arm& arm) {
  std::string out = line("rule", quoted(std::string(arm.rule->name)));
  out += line(std::string(layers_key), text_of(arm.layers));
  for (const Key& key : all_keys()) {
    if (key.scope == Scope::run || key.path == "rule") continue;
    const std::string_view section = section_of(key.path);
    if (is_rule_section(section) && section != arm.rule->name) continue;
    if (!without_effect(key, arm).empty()) continue;
    const bool of_feedback = is_of_feedback(key.path);
    const Key& plain = of_feedback ? *find_key(key.path.substr(feedback_prefix.size())) : key;
    const Assignments& given = of_feedback ? feedback : merged;
    const DeviceModel* device = of_feedback ? arm.feedback.device : arm.array.device;
    if (device != nullptr && !applies_to(plain, *device)) continue;
    const bool names_preset = plain.path == "device.preset" || plain.path == "digital.preset";
    if (names_preset && given.word(plain.path).empty()) continue;
    const Value value = value_of(given, plain, device);
    // what this device is stands in its file: the line shall tell when that has changed
    const bool names_file = plain.path == "device.file";
    out += line(key.path,
                toml_text(value) + (names_file ? checksum_of(std::get<std::string>(value)) : ""));
  }
  return out;
}

std::string scenario_toml(const Assignments& base, const Scenario& scenario) {
  std::string out;
  for (const Key& key : all_keys()) {
    if (key.scope != Scope::run) continue;
    const bool of_data = section_of(key.path) == "data";
    if (of_data && !without_effect(scenario.data, key.info.name).empty()) continue;
    out += line(key.path, toml_text(value_of(base, key, nullptr)));
  }
  for (const Arm& arm : scenario.arms) {
    out += fmt::format("\n[[arm]]\nname = {}\n{}", quoted(arm.name), arm.toml);
  }
  return out;
}

}  // namespace memtrain
