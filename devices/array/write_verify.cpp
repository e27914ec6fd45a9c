#include "devices/array/write_verify.h"

namespace memtrain {

Given write_verify(Cell& cell, const BatchIn& target, const PulseSettings& settings,
                   const Pass& pass, std::uint32_t sample, LineWork* work) {
  const float step = cell.step(pass);
  Matrix left =
      Matrix::Constant(target.rows(), target.cols(), static_cast<float>(settings.verify_pulses));
  Given given;
  for (int round = 0; round < settings.verify_pulses; ++round) {
    const Matrix off = (target - cell.weights()) / step;
    // what is off by less than half a pulse but more than the tolerance gets one
    const auto wanted = off.array().abs().round().max(1.0F).min(left.array());
    const Matrix counts =
        (off.array().abs() > settings.verify_tolerance).select(off.array().sign() * wanted, 0.0F);
    given.verify_rounds += 1;
    if (counts.isZero(0.0F)) break;
    if (work != nullptr) work->add_counted(counts);
    cell.apply(counts, pass, sample++);
    left -= counts.cwiseAbs();
    given.pulses += static_cast<double>(counts.cwiseAbs().sum());
  }
  return given;
}

}  // namespace memtrain
