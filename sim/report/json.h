#pragma once
#include <nlohmann/json_fwd.hpp>

#include "sim/report/statistics.h"

// What several reports have in common as JSON. NaN, which JSON does not have, is null.
namespace memtrain {

[[nodiscard]] nlohmann::ordered_json json_number(double value);

/// {"mean", "std", "low", "high", "n", "values"}
[[nodiscard]] nlohmann::ordered_json to_json(const Spread& spread);

/// {"mean", "low", "high", "pairs", "p", "holm_p", "significant", "significant_among_all"};
/// `holm_p`: p, corrected. Whether it is significant is null without an interval.
[[nodiscard]] nlohmann::ordered_json to_json(const PairedTest& test, double holm_p);

}  // namespace memtrain
