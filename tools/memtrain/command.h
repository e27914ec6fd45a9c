#pragma once
#include <boost/program_options.hpp>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace memtrain {

/// A command of the program: one file, tools/memtrain/WORD.cpp, and its word in CMakeLists.txt.
struct Command {
  std::string_view name;
  std::string_view usage;    ///< what stands behind the name
  std::string_view summary;  ///< one line
  /// Runs it with the arguments behind its name; returns the exit code. Errors: Error.
  int (*run)(const Command& command, const std::vector<std::string>& arguments);
};
[[nodiscard]] std::span<const Command* const> commands();

/// The arguments of one command, parsed by Boost.Program_options. Errors: Failure::usage.
struct ParsedArguments {
  boost::program_options::variables_map values;
  bool help = false;  ///< --help was given, and help was printed

  [[nodiscard]] bool has(const std::string& name) const { return values.count(name) > 0; }
  [[nodiscard]] std::string text(const std::string& name, const std::string& otherwise = "") const {
    return has(name) ? values[name].as<std::string>() : otherwise;
  }
  /// What an option that may be repeated was given, in order.
  [[nodiscard]] std::vector<std::string> texts(const std::string& name) const {
    return has(name) ? values[name].as<std::vector<std::string>>() : std::vector<std::string>();
  }
  /// A word that must be one of these. Errors: Failure::usage.
  [[nodiscard]] std::string word(const std::string& name,
                                 std::initializer_list<std::string_view> known) const;
  /// A number of something. Errors: Failure::usage outside of [1, most].
  [[nodiscard]] std::size_t count(const std::string& name, std::size_t otherwise,
                                  int most = 4096) const;
};
/// `positional` names the options that arguments without a name fill, in order, one each; one that
/// ends in "..." takes all that are left. `notes` is printed below the options in --help.
[[nodiscard]] ParsedArguments parse_arguments(
    const Command& command, const std::vector<std::string>& arguments,
    const boost::program_options::options_description& options,
    const std::vector<std::string>& positional, const std::string& notes = "");
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
