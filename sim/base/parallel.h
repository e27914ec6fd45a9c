#pragma once
#include <cstddef>
#include <functional>

namespace memtrain {

/// How many threads this process may use; at least 1.
[[nodiscard]] std::size_t available_threads();

/// Calls task(0) … task(count−1), at most `jobs` at a time, in no particular order, and waits for
/// all. The first exception a task throws is thrown again here, once every started task has ended;
/// tasks not yet started are then left out.
void run_tasks(std::size_t count, std::size_t jobs, const std::function<void(std::size_t)>& task);

}  // namespace memtrain
