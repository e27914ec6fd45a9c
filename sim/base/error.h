#pragma once
#include <stdexcept>
#include <string>

namespace memtrain {

/// What went wrong, as the exit code a user sees.
enum class Failure {
  incomplete = 1,  ///< some points of a sweep failed; their reasons are kept, the others are done
  usage = 2,       ///< bad command line or bad scenario: nothing was run
  data = 3,        ///< missing or damaged input data
  output = 4,      ///< results could not be written
  diverged = 5,    ///< a training run met NaN or infinity
  interrupted = 130,  ///< stopped by the user
};

/// A text that a terminal shows on one line: line breaks and tabs become blanks, other characters
/// that would steer it question marks.
[[nodiscard]] std::string one_line(std::string text);

/// The one exception that crosses the program's boundaries. Its message is one line that names the
/// place, the problem and the remedy, whatever words of a file it repeats;
/// `tools/memtrain/main.cpp` prints it and exits with `kind`.
struct Error : std::runtime_error {
  Error(Failure failure, const std::string& message)
      : std::runtime_error(one_line(message)), kind(failure) {}
  Failure kind;
};

}  // namespace memtrain
