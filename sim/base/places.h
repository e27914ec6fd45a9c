#pragma once
#include <functional>
#include <map>
#include <string>

#include "sim/base/error.h"

namespace memtrain {

/// Where settings were written, by key, as a message says it: "x.toml:14: " or
/// "--set train.epochs=0: ".
using Places = std::map<std::string, std::string, std::less<>>;

/// An error whose message begins with a key ("data.rows: ...", "network.layers[2]: ..."), now
/// beginning with the place of that key; any other error as it is.
[[nodiscard]] Error placed(const Error& error, const Places& places);

/// Does what may refuse a setting; what it throws tells where that was written.
template <class Work>
auto with_places(const Places& places, const Work& work) {
  try {
    return work();
  } catch (const Error& error) {
    throw placed(error, places);
  }
}

}  // namespace memtrain
