#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/scenario/assignments.h"
#include "sim/scenario/keys.h"

namespace memtrain {

inline constexpr double most_values = 1e6;  ///< of all axes together

/// The number that a whole text is.
[[nodiscard]] std::optional<double> number_of(std::string_view text);

/// The values of v1,v2,v3 or lo:hi:n (equal steps) or lo:hi:n:log (equal factors) for a key; null:
/// one that is not known or has no numbers. Values of a key of whole numbers are rounded, and come
/// once each. Errors: Failure::usage, beginning with `place`.
[[nodiscard]] std::vector<std::string> spec_values(const std::string& spec, const Key* key,
                                                   const Place& place);

}  // namespace memtrain
