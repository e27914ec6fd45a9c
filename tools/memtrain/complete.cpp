#include <fmt/format.h>

#include <functional>
#include <iostream>
#include <set>

#include "devices/array/device_model.h"
#include "devices/periphery/digital_logic.h"
#include "devices/presets/preset.h"
#include "sim/base/error.h"
#include "sim/characterise/fit.h"
#include "sim/scenario/keys.h"
#include "sim/scenario/scenario.h"
#include "tools/memtrain/command.h"

namespace memtrain {
namespace {

namespace po = boost::program_options;

using Words = std::vector<std::string>;

/// What stands on the line already.
struct Written {
  Words words;                                   ///< without the one that is completed
  Words subject;                                 ///< those of them that fill positional options
  const po::option_description* open = nullptr;  ///< the last one's, if its value is to follow
};

Words scenario_names() {
  Words names{"*.toml"};
  for (const ShippedScenario& shipped : shipped_scenarios()) names.emplace_back(shipped.name());
  return names;
}
Words device_names() {
  Words names{"*.toml"};
  for (const DeviceModel* model : device_models()) names.emplace_back(model->info().name);
  for (const Preset& preset : presets()) names.emplace_back(preset.name);
  return names;
}
Words processor_names() {
  Words names;
  for (const Processor& processor : processors()) names.emplace_back(processor.name);
  return names;
}
Words device_and_processor_names() {
  Words names = device_names();
  for (const std::string& name : processor_names()) names.push_back(name);
  return names;
}
Words dataset_names() {
  Words names;
  for (const DataSource* source : data_sources()) names.emplace_back(source->name);
  return names;
}
Words model_names() {
  Words names{"auto"};
  for (const std::string_view model : models_to_fit()) names.emplace_back(model);
  return names;
}
Words command_names() {
  Words names;
  for (const Command* command : commands()) names.emplace_back(command->name);
  return names;
}

/// `arm.NAME.` for the arms of the scenario on the line, if it can be read.
Words arm_prefixes(const Written& written) {
  if (written.subject.empty()) return {};
  Words prefixes;
  try {
    for (const Arm& arm : read_scenario(find_scenario(written.subject.front()), {}).arms) {
      prefixes.push_back("arm." + arm.name + ".");
    }
  } catch (const Error&) {
    // the command itself will tell
  }
  return prefixes;
}

Words values_of(const Key& key) {
  if (key.path.ends_with("device.preset")) return device_names();
  if (key.path == "digital.preset") return processor_names();
  if (key.path == "data.name") return dataset_names();
  if (std::holds_alternative<bool>(key.default_value)) return {"true", "false"};
  return {key.info.choices.begin(), key.info.choices.end()};
}

/// KEY=VALUE, section by section as a path is completed folder by folder.
Words settings(const Written& written, const std::string& last) {
  std::string prefix;
  if (last.starts_with("arm.")) {
    for (const std::string& arm : arm_prefixes(written)) {
      if (last.starts_with(arm)) prefix = arm;
    }
    if (prefix.empty()) return arm_prefixes(written);
  }
  const std::string rest = last.substr(prefix.size());
  Words out;
  if (const auto equals = rest.find('='); equals != std::string::npos) {
    const Key* key = find_key(rest.substr(0, equals));
    if (key == nullptr) return {};
    for (const std::string& value : values_of(*key)) {
      if (!value.starts_with('*')) out.push_back(prefix + key->path + "=" + value);
    }
    return out;
  }
  std::set<std::string> sections;
  for (const Key& key : all_keys()) {
    if (!key.path.starts_with(rest)) continue;
    const auto dot = key.path.find('.', rest.size());
    if (dot == std::string::npos) {
      out.push_back(prefix + key.path + "=");
    } else {
      sections.insert(prefix + key.path.substr(0, dot + 1));
    }
  }
  out.insert(out.end(), sections.begin(), sections.end());
  if (prefix.empty() && std::string_view("arm.").starts_with(rest)) {
    for (const std::string& arm : arm_prefixes(written)) out.push_back(arm);
  }
  return out;
}

/// What an argument of that name may be: words, and patterns of files.
Words candidates(const CommandLine& line, const std::string& argument, const std::string& shown,
                 const Written& written, const std::string& last) {
  if (const auto words = line.words.find(argument); words != line.words.end()) {
    return {words->second.begin(), words->second.end()};
  }
  if (shown == "KEY=VALUE" || shown == "KEY=SPEC") return settings(written, last);
  static const std::map<std::string, std::function<Words()>> lists{
      {"SCENARIO", scenario_names}, {"DEVICE", device_names}, {"NAME", device_and_processor_names},
      {"DATASET", dataset_names},   {"MODEL", model_names},   {"COMMAND", command_names},
  };
  if (const auto list = lists.find(shown); list != lists.end()) return list->second();
  static const std::map<std::string, std::string> patterns{
      {"A", "*.h5"},       {"B", "*.h5"},         {"FILE", "*.h5"},
      {"FILE...", "*.h5"}, {"MEASURED", "*.csv"}, {"DIR", "*/"}};
  if (const auto pattern = patterns.find(shown); pattern != patterns.end()) {
    return {pattern->second};
  }
  const auto dot = shown.find('.');
  return dot == std::string::npos ? Words() : Words{"*" + shown.substr(dot)};
}

/// The name that help shows for the value: "--output FILE.h5 (=x)" is "FILE.h5".
std::string value_name(const po::option_description& option) {
  const std::string shown = option.format_parameter();
  return shown.substr(0, shown.find(' '));
}

bool takes_value(const po::option_description& option) {
  return option.semantic()->max_tokens() > 0;
}

const po::option_description* find_option(const po::options_description& options,
                                          const std::string& word) {
  if (word.starts_with("--")) return options.find_nothrow(word.substr(2), false);
  if (word.size() == 2 && word.front() == '-')
    return options.find_nothrow(word, false, false, true);
  return nullptr;
}

Written read_words(const po::options_description& options, Words words) {
  Written written{.words = std::move(words)};
  for (const std::string& word : written.words) {
    if (written.open != nullptr) {
      written.open = nullptr;
    } else if (word.size() < 2 || word.front() != '-') {
      written.subject.push_back(word);
    } else if (const auto* option = find_option(options, word);
               option != nullptr && takes_value(*option)) {
      written.open = option;
    }
  }
  return written;
}

Words complete_of(const Command& command, const Words& before, const std::string& last) {
  const CommandLine line = command.line();
  const po::options_description options = options_of(command);
  const Written written = read_words(options, before);
  if (written.open != nullptr) {
    return candidates(line, written.open->long_name(), value_name(*written.open), written, last);
  }
  if (const auto equals = last.find('='); last.starts_with("--") && equals != std::string::npos) {
    const auto* option = find_option(options, last.substr(0, equals));
    if (option == nullptr || !takes_value(*option)) return {};
    Words out;
    for (const std::string& value : candidates(line, option->long_name(), value_name(*option),
                                               written, last.substr(equals + 1))) {
      if (!value.starts_with('*')) out.push_back(last.substr(0, equals + 1) + value);
    }
    return out;
  }
  if (last.starts_with('-')) {
    Words out;
    for (const auto& option : options.options()) out.push_back("--" + option->long_name());
    return out;
  }
  std::size_t place = written.subject.size();
  if (line.positional.empty()) return {};
  if (line.positional.back().ends_with("...")) place = std::min(place, line.positional.size() - 1);
  if (place >= line.positional.size()) return {};
  return candidates(line, line.positional[place], line.positional[place], written, last);
}

Words complete_program(const std::string& last) {
  if (!last.starts_with('-')) return command_names();
  Words out;
  for (const ProgramOption& option : program_options) out.emplace_back(option.name);
  return out;
}

/// Takes the option that may stand anywhere out of the words; whether its value is to follow.
bool take_log_level(Words& words) {
  for (auto at = words.begin(); at != words.end(); ++at) {
    const bool value_follows = *at == "--log-level";
    if (!value_follows && !at->starts_with("--log-level=")) continue;
    if (value_follows && std::next(at) == words.end()) return true;
    words.erase(at, at + (value_follows ? 2 : 1));
    break;
  }
  return false;
}

Words complete_log_level(const std::string& before) {
  Words out;
  for (const std::string_view level : log_levels) out.push_back(before + std::string(level));
  return out;
}

Words complete(Words words) {
  const std::string last = words.empty() ? "" : words.back();
  if (!words.empty()) words.pop_back();
  if (take_log_level(words)) return complete_log_level("");
  if (last.starts_with("--log-level=")) return complete_log_level("--log-level=");
  if (words.empty()) return complete_program(last);
  const Command* command = find_command(words.front());
  if (command == nullptr) return {};
  return complete_of(*command, {words.begin() + 1, words.end()}, last);
}

CommandLine line() {
  return {.positional = {"WORD..."},
          .notes =
              "Shells ask this when the tab key is pressed. WORD are those behind `memtrain --`\n"
              "up to the one that is completed, which may be empty. A line of the answer is a\n"
              "word, or as *.h5 or */ a pattern of the files or folders that fit.\n"};
}

int run(const Command& command, const std::vector<std::string>& arguments) {
  const ParsedArguments given = parse_arguments(command, arguments);
  if (given.help) return 0;
  const Words words = given.texts("WORD...");
  const std::string last = words.empty() ? "" : words.back();
  for (const std::string& word : complete(words)) {
    if (word.starts_with('*') || word.starts_with(last)) std::cout << word << '\n';
  }
  return 0;
}

}  // namespace

extern const Command complete_command{
    "complete", "-- [WORD]...", "lists what may stand at the end of a command line", line, run};

}  // namespace memtrain
