#pragma once

namespace memtrain {

/// Ends the program with one line on a processor that lacks instructions it was compiled for. Runs
/// before all other constructors of the program, which have such instructions already; that
/// run_program() calls it as well keeps the linker from leaving it out.
[[gnu::constructor(101)]] void require_processor();

}  // namespace memtrain
