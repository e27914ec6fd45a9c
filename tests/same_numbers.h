#pragma once
#include <catch2/catch.hpp>
#include <cmath>

#include "sim/record/metrics.h"

// Whether two trainings went the same way, bit for bit; wall times aside.
namespace memtrain::test {

inline bool same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

inline void check_same(const std::vector<EpochRecord>& a, const std::vector<EpochRecord>& b) {
  REQUIRE(a.size() == b.size());
  for (std::size_t e = 0; e < a.size(); ++e) {
    for (const auto& metric : epoch_metrics()) {
      if (std::string(metric.path) == "wall_seconds") continue;
      INFO("epoch " << e << ", " << metric.path);
      CHECK(same(a[e].*metric.value, b[e].*metric.value));
    }
    REQUIRE(a[e].costs.size() == b[e].costs.size());
    for (std::size_t c = 0; c < a[e].costs.size(); ++c) {
      for (const auto& metric : phase_cost_metrics()) {
        INFO("epoch " << e << ", cost " << c << ", " << metric.path);
        CHECK(same(a[e].costs[c].*metric.value, b[e].costs[c].*metric.value));
      }
    }
    REQUIRE(a[e].layers.size() == b[e].layers.size());
    for (std::size_t l = 0; l < a[e].layers.size(); ++l) {
      for (const auto& metric : layer_metrics()) {
        INFO("epoch " << e << ", layer " << l << ", " << metric.path);
        CHECK(same(a[e].layers[l].*metric.value, b[e].layers[l].*metric.value));
      }
    }
  }
}

}  // namespace memtrain::test
