#include "sim/base/places.h"

namespace memtrain {

Error placed(const Error& error, const Places& places) {
  const std::string problem = error.what();
  const auto at = places.find(problem.substr(0, problem.find_first_of(":[")));
  return at == places.end() ? error : Error(error.kind, at->second + problem);
}

}  // namespace memtrain
