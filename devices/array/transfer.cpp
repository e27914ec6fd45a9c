#include <array>
#include <vector>

#include "devices/array/counted_crosspoints.h"
#include "devices/array/crossbar.h"

namespace memtrain {

std::span<const Parameter<TransferSettings>> transfer_parameters() {
  using S = TransferSettings;
  static constexpr std::array<Parameter<S>, 3> rows{{
      {{"every", "sample", 1, 1e9, "samples between the transfers of one column"},
       member<&S::every>},
      {{"rate", "1", 0, 1e6, "what is passed on of a column read from the fast array"},
       member<&S::rate>},
      {{"gamma", "1", 0, 100, "how much the fast array counts in reads beside the slow one"},
       member<&S::gamma>},
  }};
  return rows;
}

namespace {

/// The slow array takes what was read from columns of the fast one.
class SlowArray {
 public:
  virtual ~SlowArray() = default;
  /// `columns` [n]: which; `values` [n × outputs]: what was read of each.
  virtual void take(const std::vector<Index>& columns, const Batch& values, const Pass& pass) = 0;
  [[nodiscard]] virtual Array& array() = 0;
  [[nodiscard]] virtual const Array& array() const = 0;
  virtual void state(Archive& archive) { array().state(archive); }
};

/// Tiki-Taka: outer products go to a fast array, whose columns are read one after another and
/// passed on to a slow one, which holds the weights; the fast array's asymmetry then pulls its
/// weights to its symmetry point, not the network's (Gokmen & Haensch 2020,
/// doi:10.3389/fnins.2020.00103).
class Transfer final : public Array {
 public:
  Transfer(const TransferSettings& settings, std::unique_ptr<Array> fast,
           std::unique_ptr<SlowArray> slow, Index inputs)
      : settings_(settings), fast_(std::move(fast)), slow_(std::move(slow)), inputs_(inputs) {
    combine();
  }

  void forward(const BatchIn& x, Batch& y, const Pass& pass) override {
    slow_->array().forward(x, y, pass);
    if (settings_.gamma == 0.0F) return;
    fast_->forward(x, part_, pass);
    y += settings_.gamma * part_;
  }
  void transposed(const BatchIn& d, Batch& g, const Pass& pass) override {
    slow_->array().transposed(d, g, pass);
    if (settings_.gamma == 0.0F) return;
    fast_->transposed(d, part_, pass);
    g += settings_.gamma * part_;
  }
  void update(const BatchIn& x, const BatchIn& d, const Step& step, const Pass& pass) override {
    fast_->update(x, d, step, pass);
    samples_ += x.rows();
    columns_.clear();
    for (; samples_ >= settings_.every; samples_ -= settings_.every) {
      columns_.push_back(next_);
      next_ = (next_ + 1) % inputs_;
    }
    if (columns_.empty()) {
      slow_->array().rest(pass);
    } else {
      transfer(pass);
    }
    combine();
  }
  void program(const BatchIn& target, const Pass& pass) override {
    fast_->program(Matrix::Zero(target.rows(), target.cols()), pass);
    slow_->array().program(target - settings_.gamma * fast_->weights(), pass);
    combine();
  }
  void rest(const Pass& pass) override {
    fast_->rest(pass);
    slow_->array().rest(pass);
    combine();
  }
  [[nodiscard]] ConstMatrix weights() const override {
    if (settings_.gamma == 0.0F) return slow_->array().weights();
    return {sum_.data(), sum_.rows(), sum_.cols(), Eigen::OuterStride<>(sum_.cols())};
  }
  [[nodiscard]] double saturated_fraction() const override {
    return slow_->array().saturated_fraction();
  }
  [[nodiscard]] double stuck_fraction() const override { return slow_->array().stuck_fraction(); }
  [[nodiscard]] Account account() const override {
    Account both = slow_->array().account();
    return both += fast_->account();
  }
  [[nodiscard]] Wear wear() const override {
    Wear both = slow_->array().wear();
    return both += fast_->wear();
  }
  [[nodiscard]] std::vector<ConductanceHistogram> conductances() const override {
    auto both = slow_->array().conductances();
    const auto fast = fast_->conductances();
    both.insert(both.end(), fast.begin(), fast.end());
    return both;
  }
  void state(Archive& archive) override {
    fast_->state(archive);
    slow_->state(archive);
    archive(samples_);
    archive(next_);
    if (next_ < 0 || next_ >= inputs_) throw ArchiveMismatch("there is no such column");
    if (archive.restores()) combine();
  }

 private:
  /// Reads the columns that are due and hands them to the slow array.
  void transfer(const Pass& pass) {
    one_hot_ = Batch::Zero(static_cast<Index>(columns_.size()), inputs_);
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      one_hot_(static_cast<Index>(i), columns_[i]) = 1.0F;
    }
    fast_->forward(one_hot_, read_, transfer_pass(pass));
    slow_->take(columns_, read_, pass);
  }
  /// Transfers read the fast array once more than any rule does.
  static Pass transfer_pass(Pass pass) {
    pass.read = 15;
    return pass;
  }
  void combine() {
    if (settings_.gamma == 0.0F) return;
    sum_ = slow_->array().weights() + settings_.gamma * fast_->weights();
  }

  TransferSettings settings_;
  std::unique_ptr<Array> fast_;
  std::unique_ptr<SlowArray> slow_;
  Index inputs_, samples_ = 0, next_ = 0;
  std::vector<Index> columns_;
  Batch one_hot_, read_, part_;
  Matrix sum_;
};

/// Version 1: what was read is pulsed into the slow array at once, scaled by the rate.
class DirectSlow final : public SlowArray {
 public:
  DirectSlow(std::unique_ptr<Array> array, float rate) : array_(std::move(array)), rate_(rate) {}
  void take(const std::vector<Index>& columns, const Batch& values, const Pass& pass) override {
    const Batch towards = -values;
    Batch one_hot = Batch::Zero(values.rows(), array_->weights().cols());
    for (std::size_t i = 0; i < columns.size(); ++i) {
      one_hot(static_cast<Index>(i), columns[i]) = 1.0F;
    }
    // an update divides by the number of samples; each column shall have its own full share
    Step step(rate_ * static_cast<float>(values.rows()));
    step.one_hot = true;
    array_->update(one_hot, towards, step, pass);
  }
  [[nodiscard]] Array& array() override { return *array_; }
  [[nodiscard]] const Array& array() const override { return *array_; }

 private:
  std::unique_ptr<Array> array_;
  float rate_;
};

/// Version 2: what was read is added up in a digital buffer, and only whole pulses are passed on
/// (Gokmen 2021, doi:10.3389/frai.2021.699148). The noise of the reads averages out in the buffer.
class BufferedSlow final : public SlowArray {
 public:
  BufferedSlow(const ArraySettings& settings, Index outputs, Index inputs, std::uint64_t seed,
               std::uint16_t layer)
      : rate_(settings.transfer.rate), buffer_(Matrix::Zero(outputs, inputs)) {
    auto cell = make_cell(*settings.device, outputs, inputs, settings.crosspoints, seed, layer);
    cell_ = cell.get();
    auto crosspoints = std::make_unique<CountedCrosspoints>(
        std::move(cell), settings.crosspoints.pulse, settings.crosspoints.note_lines);
    counted_ = crosspoints.get();
    array_ = std::make_unique<Crossbar>(std::move(crosspoints), settings.circuits, seed, layer);
  }
  void take(const std::vector<Index>& columns, const Batch& values, const Pass& pass) override {
    counts_ = Matrix::Zero(buffer_.rows(), buffer_.cols());
    const float step = cell_->step(pass);
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const Index column = columns[i];
      buffer_.col(column) += (rate_ / step) * values.row(static_cast<Index>(i)).transpose();
    }
    for (const Index column : columns) {
      counts_.col(column) = CountedCrosspoints::due(buffer_.col(column));
    }
    buffer_ -= counts_;
    array_->before_write();
    counted_->apply(counts_, pass);
    array_->was_written(pass);
  }
  void state(Archive& archive) override {
    SlowArray::state(archive);
    archive(buffer_);
  }
  [[nodiscard]] Array& array() override { return *array_; }
  [[nodiscard]] const Array& array() const override { return *array_; }

 private:
  float rate_;
  Cell* cell_;
  CountedCrosspoints* counted_;
  std::unique_ptr<Crossbar> array_;
  Matrix buffer_;  // in pulses
  Matrix counts_;
};

constexpr std::uint16_t fast_streams = 256;  // the fast array's layer numbers begin here
constexpr std::array<std::string_view, 3> transfer_modes{"stochastic", "deterministic", "mean"};

std::unique_ptr<Array> fast_array(const ArraySettings& settings, Index outputs, Index inputs,
                                  std::uint64_t seed, std::uint16_t layer) {
  return find_array_kind("crossbar")
      ->make(settings, outputs, inputs, seed, static_cast<std::uint16_t>(layer + fast_streams));
}

std::unique_ptr<Array> make_transfer(const ArraySettings& settings, Index outputs, Index inputs,
                                     std::uint64_t seed, std::uint16_t layer) {
  return std::make_unique<Transfer>(
      settings.transfer, fast_array(settings, outputs, inputs, seed, layer),
      std::make_unique<DirectSlow>(
          find_array_kind("crossbar")->make(settings, outputs, inputs, seed, layer),
          settings.transfer.rate),
      inputs);
}

std::unique_ptr<Array> make_buffered_transfer(const ArraySettings& settings, Index outputs,
                                              Index inputs, std::uint64_t seed,
                                              std::uint16_t layer) {
  return std::make_unique<Transfer>(
      settings.transfer, fast_array(settings, outputs, inputs, seed, layer),
      std::make_unique<BufferedSlow>(settings, outputs, inputs, seed, layer), inputs);
}

}  // namespace

extern const ArrayKind transfer_array{
    "transfer", "Tiki-Taka: a fast array learns and passes its columns on to a slow one",
    transfer_modes, true, make_transfer};
extern const ArrayKind buffered_transfer_array{
    "buffered_transfer", "Tiki-Taka v2: the same through a digital buffer that sends whole pulses",
    transfer_modes, true, make_buffered_transfer};

}  // namespace memtrain
