#include "devices/array/low_precision.h"

#include <array>

#include "devices/array/array.h"
#include "devices/array/quantiser.h"

namespace memtrain {

std::span<const Parameter<LowPrecisionSettings>> low_precision_parameters() {
  using S = LowPrecisionSettings;
  static constexpr std::array<std::string_view, 2> readings{"per_tensor", "grid"};
  static constexpr std::array<std::string_view, 2> tensor_ranges{"minmax", "symmetric"};
  static constexpr std::array<std::string_view, 2> grid_ranges{"fixed", "power_of_two"};
  static const std::array<Parameter<S>, 17> rows{{
      {{.name = "reading",
        .unit = "1",
        .help = "per_tensor: every operand of every product is rounded between its own extremes, "
                "weights are kept in full precision; grid: weights live on a grid",
        .choices = readings},
       member<&S::reading>},
      {{.name = "tensor_range",
        .unit = "1",
        .help = "per_tensor: from minimum to maximum, 2^bits levels; or symmetric, 2^bits - 1, "
                "with zero",
        .choices = tensor_ranges},
       member<&S::tensor_range>},
      {{.name = "grid_range",
        .unit = "1",
        .help = "grid: activations, errors, updates and sums have the bounds given, or follow "
                "their largest values in powers of two",
        .choices = grid_ranges},
       member<&S::grid_range>},
      {{"weight_bits", "bit", 0, 24,
        "of weights; 0: exact; symmetric and grid: 1 is binary, 2 "
        "ternary"},
       member<&S::weight_bits>},
      {{"activation_bits", "bit", 0, 24, "of what is read forward; 0: exact"},
       member<&S::activation_bits>},
      {{"error_bits", "bit", 0, 24, "of errors, read transposed and in updates; 0: exact"},
       member<&S::error_bits>},
      {{"update_bits", "bit", 0, 24, "of the change of a weight; 0: exact"},
       member<&S::update_bits>},
      {{"accumulator_bits", "bit", 0, 24, "of the sums that products end in; 0: exact"},
       member<&S::accumulator_bits>},
      {{"weight_bound", "weight", 1e-6, 1e6, "grid: largest weight"}, member<&S::weight_bound>},
      {{"activation_bound", "input", 1e-6, 1e6, "grid, fixed: largest activation"},
       member<&S::activation_bound>},
      {{"error_bound", "input", 1e-9, 1e6, "grid, fixed: largest error"}, member<&S::error_bound>},
      {{"update_bound", "weight", 1e-9, 1e6, "grid, fixed: largest change of a weight"},
       member<&S::update_bound>},
      {{"accumulator_bound", "weight*input", 1e-6, 1e6, "grid, fixed: largest sum"},
       member<&S::accumulator_bound>},
      {{.name = "rounding",
        .unit = "1",
        .help = "of operands and sums",
        .choices = converter_roundings},
       member<&S::rounding>},
      {{.name = "write_rounding",
        .unit = "1",
        .help = "of updates, and on a grid of weights",
        .choices = converter_roundings},
       member<&S::write_rounding>},
      {{"master_weights", "1", 0, 1,
        "grid: keep full-precision weights beside, which take the updates"},
       member<&S::master_weights>},
      {{"programming_error", "1", 0, 10,
        "s.d. of what every write adds to a weight, as a part of the largest weight"},
       member<&S::programming_error>},
  }};
  return rows;
}

std::string without_effect(const LowPrecisionSettings& settings, std::string_view name) {
  const bool grid = settings.reading == "grid";
  const bool fixed = settings.grid_range == "fixed";
  if (name == "tensor_range" && grid) return "it is for quantised.reading = per_tensor";
  const bool of_grid = name == "grid_range" || name == "master_weights" || name.ends_with("_bound");
  if (of_grid && !grid) return "it is for quantised.reading = grid";
  if (name.ends_with("_bound") && name != "weight_bound" && !fixed) return "grid_range finds it";
  const auto off = [&](std::string_view what, int bits) {
    return name.starts_with(what) && name.ends_with("_bound") && bits == 0;
  };
  if (off("weight", settings.weight_bits) || off("activation", settings.activation_bits) ||
      off("error", settings.error_bits) || off("update", settings.update_bits) ||
      off("accumulator", settings.accumulator_bits)) {
    return "its bits are 0: exact";
  }
  if (name == "write_rounding" && settings.update_bits == 0 &&
      (!grid || settings.weight_bits == 0 || settings.master_weights)) {
    return "no write is rounded";
  }
  return "";
}

namespace {

class LowPrecision final : public Array {
 public:
  LowPrecision(const LowPrecisionSettings& settings, const OptimiserSettings& optimiser,
               Index outputs, Index inputs, std::uint16_t layer)
      : settings_(settings),
        grid_(settings.reading == "grid"),
        layer_(layer),
        weights_(quantiser(settings.weight_bits, settings.weight_bound, grid_weight_range())),
        inputs_(quantiser(settings.activation_bits, settings.activation_bound, range())),
        errors_(quantiser(settings.error_bits, settings.error_bound, range())),
        forward_sums_(quantiser(settings.accumulator_bits, settings.accumulator_bound, range())),
        transposed_sums_(forward_sums_),
        updates_(written(settings.update_bits, settings.update_bound, range())),
        grid_writes_(written(settings.weight_bits, settings.weight_bound, "fixed")),
        optimiser_(optimiser),
        kept_(Matrix::Zero(outputs, inputs)),
        read_(kept_) {}

  void forward(const BatchIn& x, Batch& y, const Pass& pass) override {
    const Stream stream = pass.stream(Purpose::low_precision, layer_);
    operand_ = x;
    inputs_.round(operand_, stream, 0, pass);
    y.noalias() = operand_ * read_.transpose();
    forward_sums_.round(y, stream, 1, pass);
    count(x, y, forward_phase(pass), &Events::forward_reads, pass);
  }
  void transposed(const BatchIn& d, Batch& g, const Pass& pass) override {
    const Stream stream = pass.stream(Purpose::low_precision, layer_);
    operand_ = d;
    errors_.round(operand_, stream, 2, pass);
    g.noalias() = operand_ * read_;
    transposed_sums_.round(g, stream, 3, pass);
    count(d, g, CostPhase::transposed, &Events::transposed_reads, pass);
  }
  void update(const BatchIn& x, const BatchIn& d, const Step& step, const Pass& pass) override {
    const Stream stream = pass.stream(Purpose::low_precision, layer_);
    operand_ = x;
    error_operand_ = d;
    Pass known = pass;  // ranges of inputs learn from reads
    known.phase = Phase::evaluation;
    inputs_.round(operand_, stream, 4, known);
    errors_.round(error_operand_, stream, 5, pass);
    gradient_.noalias() = (step.gradient_factor() / static_cast<float>(x.rows())) *
                          (error_operand_.transpose() * operand_);
    if (settings_.update_bits > 0) before_ = kept_;
    optimiser_.step(kept_, gradient_, step.rate);
    if (settings_.update_bits > 0) {
      gradient_ = kept_ - before_;
      updates_.round(gradient_, stream, 6, pass);
      kept_ = before_ + gradient_;
    }
    write(stream, pass);
    Events& events = account_[CostPhase::update];
    events.macs += static_cast<double>(x.size() * d.cols());
    events.digital_macs = events.macs;
  }
  void program(const BatchIn& target, const Pass& pass) override {
    kept_ = target;
    const Stream stream = pass.stream(Purpose::low_precision, layer_);
    if (lives_on_grid()) Quantiser(nearest_grid()).round(kept_, stream, 7, pass);
    read_weights(stream, pass);
  }
  [[nodiscard]] ConstMatrix weights() const override {
    return {read_.data(), read_.rows(), read_.cols(), Eigen::OuterStride<>(read_.cols())};
  }
  [[nodiscard]] double saturated_fraction() const override {
    if (!grid_ || settings_.weight_bits == 0) return 0.0;
    const auto beyond = read_.array().abs() >= settings_.weight_bound * 0.999F;
    return static_cast<double>(beyond.count()) / static_cast<double>(read_.size());
  }
  [[nodiscard]] double stuck_fraction() const override { return 0.0; }
  [[nodiscard]] Account account() const override { return account_; }
  void state(Archive& archive) override {
    for (Quantiser* each : {&weights_, &inputs_, &errors_, &forward_sums_, &transposed_sums_,
                            &updates_, &grid_writes_}) {
      each->state(archive);
    }
    optimiser_.state(archive);
    archive(kept_);
    archive(read_);  // rounding it once more would not give the same
    account_.state(archive);
  }

 private:
  [[nodiscard]] std::string range() const {
    if (grid_) return settings_.grid_range;
    return settings_.tensor_range == "minmax" ? "minmax" : "own";
  }
  /// On a grid the range of weights is part of what they are.
  [[nodiscard]] std::string grid_weight_range() const { return grid_ ? "fixed" : range(); }
  [[nodiscard]] bool lives_on_grid() const {
    return grid_ && !settings_.master_weights && settings_.weight_bits > 0;
  }
  [[nodiscard]] Quantiser quantiser(int bits, float bound, const std::string& range) const {
    return Quantiser(
        {.bits = bits, .bound = bound, .range = range, .rounding = settings_.rounding});
  }
  [[nodiscard]] Quantiser written(int bits, float bound, const std::string& range) const {
    return Quantiser(
        {.bits = bits, .bound = bound, .range = range, .rounding = settings_.write_rounding});
  }
  [[nodiscard]] ConverterSettings nearest_grid() const {
    return {.bits = settings_.weight_bits, .bound = settings_.weight_bound};
  }

  /// The weights have been moved: what is written, and what reads see of it.
  void write(const Stream& stream, const Pass& pass) {
    if (lives_on_grid()) grid_writes_.round(kept_, stream, 7, pass);
    if (settings_.programming_error > 0.0F) {
      const float deviation = settings_.programming_error * kept_.cwiseAbs().maxCoeff();
      add_noise(kept_, deviation, {stream, 0, 8}, noise_);
    }
    if (grid_ && settings_.weight_bits > 0) {
      kept_ = kept_.cwiseMin(settings_.weight_bound).cwiseMax(-settings_.weight_bound);
    }
    read_weights(stream, pass);
  }
  void read_weights(const Stream& stream, const Pass& pass) {
    read_ = kept_;
    // what lives on the grid is read as it was written, programming error and all
    if (!lives_on_grid()) weights_.round(read_, stream, 9, pass);
  }
  void count(const BatchIn& x, const Batch& y, CostPhase phase, double Events::*reads,
             const Pass& pass) {
    if (!pass.counts()) return;
    Events& events = account_[phase];
    events.*reads += static_cast<double>(x.rows());
    events.macs += static_cast<double>(x.size() * y.cols());
    events.digital_macs = events.macs;
  }

  LowPrecisionSettings settings_;
  bool grid_;
  std::uint16_t layer_;
  Quantiser weights_, inputs_, errors_, forward_sums_, transposed_sums_, updates_, grid_writes_;
  Optimiser optimiser_;
  Matrix kept_;  // the weights that take the updates
  Matrix read_;  // the weights that reads multiply with
  Batch operand_, error_operand_, noise_;
  Matrix gradient_, before_;
  Account account_;
};

std::unique_ptr<Array> make_low_precision(const ArraySettings& settings, Index outputs,
                                          Index inputs, std::uint64_t /*seed*/,
                                          std::uint16_t layer) {
  return std::make_unique<LowPrecision>(settings.low_precision, settings.crosspoints.optimiser,
                                        outputs, inputs, layer);
}

}  // namespace

extern const ArrayKind quantised_array{
    "quantised",
    "digital arithmetic in low precision; ignores device and periphery",
    {},
    false,
    make_low_precision};

}  // namespace memtrain
