#!/usr/bin/python3
"""Looks at the pages of `memtrain report`, `response --plot` and `fit --plot` as a reader does: in Chromium.

Usage: report_test.py MEMTRAIN POINTS
POINTS: of the large sweep. Exit code: 77 where Chromium, its driver, Selenium or h5py is not installed.
"""
import atexit
import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

points = int(sys.argv[2])
sys.argv[1] = os.path.realpath(sys.argv[1])
work = Path(tempfile.mkdtemp(prefix="memtrain-report-"))
atexit.register(shutil.rmtree, work, ignore_errors=True)
os.chdir(work)

from browser import By, browser, check_drawn, check_page, check_quiet, choose, figure_count, number_of, rows_of, visit  # noqa: E402
import h5py  # noqa: E402
import numpy  # noqa: E402

from black_box import TINY_TASK, check, memtrain, program  # noqa: E402

SCENARIO = """# Can small crossbars learn "patterns" <b>at all</b> & how dear is it?
#
# Two arms, three seeds; a second.
title = "Patterns & <crossbars>"
""" + TINY_TASK + """[train]
epochs = 3
batch = 6
learning_rate = 0.1
seeds = [0, 5, 7]
[record]
pulse_counts = true
[device]
preset = "taox-hfox"
[periphery]
dac_bits = 7
adc_bits = 9
read_noise = 0.02
[digital]
preset = "fp16-45nm"
[[arm]]
name = "ftp"
rule = "ftp"
[[arm]]
name = "bp-exact"
rule = "bp"
array.kind = "exact"
"""
Path("runs.toml").write_text(SCENARIO)


def same(text, value):
    return text == "" if numpy.isnan(value) else float(text) == value


def close(text, value):
    return text == "" if numpy.isnan(value) else abs(float(text) - value) <= 1e-12 * abs(value)


def check_seed_columns(rows, values, what):
    """Rows series, epoch, value, std, low, high, n, then a column a seed; values [seed, epoch]."""
    check(rows[0][3:10] == ["std", "low", "high", "n", "seed 0", "seed 5", "seed 7"], f"{what}: columns {rows[0]}")
    for row in rows[1:]:
        at = values[:, int(row[1])]
        check(row[6] == "3", f"{what}: {row} is not of three seeds")
        check(all(same(cell, value) for cell, value in zip(row[7:10], at)), f"{what}: {row} is not {at}")
        check(close(row[2], at.mean()) and close(row[3], at.std(ddof=1)), f"{what}: {row} is not the mean of {at}")
        half = 4.302652729696142 * at.std(ddof=1) / numpy.sqrt(3)  # Student's t, two degrees of freedom, 95 %
        check(abs(float(row[5]) - float(row[4]) - 2 * half) <= 1e-9 * max(half, 1e-300), f"{what}: interval of {row}")


def check_numbers_of_run(file):
    """What the page says is what the file says."""
    with h5py.File(file) as result:
        arms = result["arms"]
        number = number_of("epochs")
        for option, path in [("test accuracy", "test_accuracy"), ("train loss", "train_loss"),
                             ("write pulses", "cost/write_pulses"), ("energy", "cost/energy")]:
            choose(number, "metric", option)
            rows = rows_of("epochs")
            for arm in set(row[0] for row in rows[1:]):
                check_seed_columns(rows[:1] + [row for row in rows if row[0] == arm], arms[arm][path][:], f"{arm} {path}")
        check(len(rows) > 1, "no energies")
        number = number_of("layers")
        for layer in [row[0] for row in rows_of("layers")[1:]]:
            own = [row for row in rows_of("layers") if row[0] in ("series", layer)]
            check_seed_columns(own, arms[f"ftp/layers/{layer}/alignment_angle"][:], f"{layer} alignment_angle")
        for row in rows_of("outcome")[1:]:
            values = arms[row[0]]["test_accuracy"][:, -1]
            check([float(one) for one in row[5:8]] == values.tolist(), f"outcome: {row} is not {values}")
            check(close(row[1], values.mean()), f"outcome: {row}")
        counts = arms["ftp/confusion"][:]
        for row in rows_of("confusion")[1:]:
            check(int(row[2]) == counts[:, int(row[1]), int(row[0])].sum(), f"confusion: {row}")
        choose(number_of("confusion"), "seed", "5")
        for row in rows_of("confusion")[1:]:
            check(int(row[2]) == counts[1, int(row[1]), int(row[0])], f"confusion of seed 5: {row}")
        parts = arms["ftp/cost/parts/energy"][:, -1]  # [seed, part, phase]
        choose(number_of("cost"), "cost", "energy")
        phases = arms["ftp/cost/parts/phase_name"].asstr()[:].tolist()
        for row in rows_of("cost")[1:]:
            if row[0] == "ftp":
                wanted = parts[:, :, phases.index(row[1].replace(" ", "_"))].sum(axis=1).mean()
                check(close(row[2], wanted), f"cost: {row} is not {wanted}")
        histogram = arms["ftp/conductance/histogram"][:].sum(axis=0)  # [layer, device, bin]
        edges = arms["ftp/conductance/conductance"][:]
        rows = rows_of("conductances")
        shares = histogram / histogram.sum(axis=-1, keepdims=True)
        wanted = numpy.concatenate([shares, shares[..., -1:]], axis=-1)  # the last step has its width
        edges = numpy.append(edges, 2 * edges[-1] - edges[-2])
        check(len(rows) - 1 == wanted.size, "conductances: another number of bins")
        for row, value, edge in zip(rows[1:], wanted.ravel(), numpy.tile(edges, wanted.size // edges.size)):
            check(close(row[2], value) and abs(float(row[1]) - edge) <= 1e-12 * edge, f"conductances: {row}")


def check_run():
    memtrain("run", "runs.toml", "-o", "run.h5", "-q")
    memtrain("report", "run.h5", "-o", "run.html")
    check_page("run.html")
    visit("run.html")
    check_numbers_of_run("run.h5")
    text = browser.find_element(By.TAG_NAME, "main").text
    check("Patterns & <crossbars>" in text, "the title is not on the page")
    check('Can small crossbars learn "patterns" <b>at all</b> & how dear is it?' in text, "the question is not there")
    check("significant" in text and "95 % interval" in text and "3 seeds" in text, "the answer is not there")
    summary = json.loads(memtrain("summary", "run.h5", "--format", "json")[0])
    for name, arm in summary["arms"].items():
        number = arm["test_accuracy"]
        check(f"{name} {100 * number['mean']:.2f} ± {100 * number['std']:.2f} %" in text, f"{name} is not in the answer")
    with h5py.File("run.h5") as result:
        page = Path("run.html").read_text()
        check(all(line in page for line in ["git", result.attrs["git_commit"], "learning_rate = 0.1"]), "provenance")


def check_long_and_several():
    memtrain("run", "runs.toml", "-o", "long.h5", "-q", "--set", "train.epochs=900", "--set", "train.seeds=[3]",
             "--set", "record.alignment_batches=0", "--set", "record.checkpoint_epochs=0")
    memtrain("report", "long.h5", "run.h5", "-o", "several.html")
    visit("several.html")
    for number in range(figure_count()):
        check_drawn("several.html", number)
    text = browser.find_element(By.TAG_NAME, "main").text
    check("One epoch in 3 is drawn" in text, "thinned epochs are not told")
    check("One seed: there is no telling" in text, "one seed is not told")
    rows = rows_of("epochs")
    check(rows[-1][1] == "900", f"the last epoch is not drawn: {rows[-1]}")
    check_quiet("several.html")


def check_interrupted():
    slow = subprocess.Popen([program, "run", "runs.toml", "-o", "half.h5", "-q", "--set", "train.epochs=100000",
                             "--set", "train.seeds=[1]"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not Path("half.h5").exists():
        check(slow.poll() is None, "the run ended at once")
        time.sleep(0.05)
    time.sleep(0.5)
    slow.send_signal(signal.SIGINT)
    check(slow.wait() == 130, "the run was not interrupted")
    memtrain("report", "half.h5", "-o", "half.html")
    visit("half.html")
    check("This run was interrupted" in browser.find_element(By.TAG_NAME, "main").text, "an interruption is not told")
    check_quiet("half.html")


def check_numbers_of_sweep(folder, name):
    """Every place's mean is that of the rows of sweep.h5."""
    with h5py.File(f"{folder}/sweep.h5") as table:
        bits, arms = table["periphery.adc_bits"][:], table["arm"].asstr()[:]
        noise, accuracy = table["periphery.read_noise"][:], table["final_test_accuracy"][:]
        seen = 0
        for value in sorted(set(noise.tolist())):
            choose(number_of(name), "at periphery.read_noise", f"{value:g}")
            for row in rows_of(name)[1:]:
                chosen = accuracy[(bits == float(row[1])) & (noise == value) & (arms == row[0])]
                wanted = chosen.mean() if len(chosen) else numpy.nan
                check(close(row[2], wanted), f"sweep: {row} at {value} is not {wanted}")
                seen += 1
        check(seen == 2 * 3 * 3, f"sweep: {seen} rows")


SWEEP = ["--vary", "periphery.adc_bits=4,6,8", "--vary", "periphery.read_noise=0,0.05,0.2", "--vary", "train.seeds=[0],[1]",
         "--set", "train.epochs=1"]


def check_sweep():
    memtrain("sweep", "runs.toml", "-o", "sweep", "-q", *SWEEP)
    for lost in ("000004", "000005"):  # both seeds of a place
        Path(f"sweep/points/{lost}.h5").unlink()
    Path("sweep/points/000017.h5").write_text("damaged")
    memtrain("sweep", "sweep", "--merge")
    memtrain("report", "sweep", "-o", "sweep.html")
    check_page("sweep.html")
    visit("sweep.html")
    text = browser.find_element(By.TAG_NAME, "main").text
    check("3 of 18 points have no result (1 damaged, 2 waiting)" in text, "missing points are not told")
    check("not an HDF5 file" in text, "the reason of a missing point is not told")
    choose(number_of("sweep"), "picture", "map")
    rows = rows_of("sweep")
    check(len(rows) == 10, f"the map has {len(rows) - 1} cells")
    missing = [row for row in rows[1:] if row[2] == ""]
    check([row[:2] for row in missing] == [["4", "0.2"]], f"missing cells: {missing}")
    choose(number_of("sweep"), "arm", "ftp − bp-exact")
    check(len(rows_of("sweep")) == 10, "there is no map of differences")
    check("Differences" in text and "Sensitivity" in text, "a section of the sweep is missing")
    visit("sweep.html")
    check_numbers_of_sweep("sweep", "sweep")


def time_to_open(page):
    """In milliseconds."""
    visit(page)
    return browser.execute_script("return performance.getEntriesByType('navigation')[0].loadEventEnd")


def check_large_sweep():
    """A thousand points: one that is run, and its like with other numbers."""
    side = min(25, points)
    begun = subprocess.Popen([program, "sweep", "runs.toml", "-o", "large", "-q", "--jobs", "1",
                              "--vary", f"periphery.read_noise=0:1:{points // side}", "--vary", f"train.learning_rate=0.01:1:{side}:log",
                              "--set", "train.seeds=[0]"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    first = Path("large/points/000000.h5")
    while not first.exists():
        check(begun.poll() is None, "the sweep ended at once")
        time.sleep(0.02)
    begun.send_signal(signal.SIGINT)
    begun.wait()
    count = side * (points // side)
    random = numpy.random.default_rng(1)
    for point in range(count):
        copy = Path(f"large/points/{point:06}.h5")
        if not copy.exists():
            shutil.copy(first, copy)
        with h5py.File(copy, "r+") as result:
            for arm in result["arms"].values():
                for path in ["test_accuracy", "test_loss", "train_loss", "wall_seconds", "cost/write_pulses", "cost/energy"]:
                    arm[path][...] = random.random(arm[path].shape)
    memtrain("report", "large", "-o", "large.html")
    opened = min(time_to_open("large.html") for _ in range(3))
    size = Path("large.html").stat().st_size
    print(f"{count} points: {size / 1e6:.2f} MB, opens in {opened:.0f} ms")
    check(opened < 2000, f"the page of {count} points opens in {opened:.0f} ms")
    check(size < 10e6, f"the page of {count} points has {size} bytes")
    check(len(rows_of("sweep")) > 1, "nothing is drawn")
    check_drawn("large.html", number_of("sweep"))
    check_quiet("large.html")


def check_device_pages():
    memtrain("response", "reram-sb", "--up", "20", "--down", "20", "--plot", "response.html")
    memtrain("response", "reram-sb", "--up", "20", "--down", "20", "--csv", "response.csv")
    check_page("response.html")
    visit("response.html")
    with open("response.csv") as file:
        wanted = list(csv.DictReader(file))
    rows = [row for row in rows_of("response") if row[0] == "mean"]
    check(len(rows) == 41, f"the response has {len(rows)} points")
    for row, point in zip(rows, wanted):
        check(abs(float(row[2]) - float(point["mean"])) < 1e-8, f"response: {row} is not {point}")
    memtrain("response", "epiram", "--set", "sigma_c2c=0", "--count", "1", "--up", "64", "--down", "64", "--start=-1",
             "--csv", "device.csv")
    memtrain("fit", "device.csv", "--model", "nonlinear_ltp_ltd", "--plot", "fit.html")
    check_page("fit.html")


def check_bad_input():
    Path("no.h5").write_text("no HDF5")
    memtrain("report", "no.h5", code=3, message="no.h5: not an HDF5 file")
    memtrain("report", "absent.h5", code=3, message="absent.h5")
    memtrain("report", "sweep/sweep.h5", code=3, message="memtrain-sweep/1")
    memtrain("report", "downloads", code=2, message="downloads: is no sweep")
    memtrain("report", code=2, message="FILE... is missing")
    before = Path("run.h5").read_bytes()
    memtrain("report", "run.h5", "-o", "run.h5", code=2, message="run.h5: is there and is no page")
    check(Path("run.h5").read_bytes() == before, "a result was replaced by its page")
    memtrain("report", "run.h5", "-o", "nowhere/run.html", code=4, message="nowhere")
    check(not Path("no.html").exists(), "a page of nothing was written")


try:
    check_run()
    check_long_and_several()
    check_interrupted()
    check_sweep()
    check_large_sweep()
    check_device_pages()
    check_bad_input()
finally:
    browser.quit()
print("pages: all checks passed")
