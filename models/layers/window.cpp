#include "models/layers/window.h"

#include <algorithm>

namespace memtrain {
namespace {

Index places(Index side, Index window, Index stride, bool padded) {
  if (padded) return (side + stride - 1) / stride;
  return side < window ? 0 : (side - window) / stride + 1;
}

/// Padding before the first position.
Index before(Index side, Index window, Index stride, Index output, bool padded) {
  return padded ? std::max<Index>((output - 1) * stride + window - side, 0) / 2 : 0;
}

}  // namespace

Window slide(const Shape& input, Index rows, Index columns, Index stride, bool padded) {
  Window window{.input = input, .output = {}};
  window.rows = rows == 0 ? input.rows : rows;
  window.columns = columns == 0 ? input.columns : columns;
  window.stride = stride;
  window.output.rows = places(input.rows, window.rows, stride, padded);
  window.output.columns = places(input.columns, window.columns, stride, padded);
  window.output.channels = input.channels;
  window.top = before(input.rows, window.rows, stride, window.output.rows, padded);
  window.left = before(input.columns, window.columns, stride, window.output.columns, padded);
  return window;
}

}  // namespace memtrain
