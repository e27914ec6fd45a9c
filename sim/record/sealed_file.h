#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "sim/base/error.h"
#include "sim/record/h5.h"

namespace memtrain {

/// A file is not what was once written: cut, changed or overwritten. (One that cannot be read, or
/// is of another schema, may be as good as ever.)
struct DamagedFile : Error {
  DamagedFile(const std::string& path, const std::string& problem, const std::string& remedy)
      : Error(Failure::data, path + ": " + problem + "; " + remedy),
        finding(one_line(path + ": " + problem)) {}
  std::string finding;  ///< the message without its remedy, which is another for a file among many
};

/// What an HDF5 file of ours is, and what to tell somebody who has another.
struct FileKind {
  std::string_view schema;  ///< the attribute `schema` of its root
  std::string_view writer;  ///< the command that writes it
  std::string_view remedy;  ///< what to do when it is damaged
};

/// Puts an HDF5 file together in memory by `fill`, seals it and replaces `path` by it atomically.
/// Errors: Failure::output, with the path and the reason.
void write_sealed(const std::string& path, const FileKind& kind,
                  const std::function<void(const h5::Object& root)>& fill);

/// Hands the root of a file to `read`. Errors: DamagedFile (Failure::data) when the file is
/// damaged, Failure::data when it is missing or of another schema, or when the library crashes on
/// it or has no memory for it; std::bad_alloc.
void read_sealed(const std::string& path, const FileKind& kind,
                 const std::function<void(const h5::Object& root)>& read);

}  // namespace memtrain
