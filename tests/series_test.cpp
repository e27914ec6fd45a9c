#include "sim/data/series.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "tests/data_fixture.h"

using namespace memtrain;
using namespace memtrain::test;
using Catch::Matchers::Contains;

namespace {

/// 20 rows: a time stamp, a = row, b = 100 − row².
std::string twenty_rows() {
  std::string text = "date,a,b\n";
  for (int row = 0; row < 20; ++row) {
    text += "2016-07-01 " + std::to_string(row) + ":00," + std::to_string(row) + "," +
            std::to_string(100 - row * row) + "\n";
  }
  return text;
}

/// A window of 4 rows and a horizon of 3: training rows 0 to 11, validation 12 to 15, test 16 to
/// 19.
DataSettings small(const std::string& predict = "step") {
  DataSettings settings{.name = "csv"};
  settings.series.file = "small.csv";
  settings.series.window = 4;
  settings.series.horizon = 3;
  settings.series.predict = predict;
  return settings;
}

struct SeriesFile {
  Folder folder;
  explicit SeriesFile(const std::string& text = twenty_rows()) { replace(text); }
  void replace(const std::string& text) const { write(folder.path / "small.csv", text); }
  [[nodiscard]] Dataset load(const DataSettings& settings) const {
    return load_dataset(settings, folder.path);
  }
  [[nodiscard]] std::string refusal(const DataSettings& settings) const {
    return refusal_of([&] { return load(settings); });
  }
};

/// What a value of column a of row `row` becomes: training rows 0 to 11 to [0, 1].
float unit_a(int row) { return static_cast<float>(row) / 11.0F; }
/// The same of column b, which falls from 100 to −21.
float unit_b(int row) { return static_cast<float>(121 - row * row) / 121.0F; }

double baseline(const Dataset& data, const std::string& name, const std::string& metric) {
  for (const Baseline& each : data.baselines) {
    if (each.name == name && each.metric == metric) return each.value;
  }
  return std::nan("");
}

}  // namespace

TEST_CASE("the parts of a series follow one another in time", "[data]") {
  const SeriesParts parts = part_rows(20, small().series);
  CHECK(parts.train.begin == 0);
  CHECK(parts.train.end == 12);
  CHECK(parts.validation.begin == 12);
  CHECK(parts.validation.end == 16);
  CHECK(parts.test.begin == 16);
  CHECK(parts.test.end == 20);
  // the usual parts of 12, 4 and 4 months of 30 days, hour by hour
  const SeriesParts months = part_rows(14400, {});
  CHECK(months.train.size() == 8640);
  CHECK(months.validation.size() == 2880);
  CHECK(months.test.size() == 2880);
  SeriesSettings whole;
  whole.train_part = 0.7F;
  whole.test_part = 0.3F;
  CHECK(part_rows(1001, whole).train.size() == 701);
  CHECK(part_rows(1001, whole).validation.size() == 0);
  CHECK(part_rows(1001, whole).test.size() == 300);
}

TEST_CASE("windows begin before their part, so that every row of the part is a target", "[data]") {
  const auto check = [](const Windows& windows, Index first, Index count) {
    CHECK(windows.first == first);
    CHECK(windows.count == count);
  };
  const SeriesSettings step = small("step").series;
  check(windows_of({0, 12}, step), 6, 6);  // rows 0 to 3 predict row 6
  check(windows_of({12, 16}, step), 12, 4);
  check(windows_of({16, 20}, step), 16, 4);
  const SeriesSettings all = small("all").series;
  check(windows_of({0, 12}, all), 4, 6);  // rows 0 to 3 predict rows 4, 5 and 6
  check(windows_of({12, 16}, all), 12, 2);
  check(windows_of({16, 20}, all), 16, 2);
  check(windows_of({0, 6}, step), 6, 0);
}

TEST_CASE("a sample of a series is its window, its target the row at the horizon", "[data]") {
  const SeriesFile file;
  const Dataset data = file.load(small());
  CHECK(data.rows == 4);
  CHECK(data.columns == 1);
  CHECK(data.channels == 2);
  CHECK(data.features == 8);
  CHECK(data.target.regression());
  CHECK(data.target.steps == 1);
  CHECK(data.target.values == 2);
  CHECK(data.train.labels.empty());
  CHECK(data.train.size() == 6);
  CHECK(data.validation.size() == 4);
  CHECK(data.test.size() == 4);
  for (int i = 0; i < 6; ++i) {
    for (int step = 0; step < 4; ++step) {
      CHECK(data.train.inputs(i, 2 * step) == Approx(unit_a(i + step)));
      CHECK(data.train.inputs(i, 2 * step + 1) == Approx(unit_b(i + step)));
    }
    CHECK(data.train.values(i, 0) == Approx(unit_a(i + 6)));
    CHECK(data.train.values(i, 1) == Approx(unit_b(i + 6)));
  }
  // the first target of the test is row 16; its window ends three rows before
  CHECK(data.test.inputs(0, 0) == Approx(unit_a(10)));
  CHECK(data.test.inputs(0, 6) == Approx(unit_a(13)));
  CHECK(data.test.values(0, 0) == Approx(unit_a(16)));
  CHECK(data.test.values(3, 1) == Approx(unit_b(19)));
  CHECK(data.validation.values(0, 0) == Approx(unit_a(12)));
}

TEST_CASE("all rows up to the horizon are predicted row by row, or one column only", "[data]") {
  const SeriesFile file;
  const Dataset data = file.load(small("all"));
  CHECK(data.target.values == 6);
  CHECK(data.train.values.row(0).isApprox(Eigen::Matrix<float, 1, 6>(
      unit_a(4), unit_b(4), unit_a(5), unit_b(5), unit_a(6), unit_b(6))));
  CHECK(data.test.size() == 2);
  DataSettings one = small("all");
  one.series.target = "b";
  const Dataset b = file.load(one);
  CHECK(b.channels == 2);
  CHECK(b.target.values == 3);
  CHECK(b.train.inputs == data.train.inputs);
  CHECK(b.train.values.row(0).isApprox(Eigen::RowVector3f(unit_b(4), unit_b(5), unit_b(6))));
  one.series.inputs = "target";
  const Dataset alone = file.load(one);
  CHECK(alone.channels == 1);
  CHECK(alone.train.inputs(0, 3) == Approx(unit_b(3)));
  CHECK(alone.train.values == b.train.values);
}

TEST_CASE("a series is normalised column by column, by its training rows", "[data]") {
  const SeriesFile file;
  DataSettings settings = small();
  settings.normalise = "signed";
  CHECK(file.load(settings).train.inputs(0, 0) == Approx(-1));
  CHECK(file.load(settings).train.values(5, 0) == Approx(1));
  settings.normalise = "standard";
  const Dataset data = file.load(settings);
  // 0 … 11: mean 5.5, variance 143/12
  CHECK(data.train.inputs(0, 0) == Approx(-5.5 / std::sqrt(143.0 / 12)));
  CHECK(data.test.values(0, 0) == Approx(10.5 / std::sqrt(143.0 / 12)));
  settings.normalise = "channel";
  CHECK(file.load(settings).train.inputs == data.train.inputs);
  // a column that does not vary in training stays finite
  std::string constant = "a\n";
  for (int row = 0; row < 20; ++row) constant += row < 12 ? "5\n" : "7\n";
  file.replace(constant);
  CHECK(file.load(settings).train.inputs(0, 0) == 0);
  CHECK(file.load(settings).test.values(0, 0) == 2);
  CHECK(file.load(small()).test.values(0, 0) == 2);
}

TEST_CASE("baselines of a series are its last value and the mean of training", "[data]") {
  const SeriesFile file;
  DataSettings settings = small();
  settings.series.target = "a";
  const Dataset data = file.load(settings);
  // a rises by 1/11 a row: three rows later it is 3/11 higher
  CHECK(baseline(data, "last value", "test_mse") == Approx(9.0 / 121));
  CHECK(baseline(data, "last value", "test_mae") == Approx(3.0 / 11));
  CHECK(baseline(data, "last value", "test_corr") == Approx(1));
  // Σ (y − ȳ)² of 16 … 19 is 5
  CHECK(baseline(data, "last value", "test_rse") == Approx(std::sqrt(4 * 9 / 5.0)));
  // 16 … 19 are 10.5 … 13.5 above the mean of 0 … 11
  CHECK(baseline(data, "mean of training", "test_mse") ==
        Approx((10.5 * 10.5 + 11.5 * 11.5 + 12.5 * 12.5 + 13.5 * 13.5) / 4 / 121));
  CHECK(std::isnan(baseline(data, "mean of training", "test_corr")));
  settings.series.predict = "all";
  // one, two and three rows later
  CHECK(baseline(file.load(settings), "last value", "test_mse") == Approx(14.0 / 3 / 121));
  settings.test_limit = 1;
  settings.train_limit = 2;
  const Dataset limited = file.load(settings);
  CHECK(limited.train.size() == 2);
  CHECK(limited.train.values.rows() == 2);
  CHECK(limited.test.size() == 1);
  CHECK(baseline(limited, "last value", "test_mse") == Approx(14.0 / 3 / 121));
}

TEST_CASE("the first rows of a series may be all that is used", "[data]") {
  const SeriesFile file;
  DataSettings settings = small();
  settings.series.rows = 15;  // 9 + 3 + 3
  CHECK(file.load(settings).test.size() == 3);
  CHECK(file.load(settings).train.size() == 3);
  // what lies behind them need not be numbers
  file.replace(twenty_rows() + "later,x,y\n");
  CHECK(file.load(settings).test.size() == 3);
  settings.series.rows = 22;
  CHECK_THAT(file.refusal(settings), Contains("2 data.rows: 22 is out of range [0, 21]"));
}

TEST_CASE("a series without time stamps or with a byte order mark is read too", "[data]") {
  const SeriesFile file;
  const Dataset stamped = file.load(small());
  std::string plain =
      "\xEF\xBB\xBF"
      "a,b\n";
  for (int row = 0; row < 20; ++row) {
    plain += std::to_string(row) + "," + std::to_string(100 - row * row) + "\r\n";
  }
  file.replace(plain);
  DataSettings settings = small();
  CHECK(file.load(settings).train.inputs == stamped.train.inputs);
  settings.series.target = "a";
  CHECK(file.load(settings).target.values == 1);
}

TEST_CASE("a series with gaps, words or broken lines is refused with file, line and column",
          "[data]") {
  const SeriesFile file;
  const std::string at = "3 " + (file.folder.path / "small.csv").string();
  const auto refused = [&](const std::string& from, const std::string& to) {
    std::string text = twenty_rows();
    text.replace(text.find(from), from.size(), to);
    file.replace(text);
    return file.refusal(small());
  };
  // row 7 is line 9
  CHECK(refused(",7,51", ",,51") == at + ":9: a: is empty (a series must not have gaps)");
  CHECK(refused(",7,51", ",7,none") == at + ":9: b: 'none' is not a number");
  CHECK(refused(",7,51", ",7,nan") == at + ":9: b: 'nan' is not a number");
  CHECK(refused(",7,51", ",inf,51") == at + ":9: a: 'inf' is not a number");
  CHECK(refused(",7,51", ",7,51x") == at + ":9: b: '51x' is not a number");
  CHECK(refused(",7,51", ",7,51,3") == at + ":9: has 4 fields, but the header has 3");
  CHECK(refused(",7,51", ",7") == at + ":9: has 2 fields, but the header has 3");
  CHECK(refused("date,a,b", "date,a,a") == at + ": has two columns named 'a'");
  CHECK(refused("date,a,b", "0,1,2") ==
        at + ": its first line holds numbers, but must name the columns");
  file.replace("date,a\n");
  CHECK(file.refusal(small()) == at + ": has a header but no rows");
  file.replace("date\nmonday\n");
  CHECK(file.refusal(small()) == at + ": has no column of numbers");
}

TEST_CASE("a series too short for window and horizon is refused with what it needs", "[data]") {
  const SeriesFile file;
  const std::string at = "3 " + (file.folder.path / "small.csv").string();
  DataSettings settings = small();
  settings.series.window = 10;
  CHECK(file.refusal(settings) == at + ": its training part has 12 rows, but data.window = 10 with "
                                       "data.horizon = 3 needs 13");
  settings.series.window = 9;
  CHECK(file.refusal(settings) == "loaded");
  settings.series.window = 1;
  settings.series.horizon = 5;
  settings.series.predict = "all";
  CHECK(file.refusal(settings) ==
        at + ": its validation part has 4 rows, but data.horizon = 5 needs 5");
  settings.series.train_part = 0.8F;
  CHECK(file.refusal(settings) == at + ": its test part has 4 rows, but data.horizon = 5 needs 5");
  settings.series.horizon = 30;
  CHECK(file.refusal(settings) == at + ": its training part has 16 rows, but data.window = 1 with "
                                       "data.horizon = 30 needs 31");
  settings.series.test_part = 0.0F;
  settings.series.horizon = 3;
  CHECK_THAT(file.refusal(settings), Contains("its test part has 0 rows"));
}

TEST_CASE("a series is looked for where data sets are, its columns by name", "[data]") {
  const SeriesFile file;
  DataSettings settings = small();
  settings.series.target = "c";  // a long way from names of one letter
  CHECK(file.refusal(settings) == "2 data.target: " + (file.folder.path / "small.csv").string() +
                                      " has no column 'c' (its columns: a, b)");
  settings = small();
  settings.series.train_part = 0.9F;
  CHECK(file.refusal(settings) ==
        "2 data.test_part: 0.2 and data.train_part: 0.9 are more than the whole series");
  settings = small();
  settings.series.file = (file.folder.path / "small.csv").string();
  CHECK(load_dataset(settings, {}).test.size() == 4);
  settings.series.file = "small.csv";
  settings.path = file.folder.path;
  CHECK(load_dataset(settings, {}).test.size() == 4);
  settings.path.clear();
  fs::create_directory(file.folder.path / "csv");
  fs::rename(file.folder.path / "small.csv", file.folder.path / "csv" / "small.csv");
  CHECK(file.load(settings).test.size() == 4);
  settings.series.file = "other.csv";
  CHECK_THAT(file.refusal(settings), Contains("3 data.file: 'other.csv' was not found (looked in " +
                                              (file.folder.path / "csv").string()) &&
                                         Contains("--data-dir, data.path or MEMTRAIN_DATA"));
  settings.series.file = "/nowhere/other.csv";
  CHECK(file.refusal(settings) == "3 data.file: there is no file /nowhere/other.csv");
  settings.series.file.clear();
  CHECK(file.refusal(settings) ==
        "2 data.file: is missing (data set 'csv' needs the file of the series)");
}
