#include "sim/record/sealed_file.h"

#include <fmt/format.h>

#include <system_error>

#include "sim/base/atomic_file.h"
#include "sim/base/error.h"
#include "sim/base/file_bytes.h"
#include "sim/base/processes.h"
#include "sim/base/refuse_file.h"
#include "sim/record/scale_uses.h"
#include "sim/record/seal.h"

namespace memtrain {
namespace {

/// What stands before the number of a schema.
std::string_view family(std::string_view schema) { return schema.substr(0, schema.find('/')); }

std::string give(const FileKind& kind) {
  return fmt::format("give a file that '{}' wrote", kind.writer);
}

/// For a file without a seal, of which nobody knows whether it or the machine is at fault.
std::string removal(const FileKind& kind) {
  return fmt::format("; if there is memory left, remove it and {}", kind.remedy);
}

std::vector<char> bytes_of_kind(const std::string& path, const FileKind& kind) {
  std::error_code problem;
  std::vector<char> bytes = file_bytes(path, problem);
  if (problem == std::errc::is_a_directory) refuse_file(path, "not a file; " + give(kind));
  if (problem) refuse_file(path, "cannot read (" + problem.message() + "); " + give(kind));
  return bytes;
}

void check_schema(const h5::Object& root, const std::string& path, const FileKind& kind) {
  if (!h5::has_attribute(root, "schema")) {
    refuse_file(path, "not a memtrain result file (it has no schema); " + give(kind));
  }
  const std::string found = h5::get_text(root, "schema");
  if (found == kind.schema) return;
  refuse_file(path, fmt::format("schema '{}' is not '{}'; {}", found, kind.schema,
                                family(found) == family(kind.schema)
                                    ? "read it with the memtrain version that wrote it"
                                    : give(kind)));
}

/// Takes the seal off.
void check_seal(std::vector<char>& bytes, const std::string& path, const FileKind& kind) {
  if (!seal_holds(bytes)) {
    throw DamagedFile(path, "damaged result file (its checksum does not match)",
                      std::string(kind.remedy));
  }
  bytes.resize(bytes.size() - seal_length);
}

void check_end(const h5::Object& file, std::size_t size) {
  const std::size_t end = h5::end_of(file);
  if (size > end && size - end <= seal_length) throw h5::Trouble("its end is damaged");
}

void read_bytes(std::vector<char>& bytes, const std::string& path, const FileKind& kind,
                const std::function<void(const h5::Object&)>& read) {
  const h5::Object file = h5::open_file(bytes);
  check_end(file, bytes.size());
  const h5::Object root = h5::open_group(file, "/");
  check_schema(root, path, kind);
  read(root);
}

/// Without a seal a file was changed by another program, which may well be right, or is damaged.
/// What it does to the library is first seen in another process.
void try_elsewhere(std::vector<char>& bytes, const std::string& path, const FileKind& kind,
                   const std::function<void(const h5::Object&)>& read) {
  const auto problem = in_process([&]() -> std::vector<char> {
    try {
      read_bytes(bytes, path, kind, read);
    } catch (const h5::NoMemory&) {  // not damaged, as far as one knows: the caller finds the same
    } catch (const Error&) {         // as here
    } catch (const h5::Trouble& trouble) {
      const std::string_view text = trouble.what();
      return {text.begin(), text.end()};
    }
    return {};
  });
  if (!problem) {
    refuse_file(path,
                "cannot read (the HDF5 library crashes on it, or memory ran out)" + removal(kind));
  }
  if (!problem->empty()) throw h5::Trouble({problem->begin(), problem->end()});
}

}  // namespace

void write_sealed(const std::string& path, const FileKind& kind,
                  const std::function<void(const h5::Object&)>& fill) {
  std::vector<char> bytes;
  try {
    const h5::Session session;
    const h5::Object file = h5::create_file();
    const h5::Object root = h5::open_group(file, "/");
    h5::set_text(root, "schema", std::string(kind.schema));
    fill(root);
    h5::list_uses(root);
    bytes = h5::bytes_of(file);
  } catch (const h5::Trouble& trouble) {
    throw Error(Failure::output, path + ": cannot write (" + trouble.what() + ")");
  }
  append_seal(bytes);
  replace_file(path, {bytes.data(), bytes.size()});
}

void read_sealed(const std::string& path, const FileKind& kind,
                 const std::function<void(const h5::Object&)>& read) {
  std::vector<char> bytes = bytes_of_kind(path, kind);
  if (!std::string_view(bytes.data(), bytes.size()).starts_with(hdf5_signature)) {
    throw DamagedFile(path, "not an HDF5 file", give(kind));
  }
  const bool sealed = has_seal(bytes);
  if (sealed) check_seal(bytes, path, kind);
  try {
    const h5::Session session;
    if (!sealed) try_elsewhere(bytes, path, kind, read);
    read_bytes(bytes, path, kind, read);
  } catch (const h5::NoMemory& lack) {
    refuse_file(path,
                fmt::format("out of memory ({}){}", lack.what(), sealed ? "" : removal(kind)));
  } catch (const h5::Trouble& trouble) {
    throw DamagedFile(path, fmt::format("damaged result file ({})", trouble.what()),
                      std::string(kind.remedy));
  }
}

}  // namespace memtrain
