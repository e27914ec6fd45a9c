#include "sim/record/dataset_facts.h"

#include <hdf5_hl.h>

namespace memtrain::h5 {
namespace {

std::string type_name(const Object& dataset) {
  const Object type(H5Dget_type(dataset), "read a type");
  const std::size_t bits = 8 * H5Tget_size(type);
  const H5T_class_t kind = H5Tget_class(type);
  if (kind == H5T_STRING) return "text";
  return (kind == H5T_INTEGER ? "int" : "float") + std::to_string(bits);
}

/// Called by the library for the scale of an axis: keeps the last part of its path.
herr_t keep_name(hid_t /*dataset*/, unsigned /*axis*/, hid_t scale, void* name) {
  char path[1024] = "";
  if (H5Iget_name(scale, path, sizeof path) < 0) return -1;
  const std::string whole = path;
  *static_cast<std::string*>(name) = whole.substr(whole.rfind('/') + 1);
  return 0;
}

DatasetFacts facts_of(const Object& dataset, const std::string& path) {
  DatasetFacts facts{.path = path,
                     .type = type_name(dataset),
                     .units = get_text(dataset, "units"),
                     .long_name = get_text(dataset, "long_name"),
                     .is_scale = H5DSis_scale(dataset) > 0};
  if (facts.is_scale) return facts;
  const Object space(H5Dget_space(dataset), "read a shape");
  for (int axis = 0; axis < H5Sget_simple_extent_ndims(space); ++axis) {
    std::string name;
    check(H5DSiterate_scales(dataset, static_cast<unsigned>(axis), nullptr, keep_name, &name),
          "read an axis");
    facts.axes.push_back(name);
  }
  return facts;
}

void add_datasets(const Object& group, const std::string& path, std::vector<DatasetFacts>& all) {
  for (const std::string& name : members(group)) {
    const Object member(H5Oopen(group, name.c_str(), H5P_DEFAULT), "open " + name);
    if (H5Iget_type(member) == H5I_GROUP) {
      add_datasets(member, path + name + "/", all);
    } else {
      all.push_back(facts_of(member, path + name));
    }
  }
}

}  // namespace

std::vector<DatasetFacts> datasets_below(const Object& group) {
  std::vector<DatasetFacts> all;
  add_datasets(group, "", all);
  return all;
}

}  // namespace memtrain::h5
