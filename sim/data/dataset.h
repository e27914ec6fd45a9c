#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/base/batch.h"
#include "sim/data/data_settings.h"
#include "sim/record/baseline.h"

namespace memtrain {

/// What a network shall say about a sample: at each of `steps` (1: once; of a sequence: at every
/// step) one of `classes`, or so many real `values`. Targets lie step by step.
struct TargetShape {
  Index steps = 1;
  Index classes = 0;  ///< 0: real values are wanted, a regression
  Index values = 0;   ///< 0: a class is wanted

  [[nodiscard]] bool regression() const { return classes == 0; }
  /// Outputs that a network has at each step.
  [[nodiscard]] Index outputs() const { return regression() ? values : classes; }
};
/// As a message says it: "10 classes", "10 classes at 120 steps", "1 value".
[[nodiscard]] std::string target_text(const TargetShape& target);

/// Samples with their targets. `inputs` [samples × features]; a label is a class in [0, classes).
struct Samples {
  Batch inputs;
  std::vector<std::uint8_t> labels;  ///< [samples × steps]; empty where values are wanted
  Batch values;                      ///< [samples × steps·values]; empty where classes are wanted
  [[nodiscard]] Index size() const { return inputs.rows(); }
};

/// A data set, loaded and normalised, with a sample in each row of the inputs. Images lie pixel row
/// by row, the channels of a pixel side by side: feature (row · columns + column) · channels +
/// channel. A sequence has its steps as rows of one column each, and what it holds at a step as
/// channels. Shared read-only by all arms.
struct Dataset {
  std::string name;
  Index features = 0;
  TargetShape target;
  Index rows = 0, columns = 0;  ///< of an image; features = rows × columns × channels
  Index channels = 1;           ///< numbers a pixel has: 1 grey, 3 red, green, blue
  Samples train, test;
  Samples validation;               ///< held out of the training samples; may be empty
  AugmentSettings augment;          ///< what training does to `train`, which lies here unchanged
  std::vector<Baseline> baselines;  ///< what can be had on `test` without learning
  std::string place = {};           ///< the folder or file it was read from; empty: generated
};

/// One file of a data set: what it is called and what it must hold.
struct DataFile {
  std::string_view name;  ///< without ".gz"; the plain file and the gzip are both accepted
  std::uintmax_t bytes;   ///< size of the uncompressed contents
  std::optional<std::uint32_t> crc32 = {};  ///< of the uncompressed contents, where it is known
};

/// The images of a data set before anything is done to them.
struct ImageShape {
  Index rows = 0, columns = 0, channels = 0;
  Index classes = 0;
  Index train = 0;  ///< training images
};

/// Where samples come from.
enum class Origin {
  images,     ///< the files of a known data set
  series,     ///< the user's own file, data.file
  generated,  ///< no file
};

/// A data set the program knows. `data_sources()` lists them; to add one, write a file with its row
/// and its loader and add a word to the list in CMakeLists.txt.
struct DataSource {
  std::string_view name;
  std::string_view summary;                          ///< one line: what it is, sizes, licence
  std::string_view obtain;                           ///< exactly how to get it
  std::span<const std::string_view> system_folders;  ///< where packages put it
  std::span<const DataFile> files;                   ///< of images
  /// `place`: the folder of its files; the file of a series; empty where it is generated.
  Dataset (*load)(const DataSource& source, const std::filesystem::path& place,
                  const DataSettings& settings);
  std::string_view archive_folder = {};  ///< folder that its archive unpacks to; empty: none
  Origin origin = Origin::images;
  Question question = Question::label;  ///< unless data.reconstruct asks for the inputs
  ImageShape images = {};               ///< of images
};
[[nodiscard]] std::span<const DataSource* const> data_sources();

/// The source of that name. Errors: Failure::usage, with the nearest known name.
[[nodiscard]] const DataSource& find_source(std::string_view name);

/// The folders that are looked through for `source`, in order: `data_dir` and data_dir/NAME (the
/// command line's --data-dir), then `path` (data.path), or if that is empty each folder of
/// $MEMTRAIN_DATA (colon-separated) and its NAME subfolder and the source's system folders. Behind
/// each follows the folder in it that the source's archive unpacks to, if it has one.
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

/// Where the file of a series lies: data.file itself if it is an absolute path, else in the first
/// of the search folders that has it, or in the current folder. Errors: Failure::data, listing the
/// folders tried.
[[nodiscard]] std::filesystem::path locate_series(const DataSource& source,
                                                  const std::filesystem::path& data_dir,
                                                  const DataSettings& settings);

/// Finds or generates, loads, limits, crops, binarises, normalises, makes sequences, makes targets
/// of the inputs and parts, in this order, the data set that the settings name. Errors:
/// Failure::data for missing, truncated or damaged files, naming the file and what is wrong;
/// Failure::usage for a limit, a crop or a validation set beyond the data, and for an augmentation
/// that its samples cannot have.
[[nodiscard]] Dataset load_dataset(const DataSettings& settings,
                                   const std::filesystem::path& data_dir);

/// A data set without its samples.
struct BlankDataset {
  Dataset data;             ///< of the right shape, with one blank sample in each part
  Index train_samples = 0;  ///< that training really has
  Index validation_samples = 0;
};
/// The shape of the data set that the settings name, whose files need not be there; only a series'
/// must be. Errors: as load_dataset().
[[nodiscard]] BlankDataset blank_dataset(const DataSettings& settings,
                                         const std::filesystem::path& data_dir);

/// Keeps the first `limit` samples, all if it is 0. Errors: Failure::usage, naming `key`, for more
/// than there are.
void keep_first(Samples& samples, int limit, std::string_view key);

/// Where a file of a source lies in the folder: under its plain name, else with ".gz" (which need
/// not exist).
[[nodiscard]] std::filesystem::path plain_or_gzip(const std::filesystem::path& folder,
                                                  std::string_view name);

/// The whole uncompressed contents of a file, plain or gzip (by its first two bytes, not its name).
/// Errors: Failure::data for a missing, truncated or damaged file, and for one of more than `most`
/// bytes, of which no more are read.
[[nodiscard]] std::vector<std::uint8_t> read_maybe_gzip(const std::filesystem::path& file,
                                                        std::uintmax_t most);

/// What is wrong with a file of a source (size, and checksum where one is known); empty when it is
/// as it should be.
[[nodiscard]] std::string check_file(const std::filesystem::path& folder, const DataFile& file);

}  // namespace memtrain
