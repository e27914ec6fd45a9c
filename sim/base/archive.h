#pragma once
#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include "sim/base/batch.h"

namespace memtrain {

/// What is restored is not what was saved: too short, or of another shape.
struct ArchiveMismatch : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The state of an object, on its way out to bytes or back. Classes whose state changes in a run
/// have a function `void state(Archive&)` that names each of their changing members once: the same
/// function saves and restores, so the two cannot disagree. It is restored into an object that was
/// made from the same settings. Derived members (sums, caches) are not saved: who has some makes
/// them anew where `restores()`.
///
/// Bytes are those of this machine type; results are the same bit for bit on no other.
class Archive {
 public:
  virtual ~Archive() = default;
  [[nodiscard]] virtual bool restores() const = 0;

  /// A number or a flag.
  template <class T>
  requires std::is_arithmetic_v<T>
  void operator()(T& value) { bytes(&value, sizeof value); }
  /// A matrix. One that has a size keeps it: restoring another is an ArchiveMismatch.
  template <class Plain>
  void operator()(Eigen::PlainObjectBase<Plain>& matrix) {
    Index rows = matrix.rows(), columns = matrix.cols();
    (*this)(rows), (*this)(columns);
    if (restores() && (rows != matrix.rows() || columns != matrix.cols())) {
      using Value = typename Plain::Scalar;
      if (matrix.size() > 0) throw ArchiveMismatch("a matrix has another shape");
      check_count(rows, rows == 0 || columns == 0 ? 0 : sizeof(Value));
      check_count(columns, sizeof(Value) * static_cast<std::size_t>(rows));
      matrix.resize(rows, columns);
    }
    bytes(matrix.data(), sizeof(typename Plain::Scalar) * static_cast<std::size_t>(matrix.size()));
  }
  /// A list of numbers of any length.
  template <class T>
  requires std::is_arithmetic_v<T>
  void operator()(std::vector<T>& list) {
    resize(list, sizeof(T));
    bytes(list.data(), sizeof(T) * list.size());
  }
  void operator()(std::string& text) {
    resize(text, 1);
    bytes(text.data(), text.size());
  }
  /// Numbers whose count both sides know.
  template <class T>
  requires std::is_arithmetic_v<T>
  void operator()(std::span<T> numbers) { bytes(numbers.data(), numbers.size_bytes()); }
  /// Makes a list as long as it was, for its elements to be restored one by one. `least`: bytes
  /// that each of them takes at least.
  template <class List>
  void resize(List& list, std::size_t least) {
    auto size = static_cast<Index>(list.size());
    (*this)(size);
    if (!restores()) return;
    check_count(size, least);
    list.resize(static_cast<std::size_t>(size));
  }

 protected:
  virtual void bytes(void* data, std::size_t size) = 0;
  /// Throws ArchiveMismatch unless so many elements of this size can follow.
  virtual void check_count(Index count, std::size_t size) const = 0;
};

/// Saves.
class SavingArchive final : public Archive {
 public:
  [[nodiscard]] bool restores() const override { return false; }
  [[nodiscard]] std::vector<char> take() { return std::move(saved_); }

 private:
  void bytes(void* data, std::size_t size) override;
  void check_count(Index /*count*/, std::size_t /*size*/) const override {}

  std::vector<char> saved_;
};

/// Restores. Throws ArchiveMismatch where there is less than is asked for.
class RestoringArchive final : public Archive {
 public:
  /// `saved` must outlive this.
  explicit RestoringArchive(std::span<const char> saved) : left_(saved) {}
  [[nodiscard]] bool restores() const override { return true; }
  /// Throws ArchiveMismatch unless all has been restored.
  void finish() const;

 private:
  void bytes(void* data, std::size_t size) override;
  void check_count(Index count, std::size_t size) const override;

  std::span<const char> left_;
};

}  // namespace memtrain
