#include "sim/run/checkpoint.h"

#include <fmt/format.h>
#include <zlib.h>

#include <system_error>

#include "sim/base/archive.h"
#include "sim/base/atomic_file.h"
#include "sim/base/error.h"
#include "sim/base/file_bytes.h"
#include "sim/record/metrics.h"
#include "sim/record/seal.h"

namespace memtrain {
namespace {

constexpr std::string_view name = "memtrain checkpoint ";
constexpr std::string_view version = "4";  // counts up with what the state of anything consists of

void keep_flag(Archive& archive, bool& flag) {
  char kept = flag ? 1 : 0;
  archive(kept);
  flag = kept != 0;
}

void keep_record(Archive& archive, SeedRecord& record) {
  archive.resize(record.epochs, epoch_metrics().size() * sizeof(double));
  for (EpochRecord& epoch : record.epochs) {
    keep(archive, epoch_metrics(), epoch);
    archive.resize(epoch.layers, layer_metrics().size() * sizeof(double));
    for (LayerRecord& layer : epoch.layers) keep(archive, layer_metrics(), layer);
    archive.resize(epoch.costs, phase_cost_metrics().size() * sizeof(double));
    for (PhaseCost& cost : epoch.costs) keep(archive, phase_cost_metrics(), cost);
  }
  archive(record.confusion);
  archive.resize(record.weights, 2 * sizeof(Index));
  for (Matrix& weights : record.weights) archive(weights);
  archive.resize(record.wear, 3 * sizeof(double));
  for (WearRecord& layer : record.wear) {
    archive(layer.devices), archive(layer.most), archive(layer.mean);
    archive(layer.histogram);
  }
  archive.resize(record.conductances, sizeof(Index));
  for (std::vector<ConductanceHistogram>& layer : record.conductances) {
    archive.resize(layer, sizeof(double));
    for (ConductanceHistogram& device : layer) {
      archive(device.bin_width);
      archive(device.devices);
    }
  }
  keep_flag(archive, record.diverged);
  keep_flag(archive, record.finished);
}

void keep_origin(Archive& archive, CheckpointOrigin& origin) {
  for (std::string* text : {&origin.scenario, &origin.data, &origin.started, &origin.git_commit}) {
    archive(*text);
  }
}

/// What is kept of a task that trains: the epochs that its state knows of.
SeedRecord first_epochs(const SeedRecord& record, std::size_t epochs) {
  SeedRecord first;
  first.epochs.assign(record.epochs.begin(),
                      record.epochs.begin() + static_cast<std::ptrdiff_t>(epochs));
  return first;
}

[[noreturn]] void fail(const std::filesystem::path& file, const std::string& problem) {
  throw UnfitCheckpoint(Failure::data,
                        file.string() + ": " + problem + " (start over with --force)");
}

/// What is between the first line, which says what the file is, and the seal.
std::span<const char> contents(const std::filesystem::path& file, const std::vector<char>& bytes) {
  const std::string_view text(bytes.data(), bytes.size());
  if (!text.starts_with(name)) fail(file, "not a checkpoint of memtrain");
  const std::string_view found = text.substr(name.size(), text.find('\n') - name.size());
  if (found != version) {
    fail(file, fmt::format("a checkpoint of format {}, this memtrain goes on from format {}",
                           found.substr(0, 20), version));
  }
  if (!has_seal(bytes) || !seal_holds(bytes)) {
    fail(file, "damaged checkpoint (its checksum does not match)");
  }
  const std::size_t begin = name.size() + version.size() + 1;
  return std::span(bytes).subspan(begin, bytes.size() - seal_length - begin);
}

}  // namespace

std::filesystem::path checkpoint_path(const std::filesystem::path& result) {
  return result.string() + ".ckpt";
}

void write_checkpoint(const std::filesystem::path& file, const CheckpointOrigin& origin,
                      const std::vector<TaskToKeep>& tasks) {
  SavingArchive archive;
  std::string first_line = fmt::format("{}{}\n", name, version);
  archive(std::span<char>(first_line));
  CheckpointOrigin same = origin;
  keep_origin(archive, same);
  auto count = static_cast<Index>(tasks.size());
  archive(count);
  for (const TaskToKeep& task : tasks) {
    if (task.record->finished || task.record->diverged) {
      keep_record(archive, *task.record);
    } else {
      SeedRecord kept = first_epochs(*task.record, task.epochs);
      keep_record(archive, kept);
    }
    archive(*task.training);
  }
  std::vector<char> bytes = archive.take();
  append_seal(bytes);
  replace_file(file, {bytes.data(), bytes.size()});
}

Checkpoint read_checkpoint(const std::filesystem::path& file) {
  std::error_code problem;
  const std::vector<char> bytes = file_bytes(file, problem);
  if (problem) fail(file, "cannot read (" + problem.message() + ")");
  RestoringArchive archive(contents(file, bytes));
  Checkpoint checkpoint;
  try {
    keep_origin(archive, checkpoint.origin);
    archive.resize(checkpoint.tasks, 1);
    for (TaskCheckpoint& task : checkpoint.tasks) {
      keep_record(archive, task.record);
      archive(task.training);
    }
    archive.finish();
  } catch (const ArchiveMismatch& mismatch) {
    fail(file, fmt::format("damaged checkpoint ({})", mismatch.what()));
  }
  return checkpoint;
}

std::string data_fingerprint(const Dataset& data) {
  // six times as fast as CRC-32, which would take as long as a tenth of an epoch
  uLong sum = adler32_z(0, nullptr, 0);
  std::string sizes;
  const auto add = [&](const void* from, std::size_t bytes) {
    if (bytes == 0) return;  // nothing, from nowhere, would begin the sum anew
    sum = adler32_z(sum, static_cast<const Bytef*>(from), bytes);
  };
  for (const Samples* part : {&data.train, &data.validation, &data.test}) {
    sizes += fmt::format("{}x{} ", part->size(), part->inputs.cols());
    for (const Batch* numbers : {&part->inputs, &part->values}) {
      add(numbers->data(), static_cast<std::size_t>(numbers->size()) * sizeof(float));
    }
    add(part->labels.data(), part->labels.size());
  }
  return fmt::format("{}adler32 {:08x}", sizes, sum);
}

}  // namespace memtrain
