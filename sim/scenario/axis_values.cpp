#include "sim/scenario/axis_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "sim/base/split_outside.h"
#include "sim/scenario/place.h"

namespace memtrain {
namespace {

/// lo:hi:n or lo:hi:n:log.
struct Range {
  double low = 0, high = 0;
  int count = 0;
  bool factors = false;  ///< equal factors instead of equal steps

  [[nodiscard]] double at(int i) const {
    const double part = i / (count - 1.0);
    return factors ? low * std::pow(high / low, part) : low + (high - low) * part;
  }
};

/// Nothing if the text has not the form of a range.
std::optional<Range> read_range(const std::string& text, const Place& place) {
  const std::vector<std::string> parts = split_outside(text, ':');
  if (parts.size() < 3 || parts.size() > 4) return std::nullopt;
  const auto low = number_of(parts[0]), high = number_of(parts[1]), count = number_of(parts[2]);
  if (!low || !high || !count) return std::nullopt;
  const bool factors = parts.size() == 4;
  if (factors && parts[3] != "log") {
    refuse(place, fmt::format("'{}' is not log (write lo:hi:n or lo:hi:n:log)", parts[3]));
  }
  if (*count < 2 || *count > most_values || *count != std::floor(*count)) {
    refuse(place, fmt::format("{} values are out of range [2, {:g}]", parts[2], most_values));
  }
  if (!(*low < *high)) refuse(place, fmt::format("{} is not below {}", parts[0], parts[1]));
  if (factors && *low <= 0) refuse(place, fmt::format("{} has no logarithm", parts[0]));
  return Range{*low, *high, static_cast<int>(*count), factors};
}

bool is_integer(const Key* key) {
  return key != nullptr && (std::holds_alternative<std::int64_t>(key->default_value) ||
                            std::holds_alternative<std::vector<std::int64_t>>(key->default_value));
}

std::vector<std::string> range_values(const Range& range, bool integers) {
  const double largest = std::max(std::abs(range.low), std::abs(range.high));
  // six digits are enough unless the steps are small against the numbers
  const bool fine = (range.high - range.low) / range.count < 1e-3 * largest && !range.factors;
  std::vector<std::string> values;
  for (int i = 0; i < range.count; ++i) {
    const std::string written = integers ? fmt::format("{:.0f}", range.at(i))
                                         : fmt::format("{:.{}g}", range.at(i), fine ? 12 : 6);
    // numbers that lie closer than the digits, or than whole numbers, would come twice
    if (values.empty() || values.back() != written) values.push_back(written);
  }
  return values;
}

}  // namespace

std::optional<double> number_of(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::vector<std::string> spec_values(const std::string& spec, const Key* key, const Place& place) {
  const std::optional<Range> range = read_range(spec, place);
  if (!range) return split_outside(spec, ',');
  return range_values(*range, is_integer(key));
}

}  // namespace memtrain
