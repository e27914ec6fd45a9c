#pragma once
#include <sys/types.h>

namespace memtrain {

/// Bytes that can still be used without pushing anything out: what the system has available, or
/// less where a control group (a container, a job) may not use that much. Infinite if neither can
/// be told.
[[nodiscard]] double memory_left();

/// Bytes that a process has in memory, files not counted, and the most it has ever had; 0 if it is
/// not there.
[[nodiscard]] double memory_of(pid_t process);
[[nodiscard]] double peak_memory_of(pid_t process);

}  // namespace memtrain
