#pragma once
#include <string>

namespace memtrain {

/// What result files and tables of sweeps hold, in Markdown, as the code that writes them says.
[[nodiscard]] std::string schema_page();

}  // namespace memtrain
