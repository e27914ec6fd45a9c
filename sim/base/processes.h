#pragma once
#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

namespace memtrain {

/// Calls work(0) … work(count−1), each in a process of its own, all at a time, and hands back the
/// bytes that each returned: for libraries that let one thread of a process work at a time. The
/// caller has no threads. Errors: Failure::output when a process could not be begun, or ended
/// without an answer; std::bad_alloc where work() throws it.
[[nodiscard]] std::vector<std::vector<char>> in_processes(
    std::size_t count, const std::function<std::vector<char>(std::size_t)>& work);

/// The bytes that work() returns in a process of its own, begun as a copy of this one; nothing
/// where that does not come to its end: for libraries that crash on bad data. Errors:
/// Failure::output when the process could not be begun; std::bad_alloc where work() throws it.
[[nodiscard]] std::optional<std::vector<char>> in_process(
    const std::function<std::vector<char>()>& work);

}  // namespace memtrain
