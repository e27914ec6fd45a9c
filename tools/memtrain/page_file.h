#pragma once
#include <string>

#include "sim/report/page/page.h"

namespace memtrain {

/// Refuses to put a page where there is a file that is none: a result, given twice, would be gone.
/// Errors: Failure::usage.
void require_page_place(const std::string& path);
/// Writes a page, replacing an older one atomically. Errors: as above; Failure::output.
void write_page(const Page& page, const std::string& path);

}  // namespace memtrain
