#include "tools/memtrain/command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <sstream>

#include "sim/base/error.h"
#include "sim/base/split_outside.h"
#include "tools/memtrain/terminal.h"

namespace memtrain {

namespace po = boost::program_options;

const Command* find_command(std::string_view name) {
  for (const Command* command : commands()) {
    if (command->name == name) return command;
  }
  return nullptr;
}

po::options_description options_of(const Command& command) {
  po::options_description options = command.line().options;
  options.add_options()("help,h", "show this help");
  return options;
}

namespace {

constexpr std::size_t help_width = 80;  // as Boost folds the options

/// What stands in brackets stays together.
std::string folded_usage(const Command& command) {
  std::string out = fmt::format("memtrain {}", command.name);
  const std::string moved_in(out.size(), ' ');
  std::size_t column = out.size();
  for (const std::string& word : split_outside(std::string(command.usage), ' ')) {
    if (word.empty()) continue;
    if (column + 1 + word.size() > help_width) {
      out += '\n' + moved_in;
      column = moved_in.size();
    }
    out += ' ' + word;
    column += 1 + word.size();
  }
  return out + '\n';
}

/// Lines that are moved in are entries of a list, as wide as the terminal; the others make
/// paragraphs.
std::string folded_notes(const std::string& notes) {
  std::string out, paragraph;
  const auto end_paragraph = [&] {
    if (!paragraph.empty()) out += folded(paragraph, help_width) + '\n';
    paragraph.clear();
  };
  std::istringstream lines(notes);
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && !line.starts_with("  ")) {
      paragraph += (paragraph.empty() ? "" : " ") + line;
      continue;
    }
    end_paragraph();
    const std::size_t name = line.find_first_not_of(' ');
    const std::size_t text = line.find_first_not_of(' ', line.find(' ', name));
    out += folded(line, output_style().width, text) + '\n';
  }
  end_paragraph();
  return out;
}

}  // namespace

ParsedArguments parse_arguments(const Command& command, const std::vector<std::string>& arguments) {
  ParsedArguments parsed{.values = {}, .line = command.line()};
  const std::vector<std::string>& positional = parsed.line.positional;
  po::options_description all("Options");
  const auto takes_all = [](const std::string& name) { return name.ends_with("..."); };
  for (const std::string& name : positional) {
    if (takes_all(name)) {
      all.add_options()(name.c_str(), po::value<std::vector<std::string>>());
    } else {
      all.add_options()(name.c_str(), po::value<std::string>());
    }
  }
  const po::options_description shown = options_of(command);
  all.add(shown);
  po::positional_options_description places;
  for (const std::string& name : positional) places.add(name.c_str(), takes_all(name) ? -1 : 1);
  try {
    po::store(
        po::command_line_parser(arguments)
            .options(all)
            .positional(places)
            .style(po::command_line_style::default_style & ~po::command_line_style::allow_guessing)
            .run(),
        parsed.values);
    po::notify(parsed.values);
  } catch (const po::error& error) {
    throw Error(Failure::usage, fmt::format("{}: {} (see `memtrain {} --help`)", command.name,
                                            error.what(), command.name));
  }
  parsed.help = parsed.has("help");
  if (parsed.help) {
    std::cout << folded_usage(command) << '\n'
              << folded(fmt::format("  {}", command.summary), help_width, 2) << "\n\n"
              << shown;
    if (!parsed.line.notes.empty()) std::cout << '\n' << folded_notes(parsed.line.notes);
  }
  return parsed;
}

std::string ParsedArguments::word(const std::string& name) const {
  std::string given = text(name);
  const std::vector<std::string_view>& known = line.words.at(name);
  if (std::find(known.begin(), known.end(), given) != known.end()) return given;
  throw Error(Failure::usage, fmt::format("--{0}: unknown {0} '{1}' (known: {2})", name, given,
                                          fmt::join(known, ", ")));
}

std::size_t ParsedArguments::count(const std::string& name, std::size_t otherwise, int most) const {
  if (!has(name)) return otherwise;
  const int count = values[name].as<int>();
  if (count < 1 || count > most) {
    throw Error(Failure::usage, fmt::format("--{}: {} is out of range [1, {}]", name, count, most));
  }
  return static_cast<std::size_t>(count);
}

std::string required(const ParsedArguments& arguments, const std::string& name) {
  if (arguments.text(name).empty()) {
    const std::vector<std::string>& places = arguments.line.positional;
    const bool by_place = std::find(places.begin(), places.end(), name) != places.end();
    throw Error(Failure::usage,
                fmt::format("{}{} is missing (see --help)", by_place ? "" : "--", name));
  }
  return arguments.text(name);
}

std::vector<std::string> all_required(const ParsedArguments& arguments, const std::string& name) {
  if (!arguments.has(name)) {
    throw Error(Failure::usage, fmt::format("{} is missing (see --help)", name));
  }
  for (const std::string& text : arguments.texts(name)) {
    if (text.empty()) throw Error(Failure::usage, fmt::format("{}: a name is empty", name));
  }
  return arguments.texts(name);
}

bool is_terminal(int descriptor) { return isatty(descriptor) == 1; }

bool may_colour(int descriptor) {
  // nobody changes the environment NOLINTNEXTLINE(concurrency-mt-unsafe)
  const char* refused = std::getenv("NO_COLOR");
  return is_terminal(descriptor) && (refused == nullptr || *refused == '\0');
}

}  // namespace memtrain
