#pragma once

namespace memtrain {

/// The whole program; returns the exit code. What it knows is in the registries: `commands()`,
/// `device_models()`, `rule_kinds()` and so on.
int run_program(int argc, char** argv);

}  // namespace memtrain
