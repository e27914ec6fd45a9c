#pragma once

namespace memtrain {

/// The tables of the table-Hadamard generator (sim/base/gaussian_lanes-inl.h). Each row holds
/// sixteen equally likely values, the second half the negative of the first, with variance 1/8 and
/// the kurtosis of a Gaussian; rows differ so that their sums do not coincide. Found by least
/// squares: second and fourth moments exact, the rest near the middle of the normal quantiles.
struct HadamardTables {
  alignas(64) float row[8][16];
  constexpr const float* operator[](int which) const { return row[which]; }
};

[[nodiscard]] constexpr HadamardTables make_hadamard_tables() {
  // in units of one standard deviation of a sum of eight
  constexpr double magnitudes[8][8] = {
      {0.11009133, 0.22845399, 0.58106594, 0.75353068, 0.81364562, 0.86697583, 0.98309704,
       2.1564082},
      {0.1705653, 0.40514034, 0.52391539, 0.70014591, 0.87278302, 0.88375169, 0.91283265,
       2.1601033},
      {0.15868367, 0.33690082, 0.44356718, 0.72943493, 0.7356567, 0.9852431, 0.99450432, 2.1521051},
      {0.15093333, 0.35774594, 0.4154516, 0.45399303, 0.81573262, 0.90133893, 1.1995051, 2.1339829},
      {0.10919555, 0.31886919, 0.38527208, 0.56532809, 0.79669142, 0.8491361, 1.2330972, 2.131218},
      {0.16283881, 0.3492587, 0.49458626, 0.7165619, 0.72792379, 0.90747354, 1.0513684, 2.152828},
      {0.20460531, 0.30517648, 0.5642114, 0.75329099, 0.85215569, 0.88321178, 0.89777573,
       2.1603214},
      {0.18976015, 0.38184376, 0.53156749, 0.66240424, 0.66345611, 0.8729349, 1.1315547, 2.1480777},
  };
  constexpr double share = 0.35355339059327376;  // 1/√8
  HadamardTables tables{};
  for (int row = 0; row < 8; ++row) {
    for (int i = 0; i < 8; ++i) {
      tables.row[row][i] = static_cast<float>(share * magnitudes[row][i]);
      tables.row[row][i + 8] = -tables.row[row][i];
    }
  }
  return tables;
}
inline constexpr HadamardTables hadamard_tables = make_hadamard_tables();

/// No number of the generator is farther from 0: √8 times the largest entry.
inline constexpr float largest_gaussian = 6.12F;

}  // namespace memtrain
