#include "devices/periphery/write_path.h"

namespace memtrain {

ConversionCount WritePath::drive(const BatchIn& x, const BatchIn& d, const Pass& pass,
                                 const Stream& noise) {
  ConversionCount count;
  Pass training = pass;
  training.phase = Phase::training;
  const auto put = [&](Drive& drive, const BatchIn& values, Batch& lines, std::uint8_t first_draw) {
    drive.find_scale(values, scale_, training);
    count += drive.drive(values, scale_, lines, training, {noise, 0, first_draw});
    lines.array().colwise() *= scale_.array();  // pulse generators know the scale
  };
  put(input_drive_, x, inputs_, 0);
  put(error_drive_, d, errors_, 2);
  return count;
}

}  // namespace memtrain
