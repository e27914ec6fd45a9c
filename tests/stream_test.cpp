#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>
#include <set>
#include <vector>

#include "sim/base/lane_seed.h"
#include "sim/base/stream.h"

using namespace memtrain;

TEST_CASE("a stream gives the same words whoever asks, in whatever order", "[base]") {
  const Stream stream{.seed = 7, .purpose = Purpose::shuffle, .layer = 3, .epoch = 2, .batch = 9};
  const auto late = stream.words(1000, 5);
  const auto early = stream.words(0, 0);
  CHECK(stream.words(1000, 5) == late);
  CHECK(stream.words(0, 0) == early);
  CHECK(late != early);
}

TEST_CASE("Philox4x32-10 gives the published known answer", "[base]") {
  // Random123's kat_vectors: philox4x32 10, counter and key all ones bits
  const Stream ones{.seed = ~0ULL,
                    .purpose = static_cast<Purpose>(0xFF),
                    .layer = 0xFFFF,
                    .epoch = ~0U,
                    .batch = ~0U};
  CHECK(ones.words(~0U, 0xFF) ==
        std::array<std::uint32_t, 4>{0x408F276DU, 0x41C83B0EU, 0xA20BC7C6U, 0x6D5451FDU});
}

TEST_CASE("streams that differ in any one coordinate share no words", "[base]") {
  const Stream base{.seed = 1, .purpose = Purpose::shuffle, .layer = 1, .epoch = 1, .batch = 1};
  std::vector<Stream> streams(6, base);
  streams[1].seed = 2;
  streams[2].purpose = Purpose::row_pulses;
  streams[3].layer = 2;
  streams[4].epoch = 2;
  streams[5].batch = 2;
  std::set<std::array<std::uint32_t, 4>> seen;
  for (const Stream& stream : streams) {
    for (std::uint32_t element = 0; element < 100; ++element) {
      for (std::uint8_t draw = 0; draw < 3; ++draw)
        CHECK(seen.insert(stream.words(element, draw)).second);
    }
  }
}

TEST_CASE("passes of another phase, read or batch name other streams", "[base]") {
  const Pass pass{.seed = 1, .epoch = 1, .batch = 1};
  std::set<std::array<std::uint32_t, 4>> seen;
  for (Pass other : {pass, pass.next_read(), Pass{1, 1, 2}, Pass{1, 1, 1, Phase::evaluation},
                     Pass{1, 1, 1, Phase::alignment}}) {
    CHECK(seen.insert(other.stream(Purpose::forward_noise, 0).words(0)).second);
  }
}

TEST_CASE("Gaussian numbers have the moments and the distribution of N(0, 1)",
          "[base][statistics]") {
  constexpr std::size_t count = 1U << 22U;
  std::vector<float> numbers(count);
  fill_gaussian({.seed = 11, .purpose = Purpose::forward_noise}, 0, numbers);
  double sum = 0, square = 0, cube = 0, fourth = 0;
  for (const float x : numbers) {
    const double v = x;
    sum += v, square += v * v, cube += v * v * v, fourth += v * v * v * v;
  }
  // five standard errors: a correct generator fails about once in two million runs
  const double error = 5 / std::sqrt(static_cast<double>(count));
  CHECK(std::abs(sum / count) < error);
  CHECK(std::abs(square / count - 1) < error * std::sqrt(2.0));
  CHECK(std::abs(cube / count) < error * std::sqrt(15.0));
  CHECK(std::abs(fourth / count - 3) < error * std::sqrt(96.0));
  std::sort(numbers.begin(), numbers.end());
  double worst = 0;  // Kolmogorov–Smirnov distance
  for (std::size_t i = 0; i < count; i += 64) {
    const double expected = 0.5 * std::erfc(-static_cast<double>(numbers[i]) / std::sqrt(2.0));
    worst = std::max(worst, std::abs(expected - static_cast<double>(i) / count));
  }
  CHECK(worst < 2.75 / std::sqrt(static_cast<double>(count)));  // P < 1e-6
}

TEST_CASE("neighbouring Gaussian numbers, lanes and rows are uncorrelated", "[base][statistics]") {
  constexpr std::size_t count = 1U << 20U;
  std::vector<float> a(count);
  std::vector<float> b(count);
  fill_gaussian({.seed = 3}, 0, a);
  fill_gaussian({.seed = 3}, 1, b);
  const auto correlation = [&](const std::vector<float>& u, const std::vector<float>& v,
                               std::size_t lag) {
    double sum = 0;
    for (std::size_t i = 0; i + lag < count; ++i)
      sum += static_cast<double>(u[i]) * static_cast<double>(v[i + lag]);
    return sum / static_cast<double>(count);
  };
  const double limit = 5.2 / std::sqrt(static_cast<double>(count));
  for (const std::size_t lag : {1U, 15U, 16U, 17U, 32U})
    CHECK(std::abs(correlation(a, a, lag)) < limit);
  CHECK(std::abs(correlation(a, b, 0)) < limit);
}

TEST_CASE("a short fill is the beginning of a long one", "[base]") {
  std::vector<float> longer(100);
  fill_gaussian({.seed = 5}, 2, longer);
  for (std::size_t size : {1U, 7U, 16U, 33U, 99U}) {
    std::vector<float> shorter(size);
    fill_gaussian({.seed = 5}, 2, shorter);
    CHECK(std::equal(shorter.begin(), shorter.end(), longer.begin()));
  }
}

TEST_CASE("a permutation holds every number once and differs between epochs", "[base]") {
  std::vector<std::uint32_t> first(1000);
  std::vector<std::uint32_t> second(1000);
  fill_permutation({.seed = 1, .purpose = Purpose::shuffle, .epoch = 1}, first);
  fill_permutation({.seed = 1, .purpose = Purpose::shuffle, .epoch = 2}, second);
  CHECK(first != second);
  std::sort(first.begin(), first.end());
  for (std::uint32_t i = 0; i < 1000; ++i) CHECK(first[i] == i);
}
