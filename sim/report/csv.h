#pragma once
#include <string>

namespace memtrain {

/// A field as RFC 4180 wants it: in quotes where it holds a comma, a quote or a line's end.
[[nodiscard]] std::string csv_field(const std::string& text);
/// The shortest digits that give the same number again; empty for NaN.
[[nodiscard]] std::string csv_number(double value);

}  // namespace memtrain
