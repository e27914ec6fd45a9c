#include <fmt/format.h>

#include <iostream>
#include <sstream>

#include "sim/data/dataset.h"
#include "tools/memtrain/command.h"
#include "tools/memtrain/version.h"

namespace memtrain {
namespace {

namespace po = boost::program_options;

/// With the version to be put in. Commands are shown as they are typed: no word is broken, and no
/// line stretched to the margin.
constexpr std::string_view beginning = R"(.TH MEMTRAIN 1 "" "memtrain {}" "User Commands"
.nh
.ad l
.SH NAME
memtrain \- neural-network training on simulated memristive hardware
.SH SYNOPSIS
.B memtrain
.I COMMAND
.RI [ ARGUMENT ]...
)";

constexpr std::string_view introduction = R"(.SH DESCRIPTION
.B memtrain
simulates how neural networks train on memristive hardware: crossbars of noisy devices with limited
precision, read through converters and written by pulses. It runs learning rules side by side on the
same data, the same initial weights and the same devices.
.PP
A scenario is a TOML file of settings and arms. An arm is a named set of settings of its own;
everything it does not name is shared. Scenarios that ship with the program are named without a file
from anywhere:
.B memtrain scenarios
lists them. A run ends in one HDF5 file;
.B memtrain schema
tells what it holds. Results go to the standard output, messages and progress to the standard error.
)";

constexpr std::string_view files = R"(.SH FILES
.TP
.IR SCENARIO .h5
The result of a run, replaced as a whole after every epoch.
.TP
.IR SCENARIO .h5.ckpt
Its checkpoint, from which
.B \-\-resume
goes on; it goes when the run is complete.
.TP
.IR SCENARIO \-sweep/
A sweep:
.I plan.toml
is what is to be run,
.I points/
has a result file for each point,
.I failed/
the reasons of those that failed,
.I sweep.h5
is their table.
)";

constexpr std::string_view conclusion = R"(.SH ENVIRONMENT
.TP
.B MEMTRAIN_DATA
Folders of data sets, separated by colons; each is looked through itself and in its subfolder of the
data set's name, after
.B \-\-data\-dir
and the setting
.BR data.path .
.TP
.B NO_COLOR
No colours, if it is set and not empty.
.SH EXIT STATUS
.TP
.B 0
Done.
.TP
.B 1
Some points of a sweep failed, or memory is exhausted.
.TP
.B 2
Bad command line or bad scenario, or a processor that cannot run the program; nothing was run.
.TP
.B 3
Missing or damaged input data.
.TP
.B 4
Results could not be written.
.TP
.B 5
A training run diverged; the rest is complete.
.TP
.B 130
Interrupted.
.PP
Errors are one line on the standard error, with file, line, key and what is allowed.
.SH EXAMPLES
.TP
.B memtrain run quickstart
Trains FTP and BP on Fashion-MNIST, in floating point and on crossbars.
.TP
.B memtrain run quickstart \-o coarse.h5 \-\-set device.dw_min=0.01
The same with coarser steps.
.TP
.B memtrain compare quickstart.h5 coarse.h5
What that has changed.
.TP
.B memtrain report quickstart.h5
A page with all curves, for any browser.
.TP
.B memtrain sweep quickstart \-o bits \-\-vary periphery.adc_bits=4,6,8
A run for each resolution of the converters.
.TP
.B memtrain fit measured.csv \-o mine.toml
A device from measured pulses, for
.BR device.preset .
.TP
.B memtrain manual | man \-l \-
This page.
)";

/// Text that roff shows as it stands.
std::string plain(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
  }
  if (out.starts_with('.') || out.starts_with('\'')) out.insert(0, "\\&");
  return out;
}

std::string entry(const std::string& heading, std::string_view text) {
  return fmt::format(".TP\n{}\n{}\n", heading, plain(text));
}
std::string bold(std::string_view text) { return "\\fB" + plain(text) + "\\fR"; }
std::string italic(std::string_view text) {
  return text.empty() ? "" : " \\fI" + plain(text) + "\\fR";
}

std::string option_entry(const po::option_description& option) {
  const std::string both =
      option.canonical_display_name(po::command_line_style::allow_dash_for_short);
  std::string heading = bold("--" + option.long_name());
  if (!both.starts_with("--") && both.starts_with('-')) heading = bold(both) + ", " + heading;
  const bool has_value = option.semantic()->max_tokens() > 0;
  if (has_value) heading += italic(option.format_parameter());
  return entry(heading, option.description());
}

/// Lines that are moved in are entries of a list, the others paragraphs.
std::string notes(const std::string& text) {
  std::string out;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("  ")) {
      const auto first = line.find_first_not_of(' ');
      const auto end = std::min(line.find(' ', first), line.size());
      const auto rest = std::min(line.find_first_not_of(' ', end), line.size());
      out += entry(bold(std::string_view(line).substr(first, end - first)),
                   std::string_view(line).substr(rest));
    } else {
      out += (out.empty() ? ".PP\n" : "") + plain(line) + "\n";
    }
  }
  return out;
}

/// How a command is used; an option in brackets stays on one line.
std::string synopsis(const Command& command) {
  std::string out = bold(fmt::format("memtrain {}", command.name));
  int brackets = 0;
  for (const char c : italic(command.usage)) {
    if (c == '[') ++brackets;
    if (c == ']') --brackets;
    if (c == ' ' && brackets > 0) out += '\\';
    out += c;
  }
  return out;
}

std::string command_part(const Command& command) {
  std::string out = fmt::format(".SS memtrain {}\n{}\n.PP\nThe command {}.\n", plain(command.name),
                                synopsis(command), plain(command.summary));
  const po::options_description options = options_of(command);
  for (const auto& option : options.options()) out += option_entry(*option);
  return out + notes(command.line().notes);
}

std::string system_folders() {
  std::string out;
  for (const DataSource* source : data_sources()) {
    for (const std::string_view folder : source->system_folders) {
      out += entry("\\fI" + plain(folder) + "\\fR",
                   fmt::format("The data set {}: {}.", source->name, source->obtain));
    }
  }
  return out;
}

std::string page() {
  std::string out = fmt::format(beginning, version());
  out += introduction;
  out += ".SH OPTIONS\n";
  for (const ProgramOption& option : program_options) {
    out += entry(bold(option.name) + italic(option.value), option.help);
  }
  out += ".SH COMMANDS\n";
  for (const Command* command : commands()) out += command_part(*command);
  out += files;
  out += system_folders();
  out += conclusion;
  return out;
}

CommandLine line() { return {}; }

int run(const Command& command, const std::vector<std::string>& arguments) {
  const ParsedArguments given = parse_arguments(command, arguments);
  if (given.help) return 0;
  std::cout << page();
  return 0;
}

}  // namespace

extern const Command manual_command{"manual", "", "prints the manual page: `| man -l -` shows it",
                                    line, run};

}  // namespace memtrain
