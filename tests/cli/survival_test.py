#!/usr/bin/python3
"""What a run and a sweep must survive: being killed at any instant, full disks, damaged files, company.

Usage: survival_test.py PROGRAM [KILLS]
Afterwards datasets must be the same, bit for bit, as those of an undisturbed run; wall times aside.
"""
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import h5py
import xarray

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
import black_box
from black_box import check, check_same, children_of, memtrain, program, same_sweep

kills = int(sys.argv[2]) if len(sys.argv) > 2 else 50
chance = random.Random(7)

RUN = """
[data]
name = "patterns"
shape = [1, 16, 1]
classes = 4
train_samples = 600
test_samples = 60
[network]
layers = [ { units = 24 }, { units = 4, activation = "softmax" } ]
[train]
epochs = 8
batch = 4
learning_rate = 0.05
seeds = [1, 2]
[record]
alignment_batches = 1
checkpoint_minutes = 0.0003
[device]
model = "soft_bounds"
write_noise_std = 0.3
[[arm]]
name = "ftp"
rule = "ftp"
[[arm]]
name = "bp"
rule = "bp"
array.kind = "transfer"
"""
SWEEP = RUN.replace("seeds = [1, 2]", "seeds = [1]").replace("epochs = 8", "epochs = 4")
MEASURED = RUN.replace('model = "soft_bounds"\nwrite_noise_std = 0.3', 'model = "measured"\nfile = "steps.csv"').replace(
    'array.kind = "transfer"\n', "")
STEPS = """direction,conductance,mean,std
up,0,0.02,0.01
up,1,0.01,0.01
down,0,-0.01,0.01
down,1,-0.02,0.01
"""
SERIES = """
[data]
name = "csv"
file = "series.csv"
window = 4
horizon = 2
[network]
layers = [ { type = "flatten" }, { units = 2, activation = "linear" } ]
[train]
loss = "squared_error"
epochs = 2
batch = 8
[array]
kind = "exact"
[[arm]]
name = "bp"
rule = "bp"
"""
AXES = ["--vary", "train.seeds=1,2,3", "--vary", "device.dw_min=0.001,0.01"]


def check_readable(path):
    """A result file is whole whenever it is there."""
    if os.path.exists(path):
        memtrain("summary", path)


def begin(*arguments):
    return subprocess.Popen([program, *map(str, arguments)], stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL)


def kill_after(process, seconds):
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def test_run_killed_at_random_instants(folder):
    Path("run.toml").write_text(RUN)
    began = time.monotonic()
    memtrain("run", "run.toml", "-o", "whole.h5", "--quiet")
    whole = time.monotonic() - began
    interrupted = 0
    for kill in range(kills):
        # every other one twice in a row
        for _ in range(1 + kill % 2):
            kill_after(begin("run", "run.toml", "-o", "killed.h5", "--resume", "--quiet", "--jobs", 1 + kill % 3),
                       chance.uniform(0, whole))
            check_readable("killed.h5")
        interrupted += os.path.exists("killed.h5.ckpt")
        memtrain("run", "run.toml", "-o", "killed.h5", "--resume", "--quiet")
        check_same("killed.h5", "whole.h5")
        left = sorted(name for name in os.listdir(".") if name.startswith("killed.h5"))
        check(left == ["killed.h5"], f"left behind: {left}")
        os.remove("killed.h5")
    check(interrupted > kills / 10, f"only {interrupted} of {kills} kills met a run with a checkpoint")


def test_interrupted_run_goes_on(folder):
    Path("run.toml").write_text(RUN)
    memtrain("run", "run.toml", "-o", "whole.h5", "--quiet")
    process = begin("run", "run.toml", "-o", "stopped.h5", "--quiet", "--jobs", 1)
    while not os.path.exists("stopped.h5.ckpt"):
        time.sleep(0.005)
    process.send_signal(signal.SIGINT)
    check(process.wait(30) == 130, "Ctrl-C does not end in 130")
    memtrain("run", "run.toml", "-o", "stopped.h5", code=2, message="go on with --resume")
    memtrain("run", "run.toml", "-o", "stopped.h5", "--resume", "--force", code=2, message="choose one")
    memtrain("run", "run.toml", "-o", "stopped.h5", "--resume", "--set", "train.epochs=9", code=2,
             message="train.epochs = 8 there, train.epochs = 9 here")
    memtrain("run", "run.toml", "-o", "stopped.h5", "--resume", "--quiet")
    check_same("stopped.h5", "whole.h5")
    # once more: there is nothing left to do
    memtrain("run", "run.toml", "-o", "stopped.h5", "--resume")


def test_two_runs_of_one_file(folder):
    Path("run.toml").write_text(RUN)
    process = begin("run", "run.toml", "-o", "x.h5", "--quiet")
    while not os.path.exists("x.h5.ckpt"):
        time.sleep(0.005)
    process.send_signal(signal.SIGSTOP)
    memtrain("run", "run.toml", "-o", "x.h5", "--resume", code=2, message="another process is working on it")
    memtrain("run", "run.toml", "-o", "x.h5", "--force", code=2, message="another process is working on it")
    process.send_signal(signal.SIGCONT)
    check(process.wait(60) == 0, "the first run is disturbed by the second")


def test_damaged_checkpoint(folder):
    Path("run.toml").write_text(RUN)
    process = begin("run", "run.toml", "-o", "x.h5", "--quiet", "--jobs", 1)
    while not os.path.exists("x.h5.ckpt"):
        time.sleep(0.005)
    kill_after(process, 0)
    whole = Path("x.h5.ckpt").read_bytes()
    for damaged in (whole[:-1], whole[: len(whole) // 2], b"", whole[:99] + b"X" + whole[100:]):
        Path("x.h5.ckpt").write_bytes(damaged)
        memtrain("run", "run.toml", "-o", "x.h5", "--resume", code=3, message="x.h5.ckpt: ")
    memtrain("run", "run.toml", "-o", "x.h5", "--force", "--quiet")


def in_small_disk(script):
    """Runs a shell script in a folder of its own that is a disk of 1 MB; None: not allowed here."""
    inner = f"mount -t tmpfs -o size=1m none disk && cd disk && {script}"
    os.makedirs("disk", exist_ok=True)
    probe = subprocess.run(["unshare", "-Urm", "sh", "-c", "mount -t tmpfs none disk"], capture_output=True)
    if probe.returncode != 0:
        print("left out: no disk can be mounted here")
        return None
    return subprocess.run(["unshare", "-Urm", "sh", "-c", inner], capture_output=True, text=True)


def test_full_disk(folder):
    Path("run.toml").write_text(RUN)
    Path("sweep.toml").write_text(SWEEP)
    memtrain("run", "run.toml", "-o", "whole.h5", "--quiet")
    done = in_small_disk(
        f"head -c 800k /dev/zero > ballast; {program} run ../run.toml -o x.h5 --quiet; echo first $?; ls; rm ballast; "
        f"{program} run ../run.toml -o x.h5 --resume --quiet > /dev/null; echo second $?; cp x.h5 ../after.h5; ls")
    if done is None:
        return
    check("first 4" in done.stdout and "No space left on device" in done.stderr, f"full disk: {done}")
    check("second 0" in done.stdout and "-part" not in done.stdout, f"after the disk was full: {done}")
    check_same("after.h5", "whole.h5")
    done = in_small_disk(
        f"head -c 700k /dev/zero > ballast; {program} sweep ../sweep.toml -o s {' '.join(AXES)} --quiet; echo first $?; ls s/points; find s -name '*-part*'")
    check("first 4" in done.stdout and "-part" not in done.stdout, f"full disk under a sweep: {done}")
    check("go on with --resume" in done.stderr, f"full disk under a sweep: {done}")


def test_read_only_folder(folder):
    Path("run.toml").write_text(RUN)
    os.makedirs("disk", exist_ok=True)
    script = (f"mount -t tmpfs none disk && mount -o remount,ro disk && {program} run run.toml -o disk/x.h5; "
              f"echo run $?; {program} sweep run.toml -o disk/s; echo sweep $?")
    done = subprocess.run(["unshare", "-Urm", "sh", "-c", script], capture_output=True, text=True)
    if "run" not in done.stdout:
        print("left out: no disk can be mounted here")
        return
    check("run 4" in done.stdout and "sweep 4" in done.stdout, f"read-only folder: {done}")
    check(done.stderr.count("memtrain: ") == 2, f"read-only folder: {done}")


def test_sweep_killed_and_its_workers(folder):
    Path("sweep.toml").write_text(SWEEP)
    began = time.monotonic()
    memtrain("sweep", "sweep.toml", "-o", "whole", *AXES, "--quiet")
    whole = time.monotonic() - began
    for kill in range(max(2, kills // 5)):
        process = begin("sweep", "sweep.toml", "-o", "killed", *AXES, "--quiet", "--jobs", 1 + kill % 3)
        time.sleep(chance.uniform(0, whole / 2))
        for worker in children_of(process.pid)[:1]:  # one of them is killed: it is tried again
            try:
                os.kill(worker, signal.SIGKILL)
            except ProcessLookupError:
                pass
        kill_after(process, chance.uniform(0, whole / 2))
        done = {name: os.stat(f"killed/points/{name}").st_mtime_ns
                for name in (os.listdir("killed/points") if os.path.exists("killed/points") else [])}
        while os.path.exists("killed/plan.toml") and "another process" in subprocess.run(
                [program, "sweep", "killed", "--resume", "--quiet"], capture_output=True, text=True).stderr:
            time.sleep(0.05)  # the workers of the dead sweep write their checkpoints
        if os.path.exists("killed/plan.toml"):
            same_sweep("killed", "whole")
            for name, when in done.items():
                check(os.stat(f"killed/points/{name}").st_mtime_ns == when, f"{name} was done again")
        shutil.rmtree("killed", ignore_errors=True)


def test_interrupted_sweep_goes_on(folder):
    Path("sweep.toml").write_text(SWEEP)
    memtrain("sweep", "sweep.toml", "-o", "whole", *AXES, "--quiet")
    process = begin("sweep", "sweep.toml", "-o", "stopped", *AXES, "--quiet")
    while not os.path.exists("stopped/work") or not os.listdir("stopped/work"):
        time.sleep(0.005)
    memtrain("sweep", "stopped", "--resume", code=2, message="another process is working on this sweep")
    process.send_signal(signal.SIGINT)
    check(process.wait(60) == 130, "Ctrl-C does not end a sweep in 130")
    out, _ = memtrain("sweep", "stopped", "--status")
    check("running            0" in out, f"still at work: {out}")
    memtrain("sweep", "sweep.toml", "-o", "stopped", *AXES, code=2, message="is a sweep already")
    memtrain("sweep", "sweep.toml", "-o", "stopped", "--vary", "train.seeds=1,2", "--resume", code=2,
             message="is the plan of another sweep")
    memtrain("sweep", "sweep.toml", "-o", "stopped", *AXES, "--resume", "--quiet")
    same_sweep("stopped", "whole")


def test_damaged_points_are_run_again(folder):
    Path("sweep.toml").write_text(SWEEP)
    memtrain("sweep", "sweep.toml", "-o", "whole", *AXES, "--quiet")
    shutil.copytree("whole", "damaged")
    os.truncate("damaged/points/000001.h5", 5000)
    with open("damaged/points/000002.h5", "r+b") as file:
        file.seek(7000)
        byte = file.read(1)
        file.seek(7000)
        file.write(bytes([byte[0] ^ 1]))
    os.remove("damaged/points/000003.h5")
    os.remove("damaged/sweep.h5")
    out, _ = memtrain("sweep", "damaged", "--status")
    check("done               3" in out and "unreadable         2" in out, f"damaged points count as done: {out}")
    told = ("points/000001.h5: damaged result file (", "points/000002.h5: damaged result file (its checksum does not match)",
            "damaged --resume` runs it again")
    check(all(each in out for each in told), f"--status does not tell what is damaged: {out}")
    for command in (["summary", "damaged"], ["summary", "damaged", "--format", "markdown"], ["sweep", "damaged", "--merge"],
                    ["report", "damaged"], ["export", "damaged", "--csv", "tables"]):
        out, err = memtrain(*command)
        check(all(each in err for each in told) and err.count("runs it again") == 2, f"{command} does not tell damage: {err}")
    out, _ = memtrain("sweep", "damaged", "--merge")
    check("3 of 6 points have a result" in out, f"damaged points count as results: {out}")
    table = xarray.open_dataset("damaged/sweep.h5", engine="h5netcdf").to_dataframe()
    check(list(table["arm"]) == ["ftp", "bp", "", "", "", "ftp", "bp", "ftp", "bp"], f"arms: {table['arm']}")
    check(list(table["status"][2:5]) == ["damaged", "damaged", "waiting"], f"status: {table['status']}")
    check(list(table["device.dw_min"][:3]) == [0.001, 0.001, 0.01], f"axis: {table['device.dw_min']}")
    check(table[table.arm == "bp"].final_test_accuracy.notna().all(), "accuracies are missing")
    out, err = memtrain("sweep", "damaged", "--resume")
    check("6 of 6 points have a result" in out and "runs it again" not in err, f"damage is left: {err}")
    check(err.count("it is run again") == 2, f"damage is not told: {err}")
    same_sweep("damaged", "whole")


def test_results_of_another_version_are_not_deleted(folder):
    Path("sweep.toml").write_text(SWEEP)
    memtrain("sweep", "sweep.toml", "-o", "s", "--vary", "train.seeds=1,2", "--quiet")
    with h5py.File("s/points/000001.h5", "a") as file:
        file.attrs["schema"] = "memtrain/99"
    memtrain("sweep", "s", "--resume", code=3, message="schema 'memtrain/99' is not 'memtrain/1'")
    with h5py.File("s/points/000001.h5") as file:
        check(file.attrs["schema"] == "memtrain/99", "the result was replaced")


def test_a_sweep_does_not_go_on_with_another_device(folder):
    """A device file that was fitted anew, say, while the sweep stood still."""
    Path("mine.toml").write_text('model = "soft_bounds"\nw_max = 0.6\n')
    Path("sweep.toml").write_text(SWEEP)
    arguments = ("sweep.toml", "-o", "s", "--set", "device.preset=mine.toml", "--vary", "train.seeds=1,2", "--quiet")
    memtrain("sweep", *arguments)
    os.remove("s/points/000001.h5")
    Path("mine.toml").write_text('model = "soft_bounds"\nw_max = 0.5\n')
    memtrain("sweep", "s", "--resume", code=3, message="device.w_max = 0.6 there, device.w_max = 0.5 here")
    check(not os.path.exists("s/points/000001.h5"), "a point was run with the other device")
    Path("mine.toml").write_text('model = "soft_bounds"\nw_max = 0.6\n')
    memtrain("sweep", "s", "--resume", "--quiet")
    # a folder that happens to be called as a scenario is none of a sweep
    os.makedirs("read-noise")
    memtrain("sweep", "read-noise", "--vary", "train.seeds=1,x", "--dry-run", code=2, message="--vary train.seeds=1,x: ")


def test_a_sweep_is_read_from_any_folder(folder):
    """The files that its plan names are those of where it was begun."""
    os.makedirs("begun")
    os.makedirs("elsewhere")
    Path("begun/mine.toml").write_text('model = "soft_bounds"\nw_max = 0.6\n')
    Path("elsewhere/mine.toml").write_text('model = "soft_bounds"\nw_max = 0.5\n')
    Path("begun/other.toml").write_text('model = "soft_bounds"\nw_max = 0.7\n')
    Path("begun/sweep.toml").write_text(SWEEP)
    os.chdir("begun")
    memtrain("sweep", "sweep.toml", "-o", "../s", "--vary", "device.preset=mine.toml,other.toml", "--quiet")
    os.chdir("../elsewhere")
    readers = (["summary", "../s"], ["report", "../s"], ["export", "../s", "--csv", "tables"])
    for command in readers:
        _, err = memtrain(*command)
        check("is not of this sweep" not in err, f"{command} takes the device of another folder: {err}")
    # one that has changed where the sweep was begun is seen from here, whatever lies here
    shutil.rmtree("tables")
    Path("../begun/mine.toml").write_text('model = "soft_bounds"\nw_max = 0.5\n')
    Path("mine.toml").write_text('model = "soft_bounds"\nw_max = 0.6\n')
    for command in readers:
        _, err = memtrain(*command)
        check(err.count("device.w_max = 0.6 there, device.w_max = 0.5 here") == 1, f"{command} does not see another device: {err}")
    # nothing is known against results where that folder is gone
    shutil.rmtree("../begun")
    _, err = memtrain("summary", "../s")
    check("is not of this sweep" not in err, f"a folder that is gone speaks against results: {err}")


def test_a_sweep_does_not_go_on_with_other_data(folder):
    """A series in which a value was put right, say, while the sweep stood still."""
    rows = [f"{row % 7},{row * 3 % 10}" for row in range(60)]
    Path("series.csv").write_text("\n".join(["load,heat", *rows]) + "\n")
    Path("sweep.toml").write_text(SERIES)
    memtrain("sweep", "sweep.toml", "-o", "whole", "--vary", "train.seeds=1,2", "--quiet")
    with h5py.File("whole/points/000000.h5") as file:
        check(" adler32 " in file.attrs["data"], f"a result does not tell its data: {file.attrs['data']}")
    shutil.copytree("whole", "s")
    os.remove("s/points/000001.h5")
    Path("series.csv").write_text("\n".join(["load,heat", *rows[:9], "3,3", *rows[10:]]) + "\n")
    memtrain("sweep", "s", "--resume", "--quiet", code=3,
             message="s/points/000000.h5: is not of this sweep: it was made with other data: ")
    check(os.listdir("s/points") == ["000000.h5"] and os.listdir("s/work") == [], "a point was run with other data")
    # who only looks loads no data
    os.remove("series.csv")
    for command in (["summary", "s"], ["report", "s"], ["sweep", "s", "--status"]):
        memtrain(*command)
    Path("series.csv").write_text("\n".join(["load,heat", *rows]) + "\n")
    memtrain("sweep", "s", "--resume", "--quiet")
    same_sweep("s", "whole")


def test_a_table_of_steps_that_has_changed_is_noticed(folder):
    """The file of a measured device, which complete scenarios name."""
    Path("steps.csv").write_text(STEPS)
    Path("run.toml").write_text(MEASURED)
    memtrain("run", "run.toml", "-o", "whole.h5", "--quiet")
    process = begin("run", "run.toml", "-o", "x.h5", "--quiet", "--jobs", 1)
    while not os.path.exists("x.h5.ckpt"):
        time.sleep(0.005)
    process.send_signal(signal.SIGINT)
    check(process.wait(60) == 130, "Ctrl-C does not end in 130")
    memtrain("sweep", "run.toml", "-o", "s", "--vary", "train.seeds=1,2", "--set", "train.epochs=1", "--quiet")
    os.remove("s/points/000001.h5")
    Path("steps.csv").write_text(STEPS.replace("0.02", "0.03"))
    told = 'device.file = "steps.csv"  # crc32 '
    memtrain("run", "run.toml", "-o", "x.h5", "--resume", code=2, message=told)
    memtrain("sweep", "s", "--resume", "--quiet", code=3, message=told)
    check(not os.path.exists("s/points/000001.h5"), "a point was run with other steps")
    _, err = memtrain("summary", "s")
    check(told in err, f"summary does not see that steps have changed: {err}")
    Path("steps.csv").write_text(STEPS)
    memtrain("run", "run.toml", "-o", "x.h5", "--resume", "--quiet")
    check_same("x.h5", "whole.h5")
    memtrain("sweep", "s", "--resume", "--quiet")


def test_all_processes_are_told_to_end(folder):
    """As a service manager does it: the leader and its workers, all at once."""
    Path("sweep.toml").write_text(SWEEP.replace("epochs = 4", "epochs = 40"))
    process = begin("sweep", "sweep.toml", "-o", "s", *AXES, "--quiet", "--jobs", 2)
    while not list(Path("s/work").glob("*.ckpt")) if os.path.exists("s/work") else True:
        time.sleep(0.005)
    for number in [process.pid, *children_of(process.pid)]:
        os.kill(number, signal.SIGTERM)
    check(process.wait(60) == 130, "SIGTERM does not end a sweep in 130")
    check(list(Path("s/work").glob("*.ckpt")) != [], "the checkpoints are lost")
    check([*Path("s").rglob("*.lock")] == [Path("s/sweep.lock")], "locks are left behind")


def test_odd_surroundings(folder):
    Path("sweep.toml").write_text(SWEEP)
    # children that nobody waits for, as some launchers have it
    done = subprocess.run([program, "sweep", "sweep.toml", "-o", "orphans", *AXES, "--quiet"], capture_output=True,
                          timeout=60, preexec_fn=lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN))
    check(done.returncode == 0, "a sweep does not end where SIGCHLD is ignored")
    # a sweep that was killed before its plan was written
    for name in ("points", "work", "failed"):
        os.makedirs(f"young/{name}")
    Path("young/sweep.lock").touch()
    memtrain("sweep", "sweep.toml", "-o", "young", *AXES, "--quiet")
    same_sweep("young", "orphans")
    memtrain("sweep", "sweep.toml", "-o", "young", *AXES, "--data-dir", ".", "--resume", code=2,
             message="--data-dir: none there")
    memtrain("sweep", "sweep.toml", "-o", "absent", "--status", code=2, message="is no sweep")
    check(not os.path.exists("absent"), "--status makes a sweep")
    memtrain("run", "sweep.toml", "-o", "x" * 300, code=4, message="File name too long")
    os.symlink("loop", "loop")
    memtrain("run", "sweep.toml", "-o", "loop/x.h5", code=4, message="loop/x.h5: ")
    os.makedirs("x.h5.ckpt/full")
    memtrain("run", "sweep.toml", "-o", "x.h5", "--force", code=4, message="x.h5.ckpt: ")


def test_sweep_in_parts(folder):
    """As any job system can do it."""
    Path("sweep.toml").write_text(SWEEP)
    memtrain("sweep", "sweep.toml", "-o", "whole", *AXES, "--quiet")
    shutil.copytree("whole", "parts")
    for name in os.listdir("parts/points"):
        os.remove(f"parts/points/{name}")
    together = [begin("sweep", "parts", "--points", points, "--quiet") for points in ("0-2", "2-3", "4", "0-5")]
    for process in together:
        check(process.wait(60) == 0, "a part of a sweep fails")
    memtrain("sweep", "parts", "--merge")
    same_sweep("parts", "whole")
    memtrain("sweep", "parts", "--points", "6", code=2, message="'6' is not FIRST-LAST in [0, 5]")


for name, test in list(globals().items()):
    if not name.startswith("test_"):
        continue
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        began = time.monotonic()
        test(folder)
        os.chdir("/")
        print(f"{name[5:].replace('_', ' ')}: {time.monotonic() - began:.1f} s")
print(f"{black_box.checks} checks, all well")
