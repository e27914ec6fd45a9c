#include "devices/array/backward_copy.h"

#include <array>

namespace memtrain {

std::span<const Parameter<BackwardSettings>> backward_parameters() {
  using S = BackwardSettings;
  static constexpr std::array<std::string_view, 3> arrays{"same", "none", "second"};
  static constexpr std::array<std::string_view, 2> sources{"reads", "weights"};
  static constexpr std::array<Parameter<S>, 3> rows{{
      {{.name = "array",
        .unit = "1",
        .help = "what errors are read back through: the same devices, transposed; none, an array "
                "that cannot be; a second array, programmed with the transposed weights",
        .choices = arrays},
       member<&S::array>},
      {{"refresh_every", "batch", 1, 1e9, "mini-batches between programmings of the second array"},
       member<&S::refresh_every>},
      {{.name = "copied_from",
        .unit = "1",
        .help = "what the second array is programmed with: reads of the first, input by input, or "
                "its exact weights",
        .choices = sources},
       member<&S::copied_from>},
  }};
  return rows;
}

BackwardCopy::BackwardCopy(const BackwardSettings& settings, const ProgrammingSettings& programming,
                           std::unique_ptr<Array> array, std::unique_ptr<Array> copy)
    : settings_(settings),
      programs_exactly_(programming.method == "exact"),
      array_(std::move(array)),
      copy_(std::move(copy)) {}

void BackwardCopy::forward(const BatchIn& x, Batch& y, const Pass& pass) {
  array_->forward(x, y, pass);
}

void BackwardCopy::transposed(const BatchIn& d, Batch& g, const Pass& pass) {
  copy_->forward(d, g, pass);
}

void BackwardCopy::update(const BatchIn& x, const BatchIn& d, const Step& step, const Pass& pass) {
  array_->update(x, d, step, pass);
  copy_->rest(pass);
  if (++updates_ < settings_.refresh_every) return;
  refresh(pass, Phase::upkeep);
  programmed_ += static_cast<double>(read_.size());
}

void BackwardCopy::program(const BatchIn& target, const Pass& pass) {
  array_->program(target, pass);
  refresh(pass, Phase::evaluation);
}

void BackwardCopy::rest(const Pass& pass) {
  array_->rest(pass);
  copy_->rest(pass);
}

void BackwardCopy::refresh(const Pass& pass, Phase phase) {
  if (settings_.copied_from == "reads") {
    const Index inputs = array_->weights().cols();
    Pass reading = pass;
    reading.phase = phase;
    reading.read = reads_of_rules;
    array_->forward(Batch::Identity(inputs, inputs), read_, reading);
  } else {
    read_ = array_->weights().transpose();
  }
  copy_->program(read_, pass);
  updates_ = 0;
}

double BackwardCopy::backward_mismatch() const {
  const auto w = array_->weights();
  const double size = static_cast<double>(w.norm());
  return size > 0 ? static_cast<double>((copy_->weights().transpose() - w).norm()) / size : 0.0;
}

Account BackwardCopy::account() const {
  Account account = array_->account();
  const Account copy = copy_->account();
  // its forward reads carry errors back
  for (const CostPhase read : {CostPhase::first_forward, CostPhase::second_forward}) {
    Events backward = copy[read];
    std::swap(backward.forward_reads, backward.transposed_reads);
    account[CostPhase::transposed] += backward;
  }
  account[CostPhase::update] += copy[CostPhase::update];
  Events& update = account[CostPhase::update];
  update.programmed_weights += programmed_;
  if (programmed_ > 0 && programs_exactly_) {  // by no pulses that could be counted
    update.energy.device_writes = update.seconds = std::numeric_limits<double>::quiet_NaN();
  }
  return account;
}

Wear BackwardCopy::wear() const {
  Wear both = array_->wear();
  return both += copy_->wear();
}

void BackwardCopy::state(Archive& archive) {
  array_->state(archive);
  copy_->state(archive);
  archive(updates_);
  archive(programmed_);
}

}  // namespace memtrain
