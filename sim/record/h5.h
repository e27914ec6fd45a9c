#pragma once
#include <hdf5.h>

#include <cstdint>
#include <mutex>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// The little of HDF5 that a result file needs, with owners instead of identifiers and exceptions
// instead of status codes. Files live in memory: the library never meets a full disk or a locked
// file, which it reports poorly and does not always survive.
namespace memtrain::h5 {

/// A call of the library failed: "what was being done: the library's reason". write_result and
/// read_result turn it into an Error with the file's name.
struct Trouble : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The library had no memory for it. That says nothing of the file: a damaged one may ask for more
/// than there is, and a good one may come where little is left.
struct NoMemory : Trouble {
  using Trouble::Trouble;
};

/// While one lives, this thread alone uses the library, and the library does not print to stderr.
class Session {
 public:
  Session();
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

 private:
  std::scoped_lock<std::mutex> turn_;
  H5E_auto2_t printer_ = nullptr;
  void* printer_data_ = nullptr;
};

/// A file, group, dataset, type or property list, closed at the end of its scope.
class Object {
 public:
  /// Takes over what a call returned. Throws Trouble if the call failed; `doing` says what it was
  /// to do.
  Object(hid_t id, std::string_view doing);
  ~Object();
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;
  Object(Object&& other) noexcept : id_(std::exchange(other.id_, H5I_INVALID_HID)) {}
  Object& operator=(Object&& other) noexcept {
    std::swap(id_, other.id_);
    return *this;
  }
  operator hid_t() const { return id_; }  // NOLINT: what the library's functions take

 private:
  hid_t id_;
};

/// Throws Trouble, with the library's own reason, or NoMemory, if a status is negative.
void check(herr_t status, std::string_view doing);

/// A new, empty file in memory, and the bytes of one.
[[nodiscard]] Object create_file();
[[nodiscard]] std::vector<char> bytes_of(const Object& file);
/// Opens a copy of the bytes of a file for reading. What is read from it may take `expansion` times
/// its size in memory: files say how large they are when unpacked, in few bytes.
[[nodiscard]] Object open_file(std::span<char> bytes);
inline constexpr std::size_t expansion = 100;
/// Takes so many values of so many bytes off the memory that the file of this session may take.
/// Throws Trouble where there is not as much left.
void take_room(std::size_t count, std::size_t size);
/// Where the file says that it ends; the library itself refuses files that end earlier.
[[nodiscard]] std::size_t end_of(const Object& file);

/// Groups keep the order in which their members were made. Paths are below `parent`.
[[nodiscard]] Object create_group(hid_t parent, const std::string& name);
[[nodiscard]] Object open_group(hid_t parent, const std::string& name);
[[nodiscard]] std::vector<std::string> members(const Object& group);
[[nodiscard]] bool has(hid_t parent, const std::string& path);

/// Attributes: one UTF-8 string of variable length, or one integer.
void set_text(const Object& object, const char* name, const std::string& value);
void set_integer(const Object& object, const char* name, int value);
[[nodiscard]] bool has_attribute(const Object& object, const char* name);
[[nodiscard]] std::string get_text(const Object& object, const char* name);
[[nodiscard]] int get_integer(const Object& object, const char* name);

/// What every dataset says about itself.
struct Label {
  std::string name, units, long_name;
};

/// A dataset that gives the values along an axis of other datasets.
struct Scale {
  Object dataset;
  hsize_t length;
};
using Axes = std::vector<const Scale*>;

/// Element types: float, double, std::int32_t and std::int64_t.
template <class T>
[[nodiscard]] Scale write_scale(hid_t parent, const Label& label, std::span<const T> values);
/// The shape is that of the axes, so that no axis is without its scale. Not compressed: of trained
/// weights that saves a seventh of the space for six times the time, after every epoch.
template <class T>
Object write_array(hid_t parent, const Label& label, const Axes& axes, std::span<const T> values);

/// A list of UTF-8 strings of variable length along one axis, and back.
void write_texts(hid_t parent, const Label& label, const Scale& axis,
                 const std::vector<std::string>& texts);
[[nodiscard]] std::vector<std::string> read_texts(hid_t parent, const std::string& path);

/// Reads a list of any length, or an array that must have this shape.
template <class T>
[[nodiscard]] std::vector<T> read_list(hid_t parent, const std::string& path);
template <class T>
[[nodiscard]] std::vector<T> read_array(hid_t parent, const std::string& path,
                                        const std::vector<hsize_t>& shape);

}  // namespace memtrain::h5
