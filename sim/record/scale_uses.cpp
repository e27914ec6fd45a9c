#include "sim/record/scale_uses.h"

#include <hdf5_hl.h>

#include <cstdint>
#include <map>

namespace memtrain::h5 {
namespace {

/// As the specification lays it out, with the bytes between two of them.
struct Use {
  hobj_ref_t dataset = 0;
  std::int32_t axis = 0;
  std::int32_t unused = 0;
};
using Uses = std::map<hobj_ref_t, std::vector<Use>>;  // by scale

hobj_ref_t reference_to(hid_t object) {
  hobj_ref_t reference = 0;
  check(H5Rcreate(&reference, object, ".", H5R_OBJECT, H5I_INVALID_HID), "refer to an object");
  return reference;
}

/// A list of references for each axis.
Object axes_type() { return {H5Tvlen_create(H5T_STD_REF_OBJ), "make a type of references"}; }

Object use_type() {
  Object type(H5Tcreate(H5T_COMPOUND, sizeof(Use)), "make a type of uses");
  check(H5Tinsert(type, "dataset", HOFFSET(Use, dataset), H5T_STD_REF_OBJ), "make a type of uses");
  check(H5Tinsert(type, "dimension", HOFFSET(Use, axis), H5T_NATIVE_INT), "make a type of uses");
  return type;
}

void write_list(const Object& object, const char* name, const Object& type, std::size_t length,
                const void* values) {
  const hsize_t shape = length;
  const Object space(H5Screate_simple(1, &shape, nullptr), name);
  const Object attribute(H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT), name);
  check(H5Awrite(attribute, type, values), name);
}

/// Called by the library for the scale of an axis.
herr_t keep_reference(hid_t /*dataset*/, unsigned /*axis*/, hid_t scale, void* reference) {
  return H5Rcreate(reference, scale, ".", H5R_OBJECT, H5I_INVALID_HID);
}

void collect(const Object& dataset, Uses& uses) {
  const Object space(H5Dget_space(dataset), "read a shape");
  for (int axis = 0; axis < H5Sget_simple_extent_ndims(space); ++axis) {
    hobj_ref_t scale = 0;
    check(H5DSiterate_scales(dataset, static_cast<unsigned>(axis), nullptr, keep_reference, &scale),
          "read an axis");
    uses[scale].push_back({.dataset = reference_to(dataset), .axis = axis});
  }
}

void collect_below(const Object& group, Uses& uses) {
  for (const std::string& name : members(group)) {
    const Object member(H5Oopen(group, name.c_str(), H5P_DEFAULT), "open " + name);
    if (H5Iget_type(member) == H5I_GROUP) {
      collect_below(member, uses);
    } else if (H5DSis_scale(member) == 0) {
      collect(member, uses);
    }
  }
}

}  // namespace

void attach(const Object& dataset, const Axes& axes) {
  std::vector<hobj_ref_t> scales;
  for (const Scale* axis : axes) scales.push_back(reference_to(axis->dataset));
  std::vector<hvl_t> lists;
  for (hobj_ref_t& scale : scales) lists.push_back({.len = 1, .p = &scale});
  write_list(dataset, "DIMENSION_LIST", axes_type(), lists.size(), lists.data());
}

void list_uses(const Object& group) {
  Uses uses;
  collect_below(group, uses);
  const Object type = use_type();
  for (const auto& [scale, used] : uses) {
    const Object dataset(H5Rdereference2(group, H5P_DEFAULT, H5R_OBJECT, &scale), "find a scale");
    write_list(dataset, "REFERENCE_LIST", type, used.size(), used.data());
  }
}

}  // namespace memtrain::h5
