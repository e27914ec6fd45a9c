#include <hdf5.h>
#include <hdf5_hl.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "sim/record/run_record.h"
#include "sim/record/seal.h"
#include "tests/fuzz/target.h"
#include "tests/record_fixture.h"

// A result file in which another program has changed things. The input is a list of changes and not
// a file: what libhdf5 itself makes of changed bytes is not ours, and its crashes would hide what
// our reader does with any file that libhdf5 can open.
using namespace memtrain;

namespace {

/// Takes numbers off the input; 0 at its end.
class Changes {
 public:
  explicit Changes(std::string_view input) : left_(input) {}
  [[nodiscard]] bool over() const { return left_.empty(); }
  std::uint8_t byte() {
    if (left_.empty()) return 0;
    const auto first = static_cast<std::uint8_t>(left_.front());
    left_.remove_prefix(1);
    return first;
  }
  template <class List>
  const auto& one_of(const List& list) {
    return list[byte() % std::size(list)];
  }

 private:
  std::string_view left_;
};

/// What there is to change in a result file.
struct Names {
  std::vector<std::string> links, attributes{"schema", "units"};
};

herr_t keep_attribute(hid_t /*object*/, const char* name, const H5A_info_t* /*info*/, void* names) {
  static_cast<Names*>(names)->attributes.emplace_back(name);
  return 0;
}

herr_t keep_link(hid_t group, const char* name, const H5L_info_t* /*info*/, void* names) {
  static_cast<Names*>(names)->links.emplace_back(name);
  const hid_t object = H5Oopen(group, name, H5P_DEFAULT);
  if (H5Iget_type(object) == H5I_GROUP) {
    H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, nullptr, keep_attribute, names);
  }
  H5Oclose(object);
  return 0;
}

std::string original() {
  const test::Folder folder;
  RunRecord run = test::complete_run();
  run.scenario = "title = \"x\"\n";
  run.seeds.resize(1), run.arms.resize(1), run.arms[0].seeds.resize(1);  // so that it is read fast
  write_result(run, folder / "r.h5");
  return test::bytes_of(folder / "r.h5");
}

hid_t opened(const std::string& bytes) {
  std::string copy = bytes;
  return H5LTopen_file_image(copy.data(), copy.size(), H5LT_FILE_IMAGE_OPEN_RW);
}

std::vector<hsize_t> some_shape(Changes& changes) {
  constexpr std::array<hsize_t, 10> lengths{0,  1,    2,         3,         4,
                                            33, 5000, 1U << 20U, 1U << 30U, 1ULL << 40U};
  std::vector<hsize_t> shape(changes.byte() % 5U);
  for (hsize_t& length : shape) length = changes.one_of(lengths);
  return shape;
}

hid_t some_type(Changes& changes) {
  const std::array<hid_t, 6> types{H5T_IEEE_F64LE, H5T_STD_I32LE, H5T_STD_I64LE,
                                   H5T_IEEE_F32LE, H5T_C_S1,      H5T_STD_U8BE};
  hid_t type = H5Tcopy(changes.one_of(types));
  if (H5Tget_class(type) == H5T_STRING) H5Tset_size(type, changes.byte() % 2 ? H5T_VARIABLE : 8);
  return type;
}

/// `growing`: pieces may be larger than what there is.
hid_t space_of(const std::vector<hsize_t>& shape, bool growing = false) {
  if (shape.empty()) return H5Screate(H5S_SCALAR);
  const std::vector<hsize_t> most(shape.size(), H5S_UNLIMITED);
  return H5Screate_simple(static_cast<int>(shape.size()), shape.data(),
                          growing ? most.data() : nullptr);
}

/// Writes as much as the input has, where that is little.
void fill(hid_t dataset, hid_t type, Changes& changes, const std::vector<hsize_t>& shape) {
  if (H5Tget_class(type) == H5T_STRING) return;
  hsize_t count = 1;
  for (const hsize_t length : shape)
    count = std::min<hsize_t>(count * std::min<hsize_t>(length, 100), 100);
  if (changes.byte() % 2 == 0 || count >= 100) return;
  std::vector<std::int32_t> values(count);
  for (std::int32_t& value : values) value = (changes.byte() ^ 0x80) - 128;
  H5Dwrite(dataset, H5T_NATIVE_INT32, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
}

void replace_dataset(hid_t file, const std::string& path, Changes& changes) {
  H5Ldelete(file, path.c_str(), H5P_DEFAULT);
  const std::vector<hsize_t> shape = some_shape(changes);
  const bool packed = !shape.empty() && changes.byte() % 2 == 0;
  const hid_t type = some_type(changes), space = space_of(shape, packed);
  const hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
  if (packed) {
    std::vector<hsize_t> chunk = shape;
    for (hsize_t& length : chunk) length = hsize_t{1} << changes.byte() % 28U;
    H5Pset_chunk(properties, static_cast<int>(chunk.size()), chunk.data());
    if (changes.byte() % 2 == 0) H5Pset_deflate(properties, 9);
  }
  H5Pset_alloc_time(properties, H5D_ALLOC_TIME_LATE);
  const hid_t dataset =
      H5Dcreate2(file, path.c_str(), type, space, H5P_DEFAULT, properties, H5P_DEFAULT);
  if (dataset >= 0 && !packed) fill(dataset, type, changes, shape);
  if (dataset >= 0) H5Dclose(dataset);
  H5Pclose(properties), H5Sclose(space), H5Tclose(type);
}

void replace_attribute(hid_t object, const std::string& name, Changes& changes) {
  H5Adelete(object, name.c_str());
  if (changes.byte() % 4 == 0) return;
  std::vector<hsize_t> shape = some_shape(changes);
  for (hsize_t& length : shape) length = std::min<hsize_t>(length, 4);
  const hid_t type = some_type(changes), space = space_of(shape);
  const hid_t attribute = H5Acreate2(object, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT);
  if (attribute >= 0 && H5Tget_class(type) != H5T_STRING) {
    std::vector<std::int32_t> values(256, static_cast<std::int8_t>(changes.byte()));
    H5Awrite(attribute, H5T_NATIVE_INT32, values.data());
  } else if (attribute >= 0 && H5Tis_variable_str(type) > 0 && shape.empty()) {
    const std::string word(changes.byte() % 16U, static_cast<char>(changes.byte()));
    const char* text = word.c_str();
    H5Awrite(attribute, type, &text);
  }
  if (attribute >= 0) H5Aclose(attribute);
  H5Sclose(space), H5Tclose(type);
}

void change(hid_t file, const Names& names, Changes& changes) {
  const std::string& path = changes.one_of(names.links);
  const std::string other = changes.one_of(names.links);
  switch (changes.byte() % 7) {
    case 0:
      H5Ldelete(file, path.c_str(), H5P_DEFAULT);
      break;
    case 1:
      H5Lmove(file, path.c_str(), file, (other + "_").c_str(), H5P_DEFAULT, H5P_DEFAULT);
      break;
    case 2:
      H5Lcreate_hard(file, path.c_str(), file, (other + "/x").c_str(), H5P_DEFAULT, H5P_DEFAULT);
      break;
    case 3:
      H5Ldelete(file, other.c_str(), H5P_DEFAULT);
      H5Lcreate_soft(("/" + path).c_str(), file, other.c_str(), H5P_DEFAULT, H5P_DEFAULT);
      break;
    case 4:
      if (const hid_t object = H5Oopen(file, changes.byte() % 2 ? "/" : path.c_str(), H5P_DEFAULT);
          object >= 0) {
        replace_attribute(object, changes.one_of(names.attributes), changes);
        H5Oclose(object);
      }
      break;
    default:
      replace_dataset(file, path, changes);
  }
}

/// The bytes of the file, sealed: without a seal each would be read in a process of its own first.
std::string image_of(hid_t file) {
  H5Fflush(file, H5F_SCOPE_GLOBAL);
  const ssize_t size = H5Fget_file_image(file, nullptr, 0);
  std::vector<char> bytes(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
  H5Fget_file_image(file, bytes.data(), bytes.size());
  append_seal(bytes);
  return {bytes.data(), bytes.size()};
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fuzz::InputFile input;
  static const std::string before = original();
  static const Names names = [] {
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
    Names all;
    const hid_t file = opened(before);
    H5Lvisit(file, H5_INDEX_NAME, H5_ITER_INC, keep_link, &all);
    H5Fclose(file);
    return all;
  }();
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  const hid_t file = opened(before);
  fuzz::require(file >= 0, "the result file itself cannot be opened");
  Changes changes(fuzz::text_of(data, size));
  for (int i = 0; i < 8 && !changes.over(); ++i) change(file, names, changes);
  const std::string path = input.holding(image_of(file));
  H5Fclose(file);
  fuzz::read_or_refuse([&] { (void)read_result(path); });
  fuzz::read_or_refuse([&] { (void)read_outcome(path); });
  return 0;
}
