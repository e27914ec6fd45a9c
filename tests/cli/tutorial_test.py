#!/usr/bin/python3
"""Does what scenarios/TUTORIAL.md says, as it stands there, but with few samples.

Usage: tutorial_test.py MEMTRAIN TUTORIAL.md
"""
import atexit
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from black_box import check, program

text = Path(sys.argv[2]).read_text()
work = Path(tempfile.mkdtemp(prefix="memtrain-tutorial-"))
atexit.register(shutil.rmtree, work, ignore_errors=True)
os.chdir(work)
os.environ["PATH"] = f"{os.path.dirname(program)}:{os.environ['PATH']}"

FEWER = {"train_limit = 12000": "train_limit = 800\ntest_limit = 300", "validation = 2000": "validation = 100"}
blocks = re.findall(r"^```(\w+)\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
check([kind for kind, _ in blocks].count("toml") == 2, "the tutorial has other files than this test knows")
files = iter(["study.toml", "mine.toml"])
for kind, block in blocks:
    if kind == "toml":
        name = next(files)
        for many, few in FEWER.items():
            check(name != "study.toml" or many in block, f"study.toml has no '{many}'")
            block = block.replace(many, few)
        with open(name, "a") as file:
            file.write(block)
        continue
    interpreter = ["bash", "-euo", "pipefail", "-c"] if kind == "sh" else ["/usr/bin/python3", "-c"]
    done = subprocess.run([*interpreter, block], capture_output=True, text=True)
    check(done.returncode == 0, f"{block}\nends with {done.returncode}: {done.stderr}")
    check(done.stdout.strip() or re.search("> |--csv", block), f"{block}\nsays nothing")

cost = subprocess.run(["memtrain", "cost", "study.toml", "--batches", "2", "--set", "digital.preset=fp16-45nm",
                       "--set", "digital.clock=1e9"], capture_output=True, text=True).stdout
check("not all of energy" not in cost, f"energy is not known:\n{cost}")
check((work / "mine.html").stat().st_size > 100_000, "there is no report")
check('model = "nonlinear_ltp_ltd"' in (work / "mine.toml").read_text(), "another model was fitted")
print("the tutorial works")
