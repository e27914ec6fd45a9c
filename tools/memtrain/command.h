#pragma once
#include <array>
#include <boost/program_options.hpp>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace memtrain {

/// What may stand behind a command's name. Help, the manual page and completion are made of it.
struct CommandLine {
  boost::program_options::options_description options{"Options"};
  /// The options that arguments without a name fill, in order, one each; one that ends in "..."
  /// takes all that are left.
  std::vector<std::string> positional = {};
  std::string notes = {};  ///< stands below the options
  /// The words that an argument may be, where it is not free.
  std::map<std::string, std::vector<std::string_view>, std::less<>> words = {};
};

/// A command of the program: one file, tools/memtrain/WORD.cpp, and its word in CMakeLists.txt.
struct Command {
  std::string_view name;
  std::string_view usage;    ///< what stands behind the name
  std::string_view summary;  ///< one line
  CommandLine (*line)();
  /// Runs it with the arguments behind its name; returns the exit code. Errors: Error.
  int (*run)(const Command& command, const std::vector<std::string>& arguments);
};
[[nodiscard]] std::span<const Command* const> commands();
/// The command of that name, or null.
[[nodiscard]] const Command* find_command(std::string_view name);
/// All options of a command, --help included.
[[nodiscard]] boost::program_options::options_description options_of(const Command& command);

/// An option of the program itself, whatever the command.
struct ProgramOption {
  std::string_view name, value, help;
};
inline constexpr std::array<ProgramOption, 3> program_options{{
    {"--help", "", "show the commands, or behind a command its options"},
    {"--version", "", "show version, build, instruction set and libraries"},
    {"--log-level", "LEVEL", "trace, debug, info (default), warn, error or off"},
}};
inline constexpr std::array<std::string_view, 6> log_levels{"trace", "debug", "info",
                                                            "warn",  "error", "off"};

/// The arguments of one command, parsed by Boost.Program_options. Errors: Failure::usage.
struct ParsedArguments {
  boost::program_options::variables_map values;
  CommandLine line;
  bool help = false;  ///< --help was given, and help was printed

  [[nodiscard]] bool has(const std::string& name) const { return values.count(name) > 0; }
  [[nodiscard]] std::string text(const std::string& name, const std::string& otherwise = "") const {
    return has(name) ? values[name].as<std::string>() : otherwise;
  }
  /// What an option that may be repeated was given, in order.
  [[nodiscard]] std::vector<std::string> texts(const std::string& name) const {
    return has(name) ? values[name].as<std::vector<std::string>>() : std::vector<std::string>();
  }
  /// A word that must be one of the command line's for it. Errors: Failure::usage.
  [[nodiscard]] std::string word(const std::string& name) const;
  /// A number of something. Errors: Failure::usage outside of [1, most].
  [[nodiscard]] std::size_t count(const std::string& name, std::size_t otherwise,
                                  int most = 4096) const;
};
[[nodiscard]] ParsedArguments parse_arguments(const Command& command,
                                              const std::vector<std::string>& arguments);
/// The value of an option that must be given. Errors: Failure::usage.
[[nodiscard]] std::string required(const ParsedArguments& arguments, const std::string& name);
/// The values of a positional option that takes all that are left; at least one. Errors:
/// Failure::usage.
[[nodiscard]] std::vector<std::string> all_required(const ParsedArguments& arguments,
                                                    const std::string& name);

/// Whether a stream is a terminal, and whether colours may be used on it (NO_COLOR is honoured).
[[nodiscard]] bool is_terminal(int descriptor);
[[nodiscard]] bool may_colour(int descriptor);

}  // namespace memtrain
