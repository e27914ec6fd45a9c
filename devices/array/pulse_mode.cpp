#include "devices/array/pulse_mode.h"

#include <cassert>

#include "devices/array/write_verify.h"

namespace memtrain {
namespace {

class Stochastic final : public PulseMode {
 public:
  Stochastic(const PulseSettings& settings, Index outputs, Index inputs, std::uint16_t layer)
      : settings_(settings), trains_(outputs, inputs), layer_(layer) {}
  Given update(Cell& cell, const BatchIn& x, const BatchIn& d, float rate, const Pass& pass,
               LineWork* work) override {
    trains_.draw(x, d, rate, cell.step(pass), settings_, pass, layer_);
    cell.play(trains_, pass);
    const double coincidences = trains_.coincidences();
    if (work != nullptr) note(*work);
    return {.pulses = coincidences};
  }
  [[nodiscard]] bool coincides() const override { return true; }

 private:
  void note(LineWork& work) const {
    if (settings_.write == "row_by_row") {
      trains_.note_row_by_row(work);
    } else {
      trains_.note(work);
    }
  }

  PulseSettings settings_;
  PulseTrains trains_;
  std::uint16_t layer_;
};

/// The wanted number of pulses of every sample: as it is, or rounded.
class Counted final : public PulseMode {
 public:
  Counted(const PulseSettings& settings, bool rounded) : settings_(settings), rounded_(rounded) {}
  Given update(Cell& cell, const BatchIn& x, const BatchIn& d, float rate, const Pass& pass,
               LineWork* work) override {
    const float step = cell.step(pass);
    const float pulses_per_product = rate / static_cast<float>(x.rows()) / step;
    const auto most = static_cast<float>(settings_.train_length);
    double given = 0;
    for (Index b = 0; b < x.rows(); ++b) {
      counts_.noalias() = (-pulses_per_product * d.row(b)).transpose() * x.row(b);
      if (rounded_) counts_ = counts_.array().round();
      counts_ = counts_.cwiseMin(most).cwiseMax(-most);
      cell.apply(counts_, pass, static_cast<std::uint32_t>(b));
      if (work != nullptr) work->add_counted(counts_);
      given += static_cast<double>(counts_.cwiseAbs().sum());
    }
    return {.pulses = given};
  }

 private:
  PulseSettings settings_;
  bool rounded_;
  Matrix counts_;
};

class WriteVerify final : public PulseMode {
 public:
  explicit WriteVerify(const PulseSettings& settings) : settings_(settings) {}
  Given update(Cell& cell, const BatchIn& x, const BatchIn& d, float rate, const Pass& pass,
               LineWork* work) override {
    target_ = cell.weights();
    target_.noalias() -= (rate / static_cast<float>(x.rows())) * (d.transpose() * x);
    return write_verify(cell, target_, settings_, pass, 0, work);
  }

 private:
  PulseSettings settings_;
  Matrix target_;
};

class FloatingPoint final : public PulseMode {
 public:
  Given update(Cell& cell, const BatchIn& x, const BatchIn& d, float rate, const Pass& /*pass*/,
               LineWork* /*work*/) override {
    target_ = cell.weights();
    target_.noalias() -= (rate / static_cast<float>(x.rows())) * (d.transpose() * x);
    cell.program(target_);
    return {};
  }
  [[nodiscard]] bool pulses() const override { return false; }

 private:
  Matrix target_;
};

}  // namespace

std::unique_ptr<PulseMode> make_pulse_mode(const PulseSettings& settings, Index outputs,
                                           Index inputs, std::uint16_t layer) {
  if (settings.mode == "deterministic") return std::make_unique<Counted>(settings, true);
  if (settings.mode == "mean") return std::make_unique<Counted>(settings, false);
  if (settings.mode == "write_verify") return std::make_unique<WriteVerify>(settings);
  if (settings.mode == "float") return std::make_unique<FloatingPoint>();
  assert(settings.mode == "stochastic");
  return std::make_unique<Stochastic>(settings, outputs, inputs, layer);
}

}  // namespace memtrain
