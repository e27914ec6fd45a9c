#pragma once
#include <string>

#include "sim/scenario/keys.h"
#include "sim/scenario/scenario.h"

namespace memtrain {

/// Why a key does nothing in an arm with these settings; empty: it does something. Such a key is
/// left out of an arm's complete settings, and refused where somebody wrote it.
[[nodiscard]] std::string without_effect(const Key& key, const Arm& arm);

}  // namespace memtrain
