#include "sim/record/h5.h"

#include <hdf5_hl.h>

#include <cassert>
#include <cstring>
#include <functional>
#include <limits>
#include <memory>
#include <numeric>

#include "sim/record/scale_uses.h"

namespace memtrain::h5 {
namespace {

std::mutex library;
/// Bytes that what is read from the open file may still take; of the session's thread.
std::size_t room = 0;

/// The innermost failure, which is the reason for the others.
struct Reason {
  std::string text;
  bool no_memory = false;
};

herr_t keep_first(unsigned level, const H5E_error2_t* error, void* kept) {
  if (level > 0) return 0;
  Reason& reason = *static_cast<Reason*>(kept);
  if (error->desc != nullptr) reason.text = error->desc;
  reason.no_memory = error->min_num == H5E_NOSPACE || error->min_num == H5E_CANTALLOC;
  return 0;
}

[[noreturn]] void fail(std::string_view doing) {
  Reason reason;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_first, &reason);
  const std::string what =
      "cannot " + std::string(doing) + (reason.text.empty() ? "" : ": " + reason.text);
  if (reason.no_memory) throw NoMemory(what);
  throw Trouble(what);
}

/// How a type lies in the file, the same on every machine, and in memory.
struct Type {
  hid_t file, memory;
};
template <class T>
Type type_of();
template <>
Type type_of<float>() {
  return {H5T_IEEE_F32LE, H5T_NATIVE_FLOAT};
}
template <>
Type type_of<double>() {
  return {H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE};
}
template <>
Type type_of<std::int32_t>() {
  return {H5T_STD_I32LE, H5T_NATIVE_INT32};
}
template <>
Type type_of<std::int64_t>() {
  return {H5T_STD_I64LE, H5T_NATIVE_INT64};
}

Object utf8_type() {
  Object type(H5Tcopy(H5T_C_S1), "make a string type");
  check(H5Tset_size(type, H5T_VARIABLE), "make a string type");
  check(H5Tset_cset(type, H5T_CSET_UTF8), "make a string type");
  return type;
}

constexpr unsigned in_order = H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED;

/// Properties of a new object. No times, with which the same record would give different files.
/// Attributes in order, because only then has an object checksums, and room for attributes above 64
/// KiB: every dataset leaves a reference on the scales of its axes.
Object object_properties(hid_t property_class) {
  Object properties(H5Pcreate(property_class), "make properties");
  check(H5Pset_obj_track_times(properties, false), "leave times out");
  check(H5Pset_attr_creation_order(properties, in_order), "keep the order of attributes");
  return properties;
}

/// Properties of the access to a file that is kept in memory.
Object memory_properties() {
  Object access(H5Pcreate(H5P_FILE_ACCESS), "make properties");
  constexpr std::size_t growth = 1U << 20U;
  check(H5Pset_fapl_core(access, growth, false), "keep the file in memory");
  return access;
}

Object group_properties(hid_t property_class) {
  Object properties = object_properties(property_class);
  check(H5Pset_link_creation_order(properties, in_order), "keep the order of members");
  return properties;
}

hsize_t product(const std::vector<hsize_t>& shape) {
  return std::accumulate(shape.begin(), shape.end(), hsize_t{1}, std::multiplies<>());
}

Object write_values(hid_t parent, const Label& label, const std::vector<hsize_t>& shape,
                    const Type& type, const void* values) {
  const std::string doing = "write " + label.name;
  const Object properties = object_properties(H5P_DATASET_CREATE);
  const Object space(H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr),
                     doing);
  Object dataset(H5Dcreate2(parent, label.name.c_str(), type.file, space, H5P_DEFAULT, properties,
                            H5P_DEFAULT),
                 doing);
  check(H5Dwrite(dataset, type.memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), doing);
  set_text(dataset, "units", label.units);
  set_text(dataset, "long_name", label.long_name);
  return dataset;
}

std::vector<hsize_t> shape_of(const Object& dataset, const std::string& doing) {
  const Object space(H5Dget_space(dataset), doing);
  const int rank = H5Sget_simple_extent_ndims(space);
  check(rank, doing);
  std::vector<hsize_t> shape(static_cast<std::size_t>(rank));
  check(H5Sget_simple_extent_dims(space, shape.data(), nullptr), doing);
  return shape;
}

/// Takes the room of values that a shape counts, however many it says.
void take_room_of(const std::vector<hsize_t>& shape, std::size_t size) {
  std::size_t bytes = size;
  for (const hsize_t length : shape) {
    bytes = length > 0 && bytes > room / length ? room + 1 : bytes * length;
  }
  take_room(bytes, 1);
}

/// A packed dataset is unpacked piece by piece.
void take_room_of_piece(const Object& dataset, const std::vector<hsize_t>& shape,
                        const std::string& doing) {
  const Object properties(H5Dget_create_plist(dataset), doing);
  if (H5Pget_layout(properties) != H5D_CHUNKED) return;
  std::vector<hsize_t> piece(shape.size());
  check(H5Pget_chunk(properties, static_cast<int>(piece.size()), piece.data()), doing);
  const Object type(H5Dget_type(dataset), doing);
  take_room_of(piece, H5Tget_size(type));
}

/// Reads a dataset once `fits` has seen its shape.
template <class T, class Fits>
std::vector<T> read_values(hid_t parent, const std::string& path, Fits fits) {
  const std::string doing = "read " + path;
  const Object dataset(H5Dopen2(parent, path.c_str(), H5P_DEFAULT), doing);
  const std::vector<hsize_t> shape = shape_of(dataset, doing);
  if (!fits(shape)) throw Trouble("cannot " + doing + ": it has another shape than the run");
  take_room_of(shape, sizeof(T));
  take_room_of_piece(dataset, shape, doing);
  std::vector<T> values(product(shape));
  check(H5Dread(dataset, type_of<T>().memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), doing);
  return values;
}

}  // namespace

Session::Session() : turn_(library) {
  H5Eget_auto2(H5E_DEFAULT, &printer_, &printer_data_);
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

Session::~Session() { H5Eset_auto2(H5E_DEFAULT, printer_, printer_data_); }

Object::Object(hid_t id, std::string_view doing) : id_(id) {
  if (id < 0) fail(doing);
}

Object::~Object() {
  if (id_ >= 0) H5Idec_ref(id_);
}

void check(herr_t status, std::string_view doing) {
  if (status < 0) fail(doing);
}

Object create_file() {
  const Object access = memory_properties();
  // not the newer formats: H5Fget_file_image of 1.10 and 1.14 spoils the checksum that their first
  // block has (github.com/HDFGroup/hdf5/issues/1915)
  check(H5Pset_libver_bounds(access, H5F_LIBVER_EARLIEST, H5F_LIBVER_V18), "set the format");
  room = std::numeric_limits<std::size_t>::max();  // what is read of it was in memory before
  const Object creation = group_properties(H5P_FILE_CREATE);
  return {H5Fcreate("result", H5F_ACC_TRUNC, creation, access), "make a file"};
}

std::size_t end_of(const Object& file) {
  const auto size = H5Fget_file_image(file, nullptr, 0);
  if (size < 0) fail("find its end");
  return static_cast<std::size_t>(size);
}

std::vector<char> bytes_of(const Object& file) {
  check(H5Fflush(file, H5F_SCOPE_GLOBAL), "finish the file");
  std::vector<char> bytes(end_of(file));
  if (H5Fget_file_image(file, bytes.data(), bytes.size()) < 0) fail("finish the file");
  return bytes;
}

void take_room(std::size_t count, std::size_t size) {
  if (size > 0 && count > room / size) throw Trouble("it says to hold more than its size allows");
  room -= count * size;
}

Object open_file(std::span<char> bytes) {
  room = expansion * bytes.size();
  const Object access = memory_properties();
  check(H5Pset_file_image(access, bytes.data(), bytes.size()), "copy the file");
  // there must be no file of the name, and cannot be one of this
  return {H5Fopen("/dev/null/result", H5F_ACC_RDONLY, access), "open it, it may be cut short"};
}

Object create_group(hid_t parent, const std::string& name) {
  return {H5Gcreate2(parent, name.c_str(), H5P_DEFAULT, group_properties(H5P_GROUP_CREATE),
                     H5P_DEFAULT),
          "make group " + name};
}

Object open_group(hid_t parent, const std::string& name) {
  return {H5Gopen2(parent, name.c_str(), H5P_DEFAULT), "open group " + name};
}

std::vector<std::string> members(const Object& group) {
  constexpr auto doing = "list a group";
  const Object properties(H5Gget_create_plist(group), doing);
  unsigned order = 0;
  check(H5Pget_link_creation_order(properties, &order), doing);
  // a copy made by another program may have lost the order
  const auto index = (order & H5P_CRT_ORDER_TRACKED) != 0U ? H5_INDEX_CRT_ORDER : H5_INDEX_NAME;
  H5G_info_t info;
  check(H5Gget_info(group, &info), doing);
  take_room(info.nlinks, sizeof(std::string));
  std::vector<std::string> names;
  for (hsize_t i = 0; i < info.nlinks; ++i) {
    char name[1024] = "";
    if (H5Lget_name_by_idx(group, ".", index, H5_ITER_INC, i, name, sizeof name, H5P_DEFAULT) < 0) {
      fail(doing);
    }
    take_room(std::strlen(name), 1);
    names.emplace_back(name);
  }
  return names;
}

bool has(hid_t parent, const std::string& path) {
  for (auto end = path.find('/'); end != std::string::npos; end = path.find('/', end + 1)) {
    if (H5Lexists(parent, path.substr(0, end).c_str(), H5P_DEFAULT) <= 0) return false;
  }
  return H5Lexists(parent, path.c_str(), H5P_DEFAULT) > 0;
}

void set_text(const Object& object, const char* name, const std::string& value) {
  const Object type = utf8_type();
  const Object space(H5Screate(H5S_SCALAR), name);
  const Object attribute(H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT), name);
  const char* text = value.c_str();
  check(H5Awrite(attribute, type, &text), name);
}

void set_integer(const Object& object, const char* name, int value) {
  const auto type = type_of<std::int32_t>();
  const Object space(H5Screate(H5S_SCALAR), name);
  const Object attribute(H5Acreate2(object, name, type.file, space, H5P_DEFAULT, H5P_DEFAULT),
                         name);
  check(H5Awrite(attribute, type.memory, &value), name);
}

bool has_attribute(const Object& object, const char* name) { return H5Aexists(object, name) > 0; }

std::string get_text(const Object& object, const char* name) {
  const std::string doing = std::string("read attribute ") + name;
  const Object attribute(H5Aopen(object, name, H5P_DEFAULT), doing);
  const Object stored(H5Aget_type(attribute), doing);
  const Object space(H5Aget_space(attribute), doing);
  if (H5Tis_variable_str(stored) <= 0 || H5Sget_simple_extent_npoints(space) != 1) {
    throw Trouble("cannot " + doing + ": it is not one string of variable length");
  }
  char* text = nullptr;
  check(H5Aread(attribute, utf8_type(), &text), doing);
  const std::unique_ptr<char, herr_t (*)(void*)> owner(text, H5free_memory);
  if (text == nullptr) return {};
  take_room(std::strlen(text), 1);  // many links may lead to one long text
  return text;
}

int get_integer(const Object& object, const char* name) {
  const std::string doing = std::string("read attribute ") + name;
  const Object attribute(H5Aopen(object, name, H5P_DEFAULT), doing);
  const Object space(H5Aget_space(attribute), doing);
  if (H5Sget_simple_extent_npoints(space) != 1)
    throw Trouble("cannot " + doing + ": not one number");
  std::int32_t value = 0;
  check(H5Aread(attribute, H5T_NATIVE_INT32, &value), doing);
  return value;
}

template <class T>
Scale write_scale(hid_t parent, const Label& label, std::span<const T> values) {
  Object dataset = write_values(parent, label, {values.size()}, type_of<T>(), values.data());
  check(H5DSset_scale(dataset, label.name.c_str()), "make a scale of " + label.name);
  return {std::move(dataset), values.size()};
}

template <class T>
Object write_array(hid_t parent, const Label& label, const Axes& axes, std::span<const T> values) {
  std::vector<hsize_t> shape;
  for (const Scale* axis : axes) shape.push_back(axis->length);
  assert(values.size() == product(shape));
  Object dataset = write_values(parent, label, shape, type_of<T>(), values.data());
  attach(dataset, axes);
  return dataset;
}

void write_texts(hid_t parent, const Label& label, const Scale& axis,
                 const std::vector<std::string>& texts) {
  assert(texts.size() == axis.length);
  const Object type = utf8_type();
  std::vector<const char*> pointers;
  for (const std::string& text : texts) pointers.push_back(text.c_str());
  const Object dataset = write_values(parent, label, {axis.length}, {type, type}, pointers.data());
  attach(dataset, {&axis});
}

std::vector<std::string> read_texts(hid_t parent, const std::string& path) {
  const std::string doing = "read " + path;
  const Object dataset(H5Dopen2(parent, path.c_str(), H5P_DEFAULT), doing);
  const Object stored(H5Dget_type(dataset), doing);
  const std::vector<hsize_t> shape = shape_of(dataset, doing);
  if (H5Tis_variable_str(stored) <= 0 || shape.size() != 1) {
    throw Trouble("cannot " + doing + ": it is not a list of strings of variable length");
  }
  take_room_of(shape, sizeof(char*) + sizeof(std::string));
  take_room_of_piece(dataset, shape, doing);
  hsize_t letters = 0;  // a file may tell many times where one long text lies
  check(H5Dvlen_get_buf_size(dataset, utf8_type(), Object(H5Dget_space(dataset), doing), &letters),
        doing);
  take_room(letters, 1);
  std::vector<char*> pointers(shape[0]);
  check(H5Dread(dataset, utf8_type(), H5S_ALL, H5S_ALL, H5P_DEFAULT, pointers.data()), doing);
  std::vector<std::string> texts;
  for (char* pointer : pointers) {
    const std::unique_ptr<char, herr_t (*)(void*)> owner(pointer, H5free_memory);
    texts.emplace_back(pointer == nullptr ? "" : pointer);
  }
  return texts;
}

template <class T>
std::vector<T> read_list(hid_t parent, const std::string& path) {
  return read_values<T>(parent, path, [](const auto& shape) { return shape.size() == 1; });
}

template <class T>
std::vector<T> read_array(hid_t parent, const std::string& path,
                          const std::vector<hsize_t>& shape) {
  return read_values<T>(parent, path, [&](const auto& found) { return found == shape; });
}

template Scale write_scale(hid_t, const Label&, std::span<const std::int32_t>);
template Scale write_scale(hid_t, const Label&, std::span<const std::int64_t>);
template Scale write_scale(hid_t, const Label&, std::span<const double>);
template Object write_array(hid_t, const Label&, const Axes&, std::span<const float>);
template Object write_array(hid_t, const Label&, const Axes&, std::span<const double>);
template Object write_array(hid_t, const Label&, const Axes&, std::span<const std::int32_t>);
template Object write_array(hid_t, const Label&, const Axes&, std::span<const std::int64_t>);
template std::vector<std::int32_t> read_list(hid_t, const std::string&);
template std::vector<double> read_list(hid_t, const std::string&);
template std::vector<std::int64_t> read_list(hid_t, const std::string&);
template std::vector<float> read_array(hid_t, const std::string&, const std::vector<hsize_t>&);
template std::vector<double> read_array(hid_t, const std::string&, const std::vector<hsize_t>&);
template std::vector<std::int32_t> read_array(hid_t, const std::string&,
                                              const std::vector<hsize_t>&);

}  // namespace memtrain::h5
