#include <catch2/catch.hpp>
#include <cmath>

#include "sim/base/students_t.h"
#include "sim/report/statistics.h"

using namespace memtrain;

TEST_CASE("half of an interval is 4.303 standard errors for three values, and 12.706 for two") {
  CHECK(half_width(0.5, 3) == Approx(4.302652730 * 0.5 / std::sqrt(3.0)).epsilon(1e-8));
  CHECK(half_width(0.5, 2) == Approx(12.706204736 * 0.5 / std::sqrt(2.0)).epsilon(1e-8));
  CHECK(half_width(0, 3) == 0);
  // with two degrees of freedom P(|T| > t) = 1 - t / sqrt(t² + 2), on both sides
  CHECK(probability_beyond(3, 3) == Approx(1 - 3 / std::sqrt(11.0)));
  CHECK(probability_beyond(-3, 3) == probability_beyond(3, 3));
}

TEST_CASE("the interval of a mean is Student's t: 1, 2, 3, 6 give 3 ± 3.1824 · 2.1602/2") {
  const Spread spread = spread_of({1, 2, not_reached, 3, 6, INFINITY});
  CHECK(spread.values == std::vector<double>{1, 2, 3, 6});
  CHECK(spread.mean == 3);
  CHECK(spread.std == Approx(std::sqrt(14.0 / 3)));
  // the quantile of three degrees of freedom, from a table
  const double half = 3.182446305 * spread.std / 2;
  CHECK(spread.low == Approx(3 - half).epsilon(1e-8));
  CHECK(spread.high == Approx(3 + half).epsilon(1e-8));
}

TEST_CASE("one value has no deviation and no interval, and none has no mean") {
  const Spread one = spread_of({0.25});
  CHECK(one.mean == 0.25);
  CHECK((std::isnan(one.std) && std::isnan(one.low) && std::isnan(one.high)));
  CHECK(std::isnan(spread_of({not_reached}).mean));
}

TEST_CASE("the p of a paired t test is that of the t distribution in closed form") {
  // with two degrees of freedom P(|T| > t) = 1 - t / sqrt(t² + 2)
  const std::vector<double> a{11, 22, 33}, b{10, 20, 30};
  const PairedTest test = paired_test(a, b);
  const double t = 2 / (1 / std::sqrt(3.0));
  CHECK(test.mean == 2);
  CHECK(test.p == Approx(1 - t / std::sqrt(t * t + 2)));
  CHECK_FALSE(test.significant);
  CHECK(verdict_of(test) == "not significant");
}

TEST_CASE("a test is significant where its p is below 0.05, and there only") {
  int significant = 0;
  for (int shift = 0; shift < 60; ++shift) {
    const std::vector<double> a{1.0 + 0.1 * shift, 2.0, 2.5 + 0.1 * shift, 3.0}, b{1, 2, 2, 3.2};
    const PairedTest test = paired_test(a, b);
    CHECK(test.significant == (test.p < 0.05));
    significant += test.significant ? 1 : 0;
  }
  CHECK(significant < 60);
}

TEST_CASE("equal differences tell nothing of their variance, and are no certainty") {
  // 0.3 - 0.1 and 0.5 - 0.3 differ by rounding
  const PairedTest test = paired_test(std::vector<double>{0.3, 0.5}, std::vector<double>{0.1, 0.3});
  CHECK(test.mean == Approx(0.2));
  CHECK((std::isnan(test.low) && std::isnan(test.p)));
  CHECK_FALSE(test.significant);
  CHECK(verdict_of(test) == "no variance");
  CHECK(verdict_of(paired_test(std::vector<double>{2, 3}, std::vector<double>{2, 3})) ==
        "no difference");
}

TEST_CASE("what is significant alone may not be so among others") {
  PairedTest test{.mean = 1, .low = 0.5, .high = 1.5, .pairs = 3, .p = 0.02, .significant = true};
  CHECK(verdict_among(test, 0.04, 2) == "significant");
  CHECK(verdict_among(test, 0.06, 3) == "not among 3 (Holm)");
  test.significant = false;
  CHECK(verdict_among(test, 0.9, 3) == "not significant");
}

TEST_CASE("pairs without both values are left out, and too few say so") {
  const std::vector<double> a{1, not_reached, 3}, b{0.5, 2, not_reached};
  const PairedTest test = paired_test(a, b);
  CHECK(test.pairs == 1);
  CHECK(test.mean == 0.5);
  CHECK((std::isnan(test.low) && std::isnan(test.p)));
  CHECK(verdict_of(test) == "one seed in both");
  CHECK(verdict_of(paired_test(std::vector<double>{}, b)) == "no seed in both");
}

TEST_CASE("Holm's correction multiplies by how many are left, and never falls") {
  const auto adjusted = holm_adjusted({0.01, 0.04, not_reached, 0.03, 0.005});
  CHECK(adjusted[4] == Approx(4 * 0.005));
  CHECK(adjusted[0] == Approx(3 * 0.01));
  CHECK(adjusted[3] == Approx(2 * 0.03));
  CHECK(adjusted[1] == Approx(0.06));  // not 0.04: one that is larger cannot be surer
  CHECK(std::isnan(adjusted[2]));
  CHECK(holm_adjusted({0.9, 0.8}) == std::vector<double>{1, 1});
}
