#pragma once
#include <string_view>

namespace memtrain {

/// What a device model says about itself.
struct ModelInfo {
  std::string_view name;
  std::string_view summary;   ///< one sentence: the behaviour
  std::string_view equation;  ///< the change made by one pulse
  std::string_view source;    ///< paper and DOI
};

}  // namespace memtrain
