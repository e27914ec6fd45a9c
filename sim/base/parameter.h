#pragma once
#include <cstdint>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

namespace memtrain {

/// A settings value as a user can write it.
using Value = std::variant<bool, std::int64_t, double, std::string, std::vector<std::int64_t>,
                           std::vector<double>>;
/// Values by parameter name, already checked against the table they belong to.
using ParameterValues = std::map<std::string, Value, std::less<>>;

/// What is known about one parameter, whatever struct it lives in. Ranges are inclusive.
struct ParameterInfo {
  std::string_view name;
  std::string_view unit;  ///< "1" for a pure number
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  std::string_view help;  ///< one sentence
  std::span<const std::string_view> choices =
      {};  ///< for words: what may be written; empty: anything
};

/// Names a member in a row of a table: `member<&Settings::epochs>`, or a member of a member:
/// `member<&ReadSettings::adc, &ConverterSettings::bits>`.
template <auto... path>
struct Member {};
template <auto... path>
inline constexpr Member<path...> member{};

/// The member at the end of a path of members.
template <class S, class First, class... Rest>
auto& member_of(S& settings, First first, Rest... rest) {
  if constexpr (sizeof...(rest) == 0) {
    return settings.*first;
  } else {
    return member_of(settings.*first, rest...);
  }
}

/// A parameter of the settings struct S: the one row that says its name, unit, range and help, and
/// where the value goes. Members may be bool, int, float, std::string or a list of integers or of
/// floats; the default is the member's initialiser.
template <class S>
struct Parameter {
  template <auto... path>
  constexpr Parameter(const ParameterInfo& row, Member<path...> /*where*/)
      : info(row), read(read_member<path...>), write(write_member<path...>) {}

  ParameterInfo info;
  Value (*read)(const S& settings);
  /// The value has the parameter's type (std::bad_variant_access if not).
  void (*write)(S& settings, const Value& value);

 private:
  template <auto... path>
  static Value read_member(const S& settings) {
    const auto& field = member_of(settings, path...);
    using Field = std::decay_t<decltype(field)>;
    if constexpr (std::is_same_v<Field, int>) {
      return static_cast<std::int64_t>(field);
    } else if constexpr (std::is_same_v<Field, float>) {
      return static_cast<double>(field);
    } else if constexpr (std::is_same_v<Field, std::vector<float>>) {
      return std::vector<double>(field.begin(), field.end());
    } else {
      return field;
    }
  }

  template <auto... path>
  static void write_member(S& settings, const Value& value) {
    auto& field = member_of(settings, path...);
    using Field = std::decay_t<decltype(field)>;
    if constexpr (std::is_same_v<Field, int>) {
      field = static_cast<int>(std::get<std::int64_t>(value));
    } else if constexpr (std::is_same_v<Field, float>) {
      field = static_cast<float>(std::get<double>(value));
    } else if constexpr (std::is_same_v<Field, std::vector<float>>) {
      field.clear();
      for (const double v : std::get<std::vector<double>>(value)) {
        field.push_back(static_cast<float>(v));
      }
    } else {
      field = std::get<Field>(value);
    }
  }
};

/// A struct with its defaults, overlaid by the given values. Names must be in the table.
template <class S>
S settings_from(std::span<const Parameter<S>> table, const ParameterValues& values) {
  S settings;
  for (const Parameter<S>& parameter : table) {
    if (const auto at = values.find(parameter.info.name); at != values.end()) {
      parameter.write(settings, at->second);
    }
  }
  return settings;
}

/// A row of a table without its struct, for listing and checking.
struct ParameterDescription {
  ParameterInfo info;
  Value default_value;  ///< its alternative is the parameter's type
};

template <class S>
std::vector<ParameterDescription> describe(std::span<const Parameter<S>> table) {
  std::vector<ParameterDescription> rows;
  const S defaults;
  for (const Parameter<S>& parameter : table) {
    rows.push_back({parameter.info, parameter.read(defaults)});
  }
  return rows;
}

}  // namespace memtrain
