#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <regex>

#include "sim/report/page/chart.h"
#include "sim/report/run/run_figures.h"
#include "sim/report/run/run_report.h"
#include "tests/record_fixture.h"

using namespace memtrain;
using namespace memtrain::test;
using Catch::Contains;

namespace {

/// The JSON of a figure of some views.
nlohmann::json json_of(const std::optional<Views>& views) {
  REQUIRE(views);
  return nlohmann::json::parse(figure_json(*views));
}

}  // namespace

TEST_CASE("what a page is told cannot end its scripts or become part of its HTML", "[page]") {
  Page page("<title> & more");
  page.part("</script><b>bold</b>", "\"quotes\"");
  page.text("first & last\n\nsecond");
  page.notice("<i>");
  page.table({{.heading = "<h>", .cells = {"<td>"}}});
  page.source("s", "</pre>");
  LineChart chart;
  chart.series.push_back({.name = "</script><script>alert(1)</script>", .x = {1}, .y = {2}});
  page.figure({"name\"x", "<f>", "<c>"}, figure_json(only(chart)));
  const std::string html = page.html();
  const std::string body =
      html.substr(html.find("<main>"), html.find("</main>") - html.find("<main>"));
  for (const char* raw :
       {"<b>", "<i>", "<td><td>", "</pre></pre>", "<f>", "<c>", "alert(1)</script>"}) {
    INFO(raw);
    CHECK(body.find(raw) == std::string::npos);
  }
  CHECK_THAT(body, Contains("<p>first &amp; last</p>\n<p>second</p>"));
  CHECK_THAT(body, Contains("data-name=\"name&quot;x\""));
  CHECK_THAT(html, Contains("<title>&lt;title&gt; &amp; more</title>"));
}

TEST_CASE("a page asks for nothing that is not in it", "[page]") {
  const std::string html = Page("p").html();
  const std::regex outside("(src|href)=\"(?!#|data:)|@import|url\\(");
  const std::string own = html.substr(0, html.find("<script>"));
  CHECK_FALSE(std::regex_search(own, outside));
  CHECK_THAT(html, Contains("Chart.js v3") && Contains("class SvgContext"));
}

TEST_CASE("charts keep all digits of their numbers, and what is unknown is null", "[page]") {
  LineChart chart{.x = {.name = "epoch"}, .y = {.name = "test_accuracy", .percent = true}};
  chart.series.push_back({.name = "a", .x = {0, 1}, .y = {0.1 + 0.2, not_reached}});
  const auto json = json_of(only(chart))["views"][""];
  CHECK(json["kind"] == "lines");
  CHECK(json["series"][0]["y"][0].get<double>() == 0.1 + 0.2);
  CHECK(json["series"][0]["y"][1].is_null());
  CHECK(json["y"]["percent"] == true);
}

TEST_CASE("a figure over epochs has the record's numbers, seed by seed", "[page]") {
  const RunRecord run = complete_run();
  const auto json = json_of(epoch_views(run));
  const auto& options = json["selectors"][0]["options"];
  CHECK(options[0] == "test accuracy");
  CHECK(options.size() == epoch_metrics().size());
  const auto& line = json["views"]["0"]["series"][1];
  CHECK(line["name"] == "bp wide");
  CHECK(line["x"] == std::vector<double>{0, 1, 2, 3});
  double sum = 0;
  for (std::size_t s = 0; s < 3; ++s) {
    const double value = run.arms[1].seeds[s].epochs[2].test_accuracy;
    CHECK(line["seeds"][std::to_string(run.seeds[s])][2].get<double>() == value);
    sum += value;
  }
  CHECK(line["y"][2].get<double>() == Approx(sum / 3));
}

TEST_CASE("figures of layers, costs, devices and classes have the record's numbers", "[page]") {
  const RunRecord run = complete_run();
  const ArmRecord& arm = run.arms[0];
  const auto layers = json_of(layer_views(run))["views"]["0,0"];
  CHECK(layers["series"][0]["name"] == "zeta");
  CHECK(layers["series"][0]["seeds"]["7"][1].get<double>() ==
        arm.seeds[0].epochs[1].layers[0].alignment_angle);
  const auto costs = json_of(cost_views(run));
  REQUIRE(costs["selectors"][0]["options"][3] == "MACs");
  const auto cost = costs["views"]["3,1"];  // by part
  CHECK(cost["series"][1]["name"] == "größe");
  double macs = 0;
  for (const SeedRecord& seed : arm.seeds) {
    macs += seed.epochs.back().costs[2].macs + seed.epochs.back().costs[3].macs;
  }
  CHECK(cost["series"][1]["y"][0].get<double>() == Approx(macs / 3));
  const auto confusion = json_of(confusion_views(run));
  CHECK(confusion["views"]["0,0"]["values"][2][1] == 3 * 21);
  CHECK(confusion["views"]["0,2"]["values"][2][1] == 21);
  const auto conductance = json_of(conductance_views(run))["views"]["0"];
  CHECK(conductance["series"][1]["name"] == "zeta, device 1");
  CHECK(conductance["series"][0]["y"][0].get<double>() == Approx(1.0 / ConductanceHistogram::bins));
  const auto wear = json_of(wear_views(run))["views"]["0"];
  CHECK(wear["labels"] == std::vector<std::string>{"0", "1", "2 to 3"});
  CHECK(wear["series"][0]["y"][2] == 12);
}

TEST_CASE("a file may count conductances in any number of bins") {
  RunRecord run = complete_run();
  for (ArmRecord& arm : run.arms) {
    for (SeedRecord& seed : arm.seeds) {
      for (auto& layer : seed.conductances) {
        for (ConductanceHistogram& device : layer) device.devices.assign(400, 1.0);
      }
    }
  }
  const auto line = json_of(conductance_views(run))["views"]["0"]["series"][0];
  CHECK(line["y"][399].get<double>() == Approx(1.0 / 400));
}

TEST_CASE("weights are counted in equal steps from the least to the largest", "[page]") {
  RunRecord run = complete_run();
  run.arms.resize(1);
  ArmRecord& arm = run.arms[0];
  arm.layers.resize(1);
  arm.seeds.resize(1);
  Matrix weights(1, 6);
  weights << 0, 1, 1, 100, INFINITY, NAN;
  arm.seeds[0].weights = {weights};
  const auto line = json_of(weight_views(run))["views"]["0"]["series"][0];
  CHECK(line["x"] == std::vector<double>{0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100});
  CHECK(line["y"][0].get<double>() == Approx(0.75 / 10));  // a density: over all steps it is 1
  CHECK(line["y"][1] == 0);
  CHECK(line["y"][9].get<double>() == Approx(0.25 / 10));
  CHECK(line["y"][10] == line["y"][9]);  // the last step has its width
}

TEST_CASE("of a long run some epochs are drawn, and the last is", "[page]") {
  RunRecord run = complete_run();
  run.epochs = 999;
  run.arms.resize(1);
  for (SeedRecord& seed : run.arms[0].seeds) seed.epochs.resize(1000, seed.epochs.back());
  CHECK(epoch_stride(run) == 3);
  const auto x = json_of(epoch_views(run))["views"]["0"]["series"][0]["x"];
  CHECK(x.size() == 334);
  CHECK(x[1] == 3);
  CHECK(x.back() == 999);
}

TEST_CASE("a report lists the settings in which arms differ, and no others", "[page]") {
  RunRecord run = complete_run();
  run.arms[0].settings = "rule = \"ftp\"\n[train]\nbatch = 8\nepochs = 3\n[ftp]\nscale = 1.0\n";
  run.arms[1].settings = "rule = \"bp\"\n[train]\nbatch = 8\nepochs = 5\n";
  const auto columns = arm_setting_columns(run);
  REQUIRE(columns.size() == 3);
  CHECK(columns[0].cells == std::vector<std::string>{"rule", "train.epochs"});
  CHECK(columns[1].cells == std::vector<std::string>{"ftp", "3"});
  CHECK(columns[2].cells == std::vector<std::string>{"bp", "5"});
}

TEST_CASE("a report tells the question, the answer and what stands in its way", "[page]") {
  RunRecord run = complete_run();
  run.status = RunStatus::interrupted;
  run.arms[1].seeds[2].diverged = true;
  Page page("p");
  report_run(run, "x.h5", page);
  const std::string html = page.html();
  CHECK_THAT(html, Contains("Größer?\nJa."));
  CHECK_THAT(html, Contains("This run was interrupted"));
  CHECK_THAT(html, Contains("bp wide diverged") && Contains("2 of 3"));
  CHECK_THAT(html, Contains("<h2 id=\"section-1\">Answer</h2>"));
  CHECK_THAT(html, Contains("abc123") && Contains("node7"));
  RunRecord empty = complete_run();
  for (ArmRecord& arm : empty.arms) arm.seeds.assign(3, SeedRecord());
  Page nothing("p");
  CHECK_NOTHROW(report_run(empty, "x.h5", nothing));
  CHECK_THAT(nothing.html(), Contains("0 of 3 seeds"));
}
