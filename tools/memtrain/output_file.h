#pragma once
#include <string>
#include <string_view>

#include "sim/report/page/page.h"

namespace memtrain {

/// A kind of file that a command writes anew from what it is given, so that an older one may be
/// replaced. It is told from what is not memtrain's by how it begins.
struct DerivedKind {
  std::string_view name;  ///< "page"
  std::string_view beginning;
};
inline constexpr DerivedKind page_kind{"page", Page::beginning};

/// Refuses to write where there is anything but an older file of this kind: a measurement, given
/// twice, would be gone. Errors: Failure::usage.
void require_place(const std::string& path, const DerivedKind& kind);

enum class OldFile { keep, replace };
/// Refuses to write where there is a file that is to be kept, or something that is no file. Errors:
/// Failure::usage.
void require_place(const std::string& path, OldFile old);

/// Writes a page, replacing an older one atomically. Errors: those of require_place;
/// Failure::output.
void write_page(const Page& page, const std::string& path);

}  // namespace memtrain
