#pragma once
#include "models/layers/shape.h"

namespace memtrain {

/// A window that slides over the positions of a sample.
struct Window {
  Shape input, output;  ///< output.channels is not the window's to say
  Index rows = 1, columns = 1, stride = 1;
  Index top = 0, left = 0;  ///< positions of padding before the first row and column

  /// Calls visit(output position, window position, input position) for every place of the window
  /// and every position in it that lies within the input, in this order.
  template <class Visit>
  void for_each(Visit&& visit) const {
    Index place = 0;
    for (Index i = 0; i < output.rows; ++i) {
      for (Index j = 0; j < output.columns; ++j, ++place) {
        for (Index u = 0; u < rows; ++u) {
          const Index row = i * stride + u - top;
          if (row < 0 || row >= input.rows) continue;
          for (Index v = 0; v < columns; ++v) {
            const Index column = j * stride + v - left;
            if (column < 0 || column >= input.columns) continue;
            visit(place, u * columns + v, row * input.columns + column);
          }
        }
      }
    }
  }
};

/// Slides a window over `input`. padding "valid": inside only, output sides
/// ⌊(side − window)/stride⌋ + 1; "same": around it, output sides ⌈side/stride⌉, zeros beyond the
/// edges, the odd one after the end. rows and columns 0: the whole input.
/// An output side below 1 says that the window does not fit.
[[nodiscard]] Window slide(const Shape& input, Index rows, Index columns, Index stride,
                           bool padded);

}  // namespace memtrain
