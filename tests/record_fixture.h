#pragma once
#include <catch2/catch.hpp>
#include <fstream>
#include <tuple>

#include "sim/base/error.h"
#include "sim/record/metrics.h"
#include "sim/record/run_record.h"
#include "tests/same_numbers.h"
#include "tests/temporary_folder.h"

// A record in which everything differs, and whether two are the same.
namespace memtrain::test {

/// Every member gets a number of its own, so that two that are mixed up show.
inline EpochRecord epoch_record(double start, std::size_t layers, std::size_t costs) {
  EpochRecord epoch;
  for (const auto& metric : epoch_metrics()) epoch.*metric.value = start += 0.125;
  epoch.layers.resize(layers);
  for (LayerRecord& layer : epoch.layers) {
    for (const auto& metric : layer_metrics()) layer.*metric.value = start += 0.125;
  }
  epoch.costs.resize(costs);
  for (PhaseCost& cost : epoch.costs) {
    for (const auto& metric : phase_cost_metrics()) cost.*metric.value = start += 0.125;
  }
  return epoch;
}

inline SeedRecord seed_record(const ArmRecord& arm, int epochs, float start, bool finished) {
  SeedRecord seed;
  for (int e = 0; e < epochs; ++e) {
    seed.epochs.push_back(epoch_record(start + 100.0 * e, arm.layers.size(),
                                       arm.cost_parts.size() * arm.cost_phases.size()));
  }
  seed.finished = finished;
  if (!finished) return seed;
  seed.confusion = Eigen::MatrixXi::NullaryExpr(
      arm.classes, arm.classes, [&](Index r, Index c) { return static_cast<int>(10 * r + c); });
  for (const LayerShape& layer : arm.layers) {
    seed.weights.emplace_back(
        Matrix::NullaryExpr(layer.outputs, layer.inputs, [&](Index r, Index c) {
          return start + static_cast<float>(r) - 0.01F * static_cast<float>(c);
        }));
    std::vector<double> histogram(33, 0.0);
    histogram[2] = 4;
    const std::vector<double> counts(ConductanceHistogram::bins, start + 0.5);
    seed.conductances.push_back(
        {{.bin_width = 0.125, .devices = counts}, {.bin_width = 0.125, .devices = histogram}});
    seed.conductances.back()[1].devices.resize(ConductanceHistogram::bins, 3.0);
    seed.wear.push_back({.devices = 20, .most = 3, .mean = 0.5 + start, .histogram = histogram});
  }
  return seed;
}

/// Two arms of different shape in an order that is not the alphabet's, three seeds, four epochs.
inline RunRecord complete_run() {
  RunRecord run;
  run.version = "0.1.0";
  run.git_commit = "abc123";
  run.command = "memtrain run x.toml --set 'title=\"ü\"'";
  run.scenario = std::string(70000, '#') + "\ntitle = \"µ\"\n";
  run.title = "Größe ± Maß";
  run.comment = "Größer?\nJa.";
  run.host = "node7";
  run.processor = "Vector 9000";
  run.data = "44x32 0x0 12x32 adler32 0123abcd";
  run.started = "2024-05-01T10:00:00Z";
  run.finished = "2024-05-01T11:00:00Z";
  run.threads = 12;
  run.status = RunStatus::complete;
  run.seeds = {7, -1, 9007199254740993};
  run.baselines = {{"last value", "test_mse", 0.125}, {"größe", "test_rse", 1.5}};
  run.epochs = 3;
  run.arms.resize(2);
  run.arms[0] = {"ftp", "ftp", "reram-sb", "rule = \"ftp\"\n", 3, {{"zeta", 5, 4}, {"alpha", 3, 5}},
                 {}};
  run.arms[1] = {"bp wide", "bp", "ideal", "", 2, {{"only", 2, 6}}, {}};
  for (ArmRecord& arm : run.arms) {
    arm.cost_parts = {"zeta", "größe", "rule"};
    arm.cost_phases = {"first_forward", "update"};
    for (int s = 0; s < 3; ++s) {
      arm.seeds.push_back(seed_record(arm, 4, 1000.0F * static_cast<float>(s + 1), true));
    }
  }
  return run;
}

inline void check_same(const EpochRecord& a, const EpochRecord& b) {
  for (const auto& metric : epoch_metrics()) {
    INFO(metric.path);
    CHECK(same(a.*metric.value, b.*metric.value));
  }
  REQUIRE(a.layers.size() == b.layers.size());
  for (std::size_t l = 0; l < a.layers.size(); ++l) {
    for (const auto& metric : layer_metrics()) {
      INFO(metric.path);
      CHECK(same(a.layers[l].*metric.value, b.layers[l].*metric.value));
    }
  }
}

inline void check_same_costs(const EpochRecord& a, const EpochRecord& b) {
  REQUIRE(a.costs.size() == b.costs.size());
  for (std::size_t c = 0; c < a.costs.size(); ++c) {
    for (const auto& metric : phase_cost_metrics()) {
      INFO(metric.path);
      CHECK(same(a.costs[c].*metric.value, b.costs[c].*metric.value));
    }
  }
}

inline void check_same(const SeedRecord& a, const SeedRecord& b) {
  CHECK(a.diverged == b.diverged);
  CHECK(a.finished == b.finished);
  REQUIRE(a.epochs.size() == b.epochs.size());
  for (std::size_t e = 0; e < a.epochs.size(); ++e) {
    check_same(a.epochs[e], b.epochs[e]);
    check_same_costs(a.epochs[e], b.epochs[e]);
  }
  REQUIRE(a.confusion.rows() == b.confusion.rows());
  CHECK(a.confusion == b.confusion);
  CHECK(a.weights == b.weights);
  REQUIRE(a.conductances.size() == b.conductances.size());
  for (std::size_t l = 0; l < a.conductances.size(); ++l) {
    REQUIRE(a.conductances[l].size() == b.conductances[l].size());
    for (std::size_t d = 0; d < a.conductances[l].size(); ++d) {
      const ConductanceHistogram &x = a.conductances[l][d], &y = b.conductances[l][d];
      CHECK(std::tie(x.bin_width, x.devices) == std::tie(y.bin_width, y.devices));
    }
  }
  REQUIRE(a.wear.size() == b.wear.size());
  for (std::size_t l = 0; l < a.wear.size(); ++l) {
    const WearRecord &x = a.wear[l], &y = b.wear[l];
    CHECK(std::tie(x.devices, x.most, x.mean, x.histogram) ==
          std::tie(y.devices, y.most, y.mean, y.histogram));
  }
}

using Texts = std::vector<std::string>;
inline Texts texts_of(const ArmRecord& a) { return {a.name, a.rule, a.device, a.settings}; }
inline Texts texts_of(const RunRecord& r) {
  return {r.version, r.git_commit, r.command, r.scenario, r.title,   r.comment,
          r.host,    r.processor,  r.data,    r.started,  r.finished};
}

inline void check_same(const ArmRecord& a, const ArmRecord& b) {
  CHECK(texts_of(a) == texts_of(b));
  CHECK(a.classes == b.classes);
  CHECK(a.cost_parts == b.cost_parts);
  CHECK(a.cost_phases == b.cost_phases);
  REQUIRE(a.layers.size() == b.layers.size());
  for (std::size_t l = 0; l < a.layers.size(); ++l) {
    const LayerShape &x = a.layers[l], &y = b.layers[l];
    CHECK(std::tie(x.name, x.outputs, x.inputs) == std::tie(y.name, y.outputs, y.inputs));
  }
  REQUIRE(a.seeds.size() == b.seeds.size());
  for (std::size_t s = 0; s < a.seeds.size(); ++s) check_same(a.seeds[s], b.seeds[s]);
}

inline void check_same(const RunRecord& a, const RunRecord& b) {
  CHECK(texts_of(a) == texts_of(b));
  CHECK(std::tie(a.threads, a.status, a.epochs) == std::tie(b.threads, b.status, b.epochs));
  CHECK(a.seeds == b.seeds);
  CHECK(a.baselines == b.baselines);
  REQUIRE(a.arms.size() == b.arms.size());
  for (std::size_t i = 0; i < a.arms.size(); ++i) check_same(a.arms[i], b.arms[i]);
}

inline std::string bytes_of(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

inline void write_bytes(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

/// What `action` throws: kind and message, or "nothing".
template <class Action>
std::pair<int, std::string> failure_of(Action action) {
  try {
    action();
  } catch (const Error& error) {
    return {static_cast<int>(error.kind), error.what()};
  }
  return {0, "nothing"};
}

inline void check_data_error(const std::string& path, const std::string& words) {
  const auto [kind, message] = failure_of([&] { (void)read_result(path); });
  CHECK(kind == static_cast<int>(Failure::data));
  CHECK_THAT(message, Catch::StartsWith(path + ": ") && Catch::Contains(words));
  CHECK(message.find('\n') == std::string::npos);
}

inline std::size_t files_in(const fs::path& folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), {}));
}

}  // namespace memtrain::test
