#!/usr/bin/python3
"""Reads results as users do: summary, export, compare and report on the command line, and the notebook lines of the pages.

Usage: results_test.py MEMTRAIN ROOT
"""
import atexit
import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import h5py
import numpy

from black_box import TINY_TASK, check, memtrain

ROOT = Path(sys.argv[2])
work = Path(tempfile.mkdtemp(prefix="memtrain-results-"))
atexit.register(shutil.rmtree, work, ignore_errors=True)
os.chdir(work)
Path("small.toml").write_text("""# Who learns "patterns"?
title = "small"
""" + TINY_TASK + """[train]
epochs = 2
batch = 6
seeds = [0, 5, 7]
[device]
model = "soft_bounds"
[[arm]]
name = "ftp-exact"
rule = "ftp"
array.kind = "exact"
[[arm]]
name = "bp-exact"
rule = "bp"
array.kind = "exact"
[[arm]]
name = "crossbar"
rule = "bp"
""")


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text)))


def check_summaries():
    single = rows_of(memtrain("summary", "a.h5", "--format", "csv")[0])
    both = rows_of(memtrain("summary", "a.h5", "b.h5", "--format", "csv")[0])
    check([row for row in both if row["file"] == "a.h5"] == [{"file": "a.h5", **row} for row in single], "CSV of two files")
    found = json.loads(memtrain("summary", "a.h5", "b.h5", "--format", "json")[0])
    check(list(found) == ["a.h5", "b.h5"], "JSON of two files")
    with h5py.File("b.h5") as result:
        values = result["arms/ftp-exact/test_accuracy"][:, -1]
        check(found["b.h5"]["arms"]["ftp-exact"]["test_accuracy"]["values"] == values.tolist(), "values of JSON")
    text = memtrain("summary", "a.h5", "sweep")[0]
    check("a.h5\n\nsmall (complete, 3 seeds)" in text and "6 of 6 points have a result" in text, f"tables of two: {text}")
    rows = rows_of(memtrain("summary", "sweep", "--format", "csv")[0])
    with h5py.File("sweep/sweep.h5") as table:
        arm, batch = table["arm"].asstr()[:], table["train.batch"][:]
        for row in rows:
            if row["arm"] == "" or row["minus"]:
                continue
            chosen = table[row["metric"]][:][(arm == row["arm"]) & (batch == float(row["train.batch"]))]
            check(abs(float(row["mean"]) - chosen.mean()) <= 1e-12 * abs(chosen.mean()), f"{row} is not of {chosen}")
    check(any(row["minus"] for row in rows), "a sweep's CSV has no differences")


def check_export():
    memtrain("export", "a.h5", "--csv", "tables", "--weights")
    with h5py.File("a.h5") as result:
        for row in rows_of(Path("tables/epochs.csv").read_text()):
            arm = result["arms"][row["arm"]]
            at = (result["seed"][:].tolist().index(int(row["seed"])), int(row["epoch"]))
            for name, value in row.items():
                path = next((each for each in (name, f"cost/{name}") if each in arm), None)
                if path is None:
                    check(name in ("arm", "seed", "epoch"), f"column {name} is of no dataset")
                else:
                    wanted = arm[path][at]
                    check(value == "" if numpy.isnan(wanted) else float(value) == wanted, f"{row['arm']} {name}: {value}")
        weights = rows_of(Path("tables/weights.csv").read_text())
        check(len(weights) == 3 * 3 * (6 * 8 + 3 * 6), f"{len(weights)} weights")
        for row in weights[::7]:
            seed = result["seed"][:].tolist().index(int(row["seed"]))
            wanted = result[f"arms/{row['arm']}/weights/{row['layer']}"][seed, int(row["output"]), int(row["input"])]
            check(numpy.float32(row["weight"]) == wanted, f"{row} is not {wanted}")
    memtrain("export", "a.h5", "--csv", "tables", code=2, message="tables: exists already")
    memtrain("export", "sweep", "--csv", "sweep-tables")
    names = {file.name for file in Path("sweep-tables").iterdir()}
    check(names == {"points.csv", "summary.csv", "columns.csv", "plan.toml"}, f"a sweep is exported as {names}")
    check(len(rows_of(Path("sweep-tables/points.csv").read_text())) == 6 * 3, "points of a sweep")
    memtrain("export", "a.h5", code=2, message="csv is missing")
    memtrain("export", "none.h5", "--csv", "none", code=3, message="none.h5")
    memtrain("export", "a.h5", "--csv", "no/such/folder", code=4, message="no/such/folder")
    check(not Path("none").exists(), "an export of nothing left something")


def check_comparison():
    text = memtrain("compare", "a.h5", "b.h5")[0]
    for wanted in ["device.dw_min", "crossbar", "significant", "in both: 2 seeds"]:
        check(wanted in text, f"compare does not tell {wanted}: {text}")
    found = json.loads(memtrain("compare", "a.h5", "b.h5", "--format", "json")[0])
    with h5py.File("a.h5") as a, h5py.File("b.h5") as b:
        of_a, of_b = (each["arms/crossbar/test_accuracy"][:, -1] for each in (a, b))
        change = numpy.mean([of_b[0] - of_a[1], of_b[1] - of_a[2]])  # seeds 5 and 7 are in both
    crossbar = next(arm for arm in found["arms"] if arm["a"] == "crossbar")
    check(abs(crossbar["metrics"]["test_accuracy"]["difference"]["mean"] - change) < 1e-12, "compare pairs other seeds")
    check("every number is the same" in memtrain("compare", "a.h5", "a.h5")[0], "a run differs from itself")
    memtrain("run", "small.toml", "-o", "other.h5", "-q", "--set", "arm.crossbar.rule=ftp", "--set", "train.epochs=1")
    memtrain("compare", "a.h5", "other.h5", "--arm", "bp-exact=nobody", code=2, message="nobody")
    memtrain("compare", "a.h5", code=2, message="B is missing")
    memtrain("compare", "a.h5", "sweep/sweep.h5", code=3, message="memtrain-sweep/1")
    Path("renamed.toml").write_text(re.sub(r'name = "(ftp-exact|bp-exact|crossbar)"', r'name = "my-\1"', Path("small.toml").read_text()))
    memtrain("run", "renamed.toml", "-o", "renamed.h5", "-q", "--set", "train.epochs=1")
    memtrain("compare", "a.h5", "renamed.h5", code=2, message="no arm is in both")
    text = memtrain("compare", "a.h5", "renamed.h5", "--arm", "crossbar=my-crossbar")[0]
    check("my-crossbar" in text and "train.epochs" in text, f"compare of renamed arms: {text}")


def check_bad_input():
    for command in (["report"], ["summary"], ["export", "--csv", "out"]):
        Path("damaged.h5").write_bytes(Path("a.h5").read_bytes()[:5000])
        memtrain(*command, "damaged.h5", code=3, message="damaged.h5")
        memtrain(*command, "small.toml", code=3, message="small.toml: not an HDF5 file")
        memtrain(*command, "sweep/sweep.h5", code=3, message="memtrain-sweep/1")
        Path("empty").mkdir(exist_ok=True)
        memtrain(*command, "empty", code=2, message="empty: is no sweep (there is no plan.toml)")
    check(not Path("damaged.html").exists() and not Path("out").exists(), "something was written of damaged files")


def section_of(page, title):
    return re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", (ROOT / page).read_text(), re.DOTALL | re.MULTILINE)[1]


def check_notebooks():
    """The lines of README and guide run as they stand there; MATLAB is not here, but what it reads is."""
    section = section_of("README.md", "Read the result") + section_of("scenarios/GUIDE.md", "Results")
    Path("build").mkdir()
    shutil.copy("a.h5", "build/quickstart.h5")
    blocks = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    check(len(blocks) == 3, f"the pages have {len(blocks)} blocks for notebooks")
    for block in blocks:
        done = subprocess.run(["/usr/bin/python3", "-c", block], capture_output=True, text=True)
        check(done.returncode == 0, f"a notebook's lines fail:\n{block}\n{done.stderr}")
        check(done.stdout.strip() != "", f"a notebook's lines print nothing:\n{block}")
    lines = "".join(re.findall(r"```matlab\n(.*?)```", section, re.DOTALL))
    reads = re.findall(r"h5read\('([^']+)', '([^']+)'\)", lines)
    attributes = re.findall(r"h5readatt\('([^']+)', '([^']+)', '([^']+)'\)", lines)
    check(len(reads) == 3 and len(attributes) == 1, f"MATLAB's lines: {lines}")
    for file, path in reads:
        with h5py.File(file) as result:
            check(path in result, f"MATLAB reads {path}, which is not there")
    for file, path, name in attributes:
        with h5py.File(file) as result:
            check(name in result[path].attrs, f"MATLAB reads {name} of {path}, which is not there")


memtrain("run", "small.toml", "-o", "a.h5", "-q")
memtrain("run", "small.toml", "-o", "b.h5", "-q", "--set", "train.seeds=[5, 7, 9]", "--set", "device.dw_min=0.1")
memtrain("sweep", "small.toml", "-o", "sweep", "-q", "--vary", "train.batch=4,6", "--vary", "train.seeds=[0],[1],[2]",
         "--set", "train.epochs=1")
check_summaries()
check_export()
check_comparison()
check_bad_input()
check_notebooks()
print("results: all checks passed")
