"""Drives the built program from Python, and compares what it wrote bit for bit, wall times aside."""
import os
import subprocess
import sys
from pathlib import Path

import h5py
import numpy

program = os.path.realpath(sys.argv[1])
checks = 0


def check(condition, what):
    global checks
    checks += 1
    if not condition:
        print("FAILED:", what)
        sys.exit(1)


def memtrain(*arguments, code=0, message=""):
    """Runs to the end; returns (stdout, stderr)."""
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True)
    check(done.returncode == code,
          f"{arguments}: exit code {done.returncode} instead of {code}: {done.stderr}")
    if code != 0:
        lines = [line for line in done.stderr.splitlines() if line.startswith("memtrain: ")]
        check(len(lines) == 1 and message in lines[0], f"{arguments}: '{message}' is not in {done.stderr}")
    return done.stdout, done.stderr


def datasets(path):
    found = {}
    with h5py.File(path) as file:
        file.visititems(lambda name, item: found.__setitem__(name, item[()])
                        if isinstance(item, h5py.Dataset) and "wall_seconds" not in name else None)
    return found


def check_same(path, other):
    ours, theirs = datasets(path), datasets(other)
    check(ours.keys() == theirs.keys(), f"{path} and {other} have other datasets")
    for name, values in ours.items():
        a, b = numpy.asarray(values), numpy.asarray(theirs[name])
        same = a.tolist() == b.tolist() if a.dtype == object else a.tobytes() == b.tobytes()
        check(same, f"{name} of {path} differs from that of {other}")


def same_sweep(folder, other):
    names = sorted(os.listdir(f"{other}/points"))
    check(sorted(os.listdir(f"{folder}/points")) == names, f"{folder} has not all points")
    for name in names:
        check_same(f"{folder}/points/{name}", f"{other}/points/{name}")
    check_same(f"{folder}/sweep.h5", f"{other}/sweep.h5")
    check(os.listdir(f"{folder}/work") == [], f"left behind: {os.listdir(f'{folder}/work')}")
    left = [str(path) for path in Path(folder).rglob("*-part*")]
    check(left == [], f"left behind: {left}")


def children_of(number):
    """The processes that a process has begun."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = stat.read_text().rpartition(")")[2].split()[1]
        except OSError:
            continue  # it has ended meanwhile
        if int(parent) == number:
            found.append(int(stat.parent.name))
    return found


# What a run of a moment needs between its title and its arms: a generated task and a small network.
TINY_TASK = """
[data]
name = "patterns"
shape = [1, 8, 1]
classes = 3
train_samples = 60
test_samples = 30
[network]
layers = [ { units = 6, activation = "tanh" }, { units = 3, activation = "softmax" } ]
"""
