#pragma once
#include <string>

#include "sim/report/sweep/sweep_places.h"

namespace memtrain {

/// The data of a figure that shows a sweep as lines or as a map, whatever axes, metric and arm are
/// chosen, as JSON: every mean of every metric that differs from place to place. Of more than
/// `most_places_in_full` places, those of the test alone.
[[nodiscard]] std::string sweep_json(const SweepPlaces& sweep);
inline constexpr std::size_t most_places_in_full = 5000;

}  // namespace memtrain
