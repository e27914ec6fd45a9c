#include "sim/characterise/response.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace memtrain {
namespace {

constexpr Index row_length = 256;  // devices in a row of the ensemble's array

ResponsePoint summary(const Cell& cell, Index count) {
  const ConstMatrix weights = cell.weights();
  ResponsePoint point{.min = weights(0, 0), .max = weights(0, 0)};
  double sum = 0;
  double square = 0;
  const double about = weights(0, 0);  // keeps the sums small, so that little is lost
  for (Index i = 0; i < count; ++i) {
    const double w = weights(i / weights.cols(), i % weights.cols());
    sum += w - about;
    square += (w - about) * (w - about);
    point.min = std::min(point.min, w);
    point.max = std::max(point.max, w);
  }
  const auto n = static_cast<double>(count);
  point.mean = about + sum / n;
  point.std = std::sqrt(std::max(0.0, square / n - sum / n * (sum / n)));
  return point;
}

}  // namespace

std::vector<ResponsePoint> pulse_response(const DeviceSettings& device,
                                          const PulseProtocol& protocol) {
  assert(device.model->pulsed());
  const Index columns = std::min<Index>(protocol.count, row_length);
  const Index rows = (protocol.count + columns - 1) / columns;
  const auto cell = make_cell(*device.model, rows, columns, device.crosspoints, protocol.seed, 0);
  cell->program(Matrix::Constant(rows, columns, protocol.start));
  std::vector<ResponsePoint> points{summary(*cell, protocol.count)};
  const Matrix one = Matrix::Ones(rows, columns);
  const Matrix minus_one = -one;
  Pass pass{.seed = protocol.seed};
  for (int cycle = 0; cycle < protocol.cycles; ++cycle) {
    for (int pulse = 0; pulse < protocol.up + protocol.down; ++pulse) {
      cell->apply(pulse < protocol.up ? one : minus_one, pass, 0);
      ++pass.batch;
      points.push_back(summary(*cell, protocol.count));
    }
  }
  return points;
}

}  // namespace memtrain
