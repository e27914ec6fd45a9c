#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/batch.h"
#include "sim/base/parameter.h"

namespace memtrain {

/// How training images are changed at random, afresh in every mini-batch (sim/data/augment.h).
struct AugmentSettings {
  bool flip = false;  ///< mirrored left-right with probability 1/2
  int crop = 0;       ///< pixels of zeros around an image, of which a window is taken; 0: none
};

/// Which samples a run trains and tests on.
struct DataSettings {
  std::string name = "fashion-mnist";
  std::string path;     ///< folder that holds the data set's files; empty: search
  int train_limit = 0;  ///< first samples only; 0: all
  int test_limit = 0;
  int validation = 0;     ///< last of the training samples, held out
  int crop = 0;           ///< pixels cut from every side of an image
  float binarise = 0.0F;  ///< pixels above become 1, others 0; 0: grey values stay
  /// unit: [0, 1]; signed: [−1, 1]; standard: mean 0, s.d. 1 over the training pixels; channel: as
  /// standard, each channel by itself
  std::string normalise = "unit";
  AugmentSettings augment;
};
[[nodiscard]] std::span<const Parameter<DataSettings>> data_parameters();

/// Samples with their labels. `inputs` [samples × features]; a label is a class in [0, classes).
struct Samples {
  Batch inputs;
  std::vector<std::uint8_t> labels;
  [[nodiscard]] Index size() const { return inputs.rows(); }
};

/// A data set for classification, loaded and normalised: images, one a row of the inputs, pixels
/// row by row, the channels of a pixel side by side: feature (row · columns + column) · channels +
/// channel. Shared read-only by all arms.
struct Dataset {
  std::string name;
  Index features = 0;
  Index classes = 0;
  Index rows = 0, columns = 0;  ///< of an image; features = rows × columns × channels
  Index channels = 1;           ///< numbers a pixel has: 1 grey, 3 red, green, blue
  Samples train, test;
  Samples validation;       ///< held out of the training samples; may be empty
  AugmentSettings augment;  ///< what training does to `train`, which lies here unchanged
};

/// One file of a data set: what it is called and what it must hold.
struct DataFile {
  std::string_view name;  ///< without ".gz"; the plain file and the gzip are both accepted
  std::uintmax_t bytes;   ///< size of the uncompressed contents
  std::optional<std::uint32_t> crc32 = {};  ///< of the uncompressed contents, where it is known
};

/// A data set the program knows. `data_sources()` lists them; to add one, write a file with its row
/// and its loader and add a word to the list in CMakeLists.txt.
struct DataSource {
  std::string_view name;
  std::string_view summary;                          ///< one line: what it is, sizes, licence
  std::string_view obtain;                           ///< exactly how to get it
  std::span<const std::string_view> system_folders;  ///< where packages put it
  std::span<const DataFile> files;
  Dataset (*load)(const DataSource& source, const std::filesystem::path& folder,
                  const DataSettings& settings);
  std::string_view archive_folder = {};  ///< folder that its archive unpacks to; empty: none
};
[[nodiscard]] std::span<const DataSource* const> data_sources();

/// The source of that name. Errors: Failure::usage, with the nearest known name.
[[nodiscard]] const DataSource& find_source(std::string_view name);

/// The folders that are looked through for `source`, in order: `data_dir` and data_dir/NAME (the
/// command line's --data-dir), `path` (data.path), each folder of $MEMTRAIN_DATA (colon-separated)
/// and its NAME subfolder, then the source's system folders. Empty ones are left out. Behind each
/// follows the folder in it that the source's archive unpacks to, if it has one.
[[nodiscard]] std::vector<std::filesystem::path> search_folders(
    const DataSource& source, const std::filesystem::path& data_dir,
    const std::filesystem::path& path);

/// The first of those folders that holds all files of the source. A folder that was named
/// explicitly (`data_dir` or `path`) and holds some of the files but not all is an error, not
/// skipped.
/// Data sets share file names: a folder in which another one lies is passed over, or an error where
/// it was named explicitly. Errors: Failure::data, listing the folders tried and how to get the
/// data set.
[[nodiscard]] std::filesystem::path locate(const DataSource& source,
                                           const std::filesystem::path& data_dir,
                                           const std::filesystem::path& path);

/// Finds, loads, limits, crops, binarises, normalises and parts, in this order, the data set that
/// the settings name. Errors: Failure::data for missing, truncated or damaged files, naming the
/// file and what is wrong; Failure::usage for a limit, a crop or a validation set beyond the data,
/// and for an augmentation that its samples cannot have.
[[nodiscard]] Dataset load_dataset(const DataSettings& settings,
                                   const std::filesystem::path& data_dir);

/// Where a file of a source lies in the folder: under its plain name, else with ".gz" (which need
/// not exist).
[[nodiscard]] std::filesystem::path plain_or_gzip(const std::filesystem::path& folder,
                                                  std::string_view name);

/// The whole uncompressed contents of a file, plain or gzip (by its first two bytes, not its name).
/// Errors: Failure::data for a missing, truncated or damaged file.
[[nodiscard]] std::vector<std::uint8_t> read_maybe_gzip(const std::filesystem::path& file);

/// What is wrong with a file of a source (size, and checksum where one is known); empty when it is
/// as it should be.
[[nodiscard]] std::string check_file(const std::filesystem::path& folder, const DataFile& file);

}  // namespace memtrain
