#pragma once
#include <cstddef>

namespace memtrain {

/// What all intervals hold the true value with: 95 %.
inline constexpr double confidence = 0.95;

/// Half the width of the interval that holds the mean of so many values, two at least, by Student's
/// t; `std`: their standard deviation (n − 1).
[[nodiscard]] double half_width(double std, std::size_t values);

/// The probability of a mean as far from 0 as `t` of its standard errors, or farther, if the values
/// it is the mean of, two at least, had a mean of 0.
[[nodiscard]] double probability_beyond(double t, std::size_t values);

}  // namespace memtrain
