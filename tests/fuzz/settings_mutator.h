#pragma once
#include <algorithm>
#include <random>

#include "sim/scenario/keys.h"
#include "sim/scenario/toml_writer.h"
#include "tests/fuzz/target.h"

// Mutations of TOML settings. Every second one puts in a line that sets a key of the settings
// table, or takes a line out; so what the fuzzer knows of keys and their values is always what the
// program knows. The others are libFuzzer's own.
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

namespace memtrain::fuzz {

using Random = std::minstd_rand;

template <class List>
const auto& any_of_these(const List& list, Random& random) {
  return *std::next(std::begin(list), static_cast<std::ptrdiff_t>(random() % std::size(list)));
}

/// A value that the key may have, or nearly.
inline std::string some_value(const Key& key, Random& random) {
  static const std::vector<std::string> odd{"0",         "-1",   "1e300", "nan", "[]",
                                            "[0, 1, 2]", "true", "\"\"",  "{}"};
  if (random() % 4 == 0) return any_of_these(odd, random);
  if (!key.info.choices.empty()) return quoted(std::string(any_of_these(key.info.choices, random)));
  const double edge = random() % 2 == 0 ? key.info.low : key.info.high;
  if (std::holds_alternative<bool>(key.default_value)) return random() % 2 == 0 ? "true" : "false";
  if (std::holds_alternative<std::string>(key.default_value)) return quoted("word");
  const bool whole = std::holds_alternative<std::int64_t>(key.default_value) ||
                     std::holds_alternative<std::vector<std::int64_t>>(key.default_value);
  const bool list = std::holds_alternative<std::vector<std::int64_t>>(key.default_value) ||
                    std::holds_alternative<std::vector<double>>(key.default_value);
  std::string number = std::to_string(random() % 8);
  if (std::isfinite(edge) && random() % 2 == 0) {
    number = whole ? std::to_string(static_cast<std::int64_t>(std::clamp(edge, -1e15, 1e15)))
                   : std::to_string(edge);
  }
  return list ? "[" + number + "]" : number;
}

/// `prefix`: what stands before the keys in the table and not in the file.
inline std::size_t mutate_settings(std::uint8_t* data, std::size_t size, std::size_t most,
                                   unsigned seed, std::string_view prefix) {
  Random random(seed);
  if (random() % 2 == 0) return LLVMFuzzerMutate(data, size, most);
  std::string text(text_of(data, size));
  const std::size_t begin =
      text.empty() ? 0 : std::min(text.find('\n', random() % text.size()), text.size() - 1) + 1;
  if (random() % 4 == 0) {
    text.erase(begin, text.find('\n', begin) - begin);
  } else {
    const Key* key = &any_of_these(all_keys(), random);
    for (int tries = 0; tries < 20 && !key->path.starts_with(prefix); ++tries) {
      key = &any_of_these(all_keys(), random);
    }
    std::string_view path = key->path;
    if (path.starts_with(prefix)) path.remove_prefix(prefix.size());
    text.insert(begin, std::string(path) + " = " + some_value(*key, random) + "\n");
  }
  text.resize(std::min(text.size(), most));
  std::copy(text.begin(), text.end(), data);
  return text.size();
}

}  // namespace memtrain::fuzz
