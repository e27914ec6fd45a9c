#pragma once

namespace memtrain::benchmarks {

/// Each registers the benchmarks of one file; main.cpp calls them all.
void register_update();
void register_read();
void register_train();
void register_wires();

}  // namespace memtrain::benchmarks
