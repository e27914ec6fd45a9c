#pragma once
#include <string>

#include "sim/record/table.h"

namespace memtrain {

/// A field as RFC 4180 wants it: in quotes where it holds a comma, a quote or a line's end.
[[nodiscard]] std::string csv_field(const std::string& text);
/// The shortest digits that give the same number again; empty for NaN.
[[nodiscard]] std::string csv_number(double value);

/// A table with the names of its columns in the first line and a line for each row. Attributes,
/// units and long names are left out.
[[nodiscard]] std::string table_csv(const Table& table);

}  // namespace memtrain
