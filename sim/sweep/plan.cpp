#include "sim/sweep/plan.h"

#include <fmt/format.h>

#include <boost/random/sobol.hpp>
#include <sstream>
#include <unordered_set>

#include "sim/base/atomic_file.h"
#include "sim/base/error.h"
#include "sim/base/file_bytes.h"
#include "sim/scenario/parse_toml.h"
#include "sim/scenario/toml_writer.h"

namespace memtrain {
namespace {

constexpr std::string_view format_name = "memtrain plan 1";
constexpr std::string_view apart_key = "without_effect_in";

/// A TOML text of many lines, where quotes stand as they are, but not three of them.
std::string in_lines(const std::string& text) {
  std::string out = "\"\"\"\n";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool closing = text.compare(i, 3, "\"\"\"") == 0 || i + 1 == text.size();
    if (text[i] == '\\' || (text[i] == '"' && closing)) out += '\\';
    if (text[i] == '\r') {
      out += "\\r";
    } else {
      out += text[i];
    }
  }
  return out + "\"\"\"";
}

std::string quoted_list(const std::vector<std::string>& texts) {
  std::vector<std::string> out;
  for (const std::string& text : texts) out.push_back(quoted(text));
  return fmt::format("[{}]", fmt::join(out, ", "));
}

/// The number of points of the whole grid; most_points + 1 for more than there can be.
std::size_t grid_size(std::span<const Axis> axes) {
  std::size_t size = 1;
  for (const Axis& axis : axes) {
    if (size > most_points) break;
    size *= axis.values.size();
  }
  return std::min(size, most_points + 1);
}

using Values = std::vector<std::uint32_t>;

/// All places on a grid, the last axis fastest.
std::vector<Values> grid_of(std::span<const Axis> axes) {
  std::vector<Values> places(grid_size(axes), Values(axes.size()));
  for (std::size_t place = 0; place < places.size(); ++place) {
    std::size_t left = place;
    for (std::size_t a = axes.size(); a-- > 0;) {
      const std::size_t size = axes[a].values.size();
      places[place][a] = static_cast<std::uint32_t>(left % size);
      left /= size;
    }
  }
  return places;
}

std::vector<Values> sample_of(std::span<const Axis> axes, std::size_t sample) {
  boost::random::sobol sequence(axes.size());
  constexpr double range = 0x1p-64;
  std::vector<Values> places;
  std::unordered_set<std::string> seen;
  // the library leaves out the sequence's first point, the origin, which belongs to its evenness
  bool origin = true;
  for (; places.size() < sample; origin = false) {
    Values place;
    std::string name;
    for (const Axis& axis : axes) {
      const double part = origin ? 0.0 : static_cast<double>(sequence()) * range;
      const auto size = static_cast<double>(axis.values.size());
      place.push_back(static_cast<std::uint32_t>(std::min(part * size, size - 1)));
      name += fmt::format("{} ", place.back());
    }
    if (seen.insert(name).second) places.push_back(std::move(place));
  }
  return places;
}

[[noreturn]] void damaged(const std::filesystem::path& file, const std::string& problem) {
  throw Error(Failure::data, fmt::format("{}: not a plan of a sweep ({})", file.string(), problem));
}

/// The values that `read` finds in a list of the plan.
template <class Read>
void for_list(const toml::table& root, std::string_view key, const std::filesystem::path& file,
              Read read) {
  const auto* list = root[key].as_array();
  if (list == nullptr) damaged(file, fmt::format("{} is missing", key));
  for (const toml::node& node : *list) read(node);
}

std::string text_at(const toml::table& root, std::string_view key,
                    const std::filesystem::path& file) {
  const auto text = root[key].value<std::string>();
  if (!text) damaged(file, fmt::format("{} is missing", key));
  return *text;
}

std::vector<std::string> texts_at(const toml::table& root, std::string_view key,
                                  const std::filesystem::path& file) {
  std::vector<std::string> texts;
  for_list(root, key, file,
           [&](const toml::node& node) { texts.push_back(node.value_or(std::string())); });
  return texts;
}

std::string first_different_line(const std::string& there, const std::string& here) {
  std::istringstream theirs(there), ours(here);
  std::string a, b;
  for (int line = 1;; ++line) {
    if (!std::getline(theirs, a)) a.clear();
    if (!std::getline(ours, b)) b.clear();
    if (a != b) return fmt::format("line {}: '{}' there, '{}' here", line, a, b);
    if (!theirs && !ours) return "its end";
  }
}

}  // namespace

std::vector<std::string> Plan::overrides(std::size_t number) const {
  std::vector<std::string> all = set;
  for (std::size_t a = 0; a < axes.size(); ++a) {
    const std::vector<std::string> assigned = axes[a].assignments(point(number)[a]);
    all.insert(all.end(), assigned.begin(), assigned.end());
  }
  return all;
}

std::string Plan::label(std::size_t number) const {
  std::vector<std::string> parts;
  for (std::size_t a = 0; a < axes.size(); ++a) {
    parts.push_back(axes[a].key + "=" + axes[a].values[point(number)[a]]);
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

void lay_points(Plan& plan, std::size_t sample) {
  const auto first_tuned = std::find_if(plan.axes.begin(), plan.axes.end(), [](const Axis& axis) {
    return axis.use == Axis::Use::tune;
  });
  const std::span<const Axis> swept(plan.axes.begin(), first_tuned);
  const std::span<const Axis> tuned(first_tuned, plan.axes.end());
  const std::size_t grid = grid_size(swept), choices = grid_size(tuned);
  if (sample > 0 && swept.empty()) {
    throw Error(Failure::usage, "--sample: there are no axes to draw from (give --vary KEY=SPEC)");
  }
  if (sample == 0 && grid * choices > most_points) {
    throw Error(Failure::usage, fmt::format("sweep: the grid has more than {} points (draw some of "
                                            "them with --sample)",
                                            most_points));
  }
  if (sample > grid || sample * choices > most_points) {
    throw Error(Failure::usage, fmt::format("--sample: {} is out of range [1, {}] (the points of "
                                            "the grid)",
                                            sample, std::min(grid, most_points / choices)));
  }
  plan.values.clear();
  const auto settings = grid_of(tuned);
  for (const Values& place :
       sample == 0 || sample == grid ? grid_of(swept) : sample_of(swept, sample)) {
    for (const Values& chosen : settings) {
      plan.values.insert(plan.values.end(), place.begin(), place.end());
      plan.values.insert(plan.values.end(), chosen.begin(), chosen.end());
    }
  }
}

void write_plan(const std::filesystem::path& file, const Plan& plan) {
  std::string out = fmt::format(
      "# The plan of a sweep, written once by memtrain and never changed. `points` gives, for "
      "each\n"
      "# point, which value of each axis it has, counted from 0; points/000012.h5 is the "
      "thirteenth.\n"
      "format = {}\nname = {}\nset = {}\ndata_dir = {}\nfolder = {}\nscenario = {}\n",
      quoted(std::string(format_name)), quoted(plan.scenario.name), quoted_list(plan.set),
      quoted(plan.data_dir), quoted(plan.folder), in_lines(plan.scenario.text));
  out += "points = [\n";
  for (std::size_t p = 0; p < plan.points(); ++p) {
    out += fmt::format("  [{}],\n", fmt::join(plan.point(p), ", "));
  }
  out += "]\n";
  for (const Axis& axis : plan.axes) {
    out += fmt::format("\n[[axis]]\nkey = {}\nvalues = {}\n", quoted(axis.key),
                       quoted_list(axis.values));
    if (axis.use == Axis::Use::tune) out += "tuned = true\n";
    if (!axis.apart.empty()) out += fmt::format("{} = {}\n", apart_key, quoted_list(axis.apart));
  }
  replace_file(file, out);
}

Plan read_plan(const std::filesystem::path& file) {
  std::error_code problem;
  const std::string text = file_text(file, problem);
  if (problem) damaged(file, fmt::format("it cannot be read: {}", problem.message()));
  toml::table root;
  try {
    root = parse_toml(text, file.string());
  } catch (const toml::parse_error& error) {
    damaged(file, fmt::format("line {}: {}", error.source().begin.line, error.description()));
  }
  if (text_at(root, "format", file) != format_name) damaged(file, "it is of another format");
  Plan plan{.scenario = {text_at(root, "name", file), text_at(root, "scenario", file)},
            .set = texts_at(root, "set", file),
            .data_dir = text_at(root, "data_dir", file),
            .folder = text_at(root, "folder", file)};
  if (root.contains("axis")) {
    for_list(root, "axis", file, [&](const toml::node& node) {
      const auto* axis = node.as_table();
      if (axis == nullptr) damaged(file, "an axis is no table");
      const bool tuned = (*axis)["tuned"].value_or(false);
      if (!tuned && !plan.axes.empty() && plan.axes.back().use == Axis::Use::tune) {
        damaged(file, "an axis that is tuned stands before one that is not");
      }
      plan.axes.push_back({text_at(*axis, "key", file), texts_at(*axis, "values", file),
                           file.string() + ": ", tuned ? Axis::Use::tune : Axis::Use::sweep});
      // plans from before they said so have none
      if (axis->contains(apart_key)) plan.axes.back().apart = texts_at(*axis, apart_key, file);
    });
  }
  for_list(root, "points", file, [&](const toml::node& node) {
    const auto* point = node.as_array();
    if (point == nullptr || point->size() != plan.axes.size()) damaged(file, "a point is damaged");
    for (std::size_t a = 0; a < plan.axes.size(); ++a) {
      const auto value = (*point)[a].value<std::int64_t>().value_or(-1);
      if (value < 0 || value >= static_cast<std::int64_t>(plan.axes[a].values.size())) {
        damaged(file, "a point has a value that its axis has not");
      }
      plan.values.push_back(static_cast<std::uint32_t>(value));
    }
  });
  return plan;
}

std::string difference(const Plan& there, const Plan& here) {
  if (there.scenario.text != here.scenario.text) {
    return "the scenario, " + first_different_line(there.scenario.text, here.scenario.text);
  }
  if (there.set != here.set) {
    return fmt::format("--set {} there, {} here", fmt::join(there.set, " "),
                       fmt::join(here.set, " "));
  }
  for (std::size_t a = 0; a < std::max(there.axes.size(), here.axes.size()); ++a) {
    const auto text = [a](const Plan& plan) {
      if (a >= plan.axes.size()) return std::string("none");
      const Axis& axis = plan.axes[a];
      return fmt::format("{}{} = {}", axis.use == Axis::Use::tune ? "tuned " : "", axis.key,
                         fmt::join(axis.values, ","));
    };
    if (text(there) != text(here)) {
      return fmt::format("axis {}: {} there, {} here", a + 1, text(there), text(here));
    }
  }
  if (there.data_dir != here.data_dir) {
    const auto text = [](const Plan& plan) {
      return plan.data_dir.empty() ? "none" : plan.data_dir;
    };
    return fmt::format("--data-dir: {} there, {} here", text(there), text(here));
  }
  if (there.values != here.values) return "the points drawn from the axes";
  return "";
}

}  // namespace memtrain
