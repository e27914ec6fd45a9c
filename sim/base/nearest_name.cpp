#include "sim/base/nearest_name.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace memtrain {
namespace {

/// Letters to insert, delete or replace to get from one word to the other (Levenshtein 1966).
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0U : 1U);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row.back();
}

}  // namespace

std::string nearest_name(std::string_view word, std::span<const std::string_view> known) {
  constexpr std::size_t longest = 100;
  if (word.size() > longest) return {};  // no name; comparing would take as long as it is
  std::string_view nearest;
  std::size_t least = std::max<std::size_t>(2, word.size() / 3) + 1;
  for (const std::string_view name : known) {
    // letters that one has more must be inserted
    if (std::max(word.size(), name.size()) - std::min(word.size(), name.size()) >= least) continue;
    // a word that is wholly replaced is not near, however short
    const std::size_t distance = edit_distance(word, name);
    if (distance < least && distance < std::max(word.size(), name.size())) {
      least = distance;
      nearest = name;
    }
  }
  return std::string(nearest);
}

}  // namespace memtrain
