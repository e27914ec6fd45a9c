#include "sim/scenario/axis.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <sstream>

#include "sim/base/error.h"
#include "sim/base/split_outside.h"
#include "sim/scenario/axis_values.h"
#include "sim/scenario/keys.h"
#include "sim/scenario/parse_toml.h"
#include "sim/scenario/place.h"
#include "sim/scenario/toml_writer.h"

namespace memtrain {
namespace {

/// The settings key behind an axis's first key, without "arm.NAME."; null: network.layers, or
/// unknown.
const Key* key_of(std::string_view axis) {
  axis = axis.substr(0, axis.find('+'));
  if (!axis.starts_with("arm.")) return find_key(axis);
  const auto dot = axis.find('.', 4);
  return dot == axis.npos ? nullptr : find_key(axis.substr(dot + 1));
}

bool is_list(const Key* key) {
  return key != nullptr && (std::holds_alternative<std::vector<std::int64_t>>(key->default_value) ||
                            std::holds_alternative<std::vector<double>>(key->default_value));
}

/// The element of a list of one.
std::string_view without_brackets(std::string_view value) {
  const bool list = value.starts_with("[") && value.ends_with("]");
  return list ? value.substr(1, value.size() - 2) : value;
}

std::string node_text(const toml::node& node) {
  if (const auto text = node.value_exact<std::string>()) return *text;
  std::ostringstream out;
  // on one line: it becomes a KEY=VALUE
  node.visit([&](const auto& value) {
    if constexpr (toml::is_table<decltype(value)> || toml::is_array<decltype(value)>) {
      std::ostringstream lines;
      lines << value;
      std::string text = lines.str();
      std::replace(text.begin(), text.end(), '\n', ' ');
      out << text;
    } else if constexpr (toml::is_floating_point<decltype(value)>) {
      out << fmt::format("{}", value.get());  // the shortest text: 0.1 is not 0.10000000000000001
    } else {
      out << value;
    }
  });
  return out.str();
}

/// What one use of axes is called: in scenarios and on the command line.
struct UseName {
  Axis::Use use;
  std::string_view table, option;
};
constexpr std::array use_names{UseName{Axis::Use::sweep, "sweep", "--vary"},
                               UseName{Axis::Use::tune, "tune", "--tune"}};

/// The same for all ways to write a number.
std::string as_number(const std::string& value) {
  const auto number = number_of(without_brackets(value));
  return number ? fmt::format("{}", *number) : value;
}

Axis make_axis(const std::string& key, std::vector<std::string> values, const Place& place,
               Axis::Use use) {
  if (values.size() == 1 && values[0].empty()) values.clear();
  if (values.empty()) refuse(place, fmt::format("axis '{}' has no values", key));
  std::set<std::string> seen;
  for (std::string& value : values) {
    if (value.empty()) refuse(place, fmt::format("axis '{}' has an empty value", key));
    if (is_list(key_of(key)) && !value.starts_with("[")) value = "[" + value + "]";
    if (!seen.insert(as_number(value)).second) {
      refuse(place, fmt::format("axis '{}' has the value {} twice", key, value));
    }
  }
  if (use == Axis::Use::tune && key == "train.seeds") {
    refuse(place, "train.seeds: cannot be tuned (chance has no best value; put it into [sweep])");
  }
  return {key, std::move(values), place, use};
}

/// Adds an axis, as long as all values together are not too many.
void add_axis(std::vector<Axis>& axes, Axis&& axis) {
  const Place place = axis.place;
  axes.push_back(std::move(axis));
  std::size_t count = 0;
  for (const Axis& each : axes) count += each.values.size();
  if (static_cast<double>(count) > most_values) {
    refuse(place, fmt::format("the axes have more than {:g} values in all", most_values));
  }
}

/// The axes of a [sweep] or [tune] table; keys may be quoted with dots, or tables in tables.
void read_table(const toml::table& table, const std::string& prefix, const std::string& file,
                const UseName& name_of_use, std::vector<Axis>& axes) {
  for (const auto& [name, node] : table) {
    const std::string key =
        prefix.empty() ? std::string(name.str()) : fmt::format("{}.{}", prefix, name.str());
    const Place place =
        fmt::format("{}:{}: {}: ", file, node.source().begin.line, name_of_use.table);
    if (const auto* inner = node.as_table()) {
      read_table(*inner, key, file, name_of_use, axes);
      continue;
    }
    const auto same =
        std::find_if(axes.begin(), axes.end(), [&](const Axis& axis) { return axis.key == key; });
    if (same != axes.end()) refuse(place, fmt::format("'{}' is an axis of [sweep] already", key));
    std::vector<std::string> values;
    if (const auto* list = node.as_array()) {
      for (const toml::node& element : *list) values.push_back(node_text(element));
    } else {
      values = spec_values(node_text(node), key_of(key), place);
    }
    add_axis(axes, make_axis(key, std::move(values), place, name_of_use.use));
  }
}

/// An axis given as KEY=SPEC, instead of one of that key that a table has.
void add_option(const std::string& text, const UseName& name, std::vector<Axis>& axes) {
  const Place place = fmt::format("{} {}: ", name.option, text);
  const auto equals = text.find('=');
  if (equals == text.npos || equals == 0) refuse(place, "is not KEY=SPEC");
  const std::string key = text.substr(0, equals);
  Axis axis =
      make_axis(key, spec_values(text.substr(equals + 1), key_of(key), place), place, name.use);
  const auto same = std::find_if(axes.begin(), axes.end(),
                                 [&](const Axis& other) { return other.key == axis.key; });
  if (same == axes.end()) {
    add_axis(axes, std::move(axis));
  } else if (same->place.starts_with("--")) {
    refuse(place, fmt::format("axis '{}' is given twice", axis.key));
  } else {
    *same = std::move(axis);
  }
}

/// Everything that is set where each axis has one of its values. `at`: which one.
std::vector<std::string> overrides_at(const std::vector<std::string>& set,
                                      const std::vector<Axis>& axes,
                                      const std::vector<std::size_t>& at) {
  std::vector<std::string> all = set;
  for (std::size_t a = 0; a < axes.size(); ++a) {
    const std::vector<std::string> assigned = axes[a].assignments(at[a]);
    all.insert(all.end(), assigned.begin(), assigned.end());
  }
  return all;
}

/// The arms that are the same with the first and the last value of an axis: it does not act on
/// them.
std::vector<std::string> arms_apart(const Axis& axis, const Scenario& first, const Scenario& last) {
  const std::vector<std::string> keys = axis.keys();
  const bool of_run = std::any_of(keys.begin(), keys.end(), [](const std::string& each) {
    const Key* key = find_key(each);
    return key != nullptr && key->scope == Scope::run;
  });
  std::vector<std::string> apart;
  for (std::size_t arm = 0; arm < first.arms.size() && !of_run; ++arm) {
    if (first.arms[arm].toml == last.arms[arm].toml) apart.push_back(first.arms[arm].name);
  }
  return apart;
}

/// Everywhere the same held-out samples have to be there to choose by. `first`: the scenario where
/// every axis has its first value. Errors: Failure::usage.
template <class ReadAt>
void check_tuning(const std::vector<Axis>& axes, const Scenario& first, ReadAt read_at) {
  const auto tuned = std::find_if(axes.begin(), axes.end(),
                                  [](const Axis& axis) { return axis.use == Axis::Use::tune; });
  if (tuned == axes.end()) return;
  for (auto axis = tuned; axis != axes.end(); ++axis) {
    if (!axis->changes_data()) continue;
    refuse(axis->place, axis->key + ": cannot be tuned: it changes the samples that would choose");
  }
  const auto check = [&](const Scenario& scenario) {
    if (holds_out(scenario.data)) return;
    refuse(tuned->place, fmt::format("{}: cannot be tuned without held-out samples (set "
                                     "data.validation: the test data must not choose)",
                                     tuned->key));
  };
  check(first);
  std::vector<std::size_t> at(axes.size(), 0);
  for (std::size_t a = 0; a < axes.size(); ++a) {
    if (!axes[a].changes_data()) continue;
    for (at[a] = 1; at[a] < axes[a].values.size(); ++at[a]) check(read_at(at));
    at[a] = 0;
  }
}

/// A problem with a value is told where its axis is written, not of a --set that nobody gave.
/// `at`: which value each axis has.
template <class Do>
auto at_axes(const std::vector<Axis>& axes, const std::vector<std::size_t>& at, Do what) {
  try {
    return what();
  } catch (const Error& error) {
    const std::string message = error.what();
    for (std::size_t a = 0; a < axes.size(); ++a) {
      for (const std::string& assigned : axes[a].assignments(at[a])) {
        const std::string set = "--set " + assigned + ": ";
        if (message.starts_with(set)) refuse(axes[a].place, message.substr(set.size()));
      }
    }
    throw;
  }
}

void check_keys(const std::vector<Axis>& axes) {
  std::set<std::string> seen;
  for (const Axis& axis : axes) {
    for (const std::string& key : axis.keys()) {
      if (key.empty()) refuse(axis.place, fmt::format("'{}' is not KEY+KEY", axis.key));
      if (!seen.insert(key).second) refuse(axis.place, fmt::format("'{}' is there twice", key));
    }
  }
}

}  // namespace

std::vector<std::string> Axis::keys() const { return split_outside(key, '+'); }

std::vector<std::string> Axis::assignments(std::size_t value) const {
  std::vector<std::string> all;
  for (const std::string& each : keys()) all.push_back(each + "=" + values[value]);
  return all;
}

bool Axis::changes_data() const {
  const std::vector<std::string> all = keys();
  return std::any_of(all.begin(), all.end(),
                     [](const std::string& each) { return each.starts_with("data."); });
}

std::optional<std::vector<double>> Axis::numbers() const {
  std::vector<double> numbers;
  for (const std::string& value : values) {
    const auto number = number_of(without_brackets(value));
    if (!number) return std::nullopt;
    numbers.push_back(*number);
  }
  return numbers;
}

std::vector<Axis> read_axes(const ScenarioText& scenario, const std::vector<std::string>& vary,
                            const std::vector<std::string>& tune) {
  std::vector<Axis> axes;
  toml::table root;
  try {
    root = parse_toml(scenario.text, scenario.name);
  } catch (const toml::parse_error& error) {
    refuse(fmt::format("{}:{}: ", scenario.name, error.source().begin.line),
           std::string(error.description()));
  }
  for (const UseName& name : use_names) {
    const toml::node* node = root.get(name.table);
    if (node == nullptr) continue;
    const auto* table = node->as_table();
    if (table == nullptr) {
      refuse(fmt::format("{}:{}: ", scenario.name, node->source().begin.line),
             fmt::format("{0}: is not a table of axes (write [{0}])", name.table));
    }
    read_table(*table, "", scenario.name, name, axes);
  }
  for (const std::string& text : vary) add_option(text, use_names[0], axes);
  for (const std::string& text : tune) add_option(text, use_names[1], axes);
  std::stable_partition(axes.begin(), axes.end(),
                        [](const Axis& axis) { return axis.use == Axis::Use::sweep; });
  return axes;
}

std::vector<std::string> check_axes(const ScenarioText& scenario,
                                    const std::vector<std::string>& set,
                                    const std::vector<Axis>& axes) {
  constexpr std::size_t read_whole = 64;
  std::vector<std::string> remarks;
  check_keys(axes);
  ScenarioAssignments written = read_assignments(scenario.name, scenario.text);
  for (const std::string& assignment : set) apply_override(written, assignment);
  const std::vector<std::size_t> first_values(axes.size(), 0);
  const auto read_at = [&](const std::vector<std::size_t>& at) {
    return at_axes(axes, at, [&] { return read_scenario(scenario, overrides_at(set, axes, at)); });
  };
  check_tuning(axes, read_at(first_values), read_at);
  for (std::size_t a = 0; a < axes.size(); ++a) {
    const auto with = [&](std::size_t value) {
      std::vector<std::size_t> at = first_values;
      at[a] = value;
      return at;
    };
    const auto read_with = [&](std::size_t value) { return read_at(with(value)); };
    const std::size_t count = axes[a].values.size();
    for (std::size_t value = 0; value < count; ++value) {
      ScenarioAssignments scratch = written;
      at_axes(axes, with(value), [&] {
        for (const std::string& assigned : axes[a].assignments(value)) {
          apply_override(scratch, assigned);
        }
      });
    }
    const std::size_t looked_at = std::min(count, read_whole);
    for (std::size_t i = 0; i < looked_at; ++i) {
      (void)read_with(i * (count - 1) / std::max<std::size_t>(1, looked_at - 1));
    }
    if (count == 1) continue;
    const Scenario first = read_with(0), last = read_with(count - 1);
    if (first.toml == last.toml) {
      const std::string& key = axes[a].key;
      refuse(axes[a].place,
             key.starts_with("arm.")
                 ? fmt::format("{}: makes no difference: the arm has no use for it", key)
                 : fmt::format("{0}: makes no difference: every arm sets its own (vary "
                               "arm.NAME.{0} instead)",
                               key));
    }
    if (axes[a].key.starts_with("arm.")) continue;
    const std::vector<std::string> apart = arms_apart(axes[a], first, last);
    if (apart.empty()) continue;
    remarks.push_back(fmt::format("{} is without effect in {}, which {} it or {} no use for it",
                                  axes[a].key, fmt::join(apart, ", "),
                                  apart.size() == 1 ? "sets" : "set",
                                  apart.size() == 1 ? "has" : "have"));
  }
  return remarks;
}

void note_arms_apart(const ScenarioText& scenario, const std::vector<std::string>& set,
                     std::vector<Axis>& axes) {
  std::vector<std::size_t> first_values(axes.size(), 0), last_values;
  for (const Axis& axis : axes) last_values.push_back(axis.values.size() - 1);
  for (std::size_t a = 0; a < axes.size(); ++a) {
    if (axes[a].use != Axis::Use::tune || axes[a].values.size() == 1) continue;
    const auto apart_at = [&](std::vector<std::size_t> at) {
      at[a] = 0;
      const Scenario first = read_scenario(scenario, overrides_at(set, axes, at));
      at[a] = axes[a].values.size() - 1;
      return arms_apart(axes[a], first, read_scenario(scenario, overrides_at(set, axes, at)));
    };
    axes[a].apart = apart_at(first_values);
    try {
      // an arm may have no use for it at one end of the other axes, and need it at the other
      const std::vector<std::string> at_last = apart_at(last_values);
      std::erase_if(axes[a].apart, [&](const std::string& arm) {
        return std::find(at_last.begin(), at_last.end(), arm) == at_last.end();
      });
    } catch (const Error&) {
      // values that do not go together: points that fail choose nothing
    }
  }
}

std::string axes_toml(const std::vector<Axis>& axes) {
  std::string out;
  for (const UseName& name : use_names) {
    std::string lines;
    for (const Axis& axis : axes) {
      if (axis.use != name.use) continue;
      std::vector<std::string> values;
      for (const std::string& value : axis.values) values.push_back(quoted(value));
      lines += fmt::format("{} = [{}]\n", quoted(axis.key), fmt::join(values, ", "));
    }
    if (!lines.empty()) out += fmt::format("\n[{}]\n{}", name.table, lines);
  }
  return out;
}

}  // namespace memtrain
