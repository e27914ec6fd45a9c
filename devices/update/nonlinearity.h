#pragma once

namespace memtrain {

/// The curvature a of the curve (1 − e^(−x/a)) / (1 − e^(−1/a)) over x in [0, 1] whose nonlinearity
/// label is `label`: 10.101525 times its largest distance from the straight line. Negative labels
/// give the negative curvature of the mirrored curve; a label of 0 gives a curve that is straight
/// to 1e-5. |label| at most 9. Source: Chen, Peng & Yu 2018, doi:10.1109/TCAD.2018.2789723.
[[nodiscard]] float curvature(float label);

}  // namespace memtrain
