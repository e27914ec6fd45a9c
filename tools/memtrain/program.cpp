#include "tools/memtrain/program.h"

#include <fmt/format.h>
#include <hdf5.h>
#include <hwy/targets.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <iostream>

#include "sim/base/error.h"
#include "sim/base/nearest_name.h"
#include "sim/base/parallel.h"
#include "tools/memtrain/command.h"
#include "tools/memtrain/processor.h"
#include "tools/memtrain/version.h"

namespace {

using memtrain::Command;
using memtrain::Error;
using memtrain::Failure;

void print_help() {
  std::cout << "memtrain: neural-network training on simulated memristive hardware\n\n"
               "usage: memtrain COMMAND [ARGS]\n\n";
  for (const Command* command : memtrain::commands()) {
    std::cout << fmt::format("  {:<11}{}\n", command->name, command->summary);
  }
  std::cout << '\n';
  for (const memtrain::ProgramOption& option : memtrain::program_options) {
    std::cout << fmt::format("  {:<19}{}\n", fmt::format("{} {}", option.name, option.value),
                             option.help);
  }
  std::cout << "\n`memtrain COMMAND --help` tells more. Begin with: memtrain run quickstart\n";
}

void print_version() {
  unsigned major = 0;
  unsigned minor = 0;
  unsigned release = 0;
  H5get_libversion(&major, &minor, &release);
  const std::int64_t targets = hwy::SupportedTargets();
  std::cout << fmt::format(
      "memtrain {}\ncommit    {}\nbuild     {}\nSIMD      {}\nHDF5      {}.{}.{}\nthreads   {}\n",
      memtrain::version(), memtrain::git_commit(), memtrain::build_type(),
      hwy::TargetName(targets & -targets), major, minor, release, memtrain::available_threads());
}

void set_up_log() {
  auto log = spdlog::stderr_color_mt(
      "memtrain", memtrain::may_colour(2) ? spdlog::color_mode::always : spdlog::color_mode::never);
  log->set_pattern("%H:%M:%S %^%l%$ %v");
  spdlog::set_default_logger(log);
}

/// Takes --log-level out of the arguments, wherever it stands before `--`.
void take_log_level(std::vector<std::string>& arguments) {
  for (std::size_t i = 0; i < arguments.size() && arguments[i] != "--"; ++i) {
    std::string level;
    std::size_t taken = 1;
    if (arguments[i] == "--log-level") {
      if (i + 1 == arguments.size())
        throw Error(Failure::usage, "--log-level: the level is missing");
      level = arguments[i + 1];
      taken = 2;
    } else if (arguments[i].starts_with("--log-level=")) {
      level = arguments[i].substr(12);
    } else {
      continue;
    }
    const auto& known = memtrain::log_levels;
    if (std::find(known.begin(), known.end(), level) == known.end()) {
      throw Error(Failure::usage, fmt::format("--log-level: unknown level '{}' (known: {})", level,
                                              fmt::join(known, ", ")));
    }
    spdlog::set_level(spdlog::level::from_str(level));
    const auto first = arguments.begin() + static_cast<std::ptrdiff_t>(i);
    arguments.erase(first, first + static_cast<std::ptrdiff_t>(taken));
    return;
  }
}

int run(std::vector<std::string> arguments) {
  take_log_level(arguments);
  if (arguments.empty()) {
    throw Error(Failure::usage, "a command is missing (see `memtrain --help`)");
  }
  const std::string name = arguments.front();
  if (name == "--help" || name == "-h" || name == "help") return print_help(), 0;
  if (name == "--version") return print_version(), 0;
  if (const Command* command = memtrain::find_command(name); command != nullptr) {
    return command->run(*command, {arguments.begin() + 1, arguments.end()});
  }
  std::vector<std::string_view> known;
  for (const Command* command : memtrain::commands()) known.push_back(command->name);
  const std::string near = memtrain::nearest_name(name, known);
  throw Error(Failure::usage,
              fmt::format("unknown command '{}'{} (see `memtrain --help`)", name,
                          near.empty() ? "" : fmt::format(", did you mean '{}'?", near)));
}

}  // namespace

int memtrain::run_program(int argc, char** argv) {
  require_processor();
  // a file-size limit shall be an error like a full disk, not the end of the program
  std::signal(SIGXFSZ, SIG_IGN);
  // some launchers begin their programs with children that nobody waits for
  std::signal(SIGCHLD, SIG_DFL);
  try {
    set_up_log();
    const int code = run({argv + 1, argv + argc});
    std::cout.flush();
    if (!std::cout) throw Error(Failure::output, "cannot write to the standard output");
    return code;
  } catch (const Error& error) {
    std::cerr << "memtrain: " << error.what() << '\n';
    return static_cast<int>(error.kind);
  } catch (const std::bad_alloc&) {
    std::cerr << "memtrain: out of memory\n";
    return 1;
  } catch (const std::filesystem::filesystem_error& error) {
    std::cerr << "memtrain: " << error.path1().string() << ": " << error.code().message() << '\n';
    return static_cast<int>(Failure::output);
  } catch (const std::exception& error) {
    std::cerr << "memtrain: " << error.what() << '\n';
    return 1;
  }
}
