#!/usr/bin/python3
"""A sweep on a Slurm cluster of two nodes ends complete, whatever happens to its tasks and nodes.

Usage: slurm_test.py PROGRAM LOCAL_SLURM
Exit code 77: there is no Slurm here.
"""
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
import black_box
from black_box import check, children_of, memtrain, program, same_sweep

local_slurm = os.path.realpath(sys.argv[2])
SCENARIO = """
[data]
name = "patterns"
shape = [1, 16, 1]
classes = 4
train_samples = 2000
test_samples = 100
[network]
layers = [ { units = 32 }, { units = 4, activation = "softmax" } ]
[train]
epochs = EPOCHS
batch = 1
learning_rate = 0.02
[record]
alignment_batches = 1
[device]
model = "soft_bounds"
[[arm]]
name = "ftp"
rule = "ftp"
[[arm]]
name = "bp"
rule = "bp"
"""
AXES = ["--vary", "train.seeds=0:3:4", "--vary", "device.dw_min=0.001:0.01:10"]
POINTS = 40
SECONDS = 1.5  # of a point


def slurm(*words):
    return subprocess.run(words, capture_output=True, text=True).stdout


def wait_for(condition, what, seconds=300):
    end = time.monotonic() + seconds
    if os.environ.get("TRACE"): print(time.strftime("%X"), what, flush=True)
    while not condition():
        if time.monotonic() > end:
            print(slurm("squeue", "-r"), slurm("sinfo"))
            check(False, f"{what} did not happen within {seconds} s")
        time.sleep(0.2)


def done(folder):
    return len(list(Path(folder, "points").glob("*.h5")))


def running(node=None):
    """Tasks at work: their numbers, as squeue has them."""
    words = ["squeue", "-h", "-r", "-t", "RUNNING", "-o", "%i", "-n", "memtrain"]
    return slurm(*words, *(["-w", node] if node else [])).split()


def job_of(task):
    return slurm("squeue", "-h", "-j", task, "-o", "%A").strip()


def leader_of(task):
    """The process of the program that leads a task's work."""
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
            environment = (entry / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if (os.fsencode(program) == words[0] and f"SLURM_JOB_ID={job_of(task)}".encode() in environment
                and children_of(int(entry.name))):
            return int(entry.name)
    return None


def test(folder):
    os.chdir(folder)
    # as long as it takes to disturb some of them on this machine
    began = time.monotonic()
    Path("scenario.toml").write_text(SCENARIO.replace("EPOCHS", "10"))
    memtrain("run", "scenario.toml", "-o", "one.h5", "--jobs", "1", "--quiet")
    epochs = max(10, round(10 * SECONDS / (time.monotonic() - began)))
    Path("scenario.toml").write_text(SCENARIO.replace("EPOCHS", str(epochs)))
    memtrain("sweep", "scenario.toml", "-o", "here", *AXES, "--quiet")
    check(done("here") == POINTS, "the local engine has not done all points")

    said, _ = memtrain("sweep", "scenario.toml", "-o", "there", *AXES, "--engine", "slurm", "--partition", "main",
                       "--time", "30", "--mem", "200M", "--array-limit", "6")
    check("submitted: job array" in said and "40 tasks" in said, said)
    array = said.split("job array ")[1].split()[0]
    memtrain("sweep", "there", "--resume", "--engine", "slurm", code=2, message="is still in the queue")
    wait_for(lambda: done("there") >= 3, "the first points are done")
    said, _ = memtrain("sweep", "there", "--status")
    check(f"job {array}" in said and "pending" in said, said)

    # a node is lost with all that runs on it
    wait_for(lambda: running("n1"), "a task is at work on n1")
    subprocess.run([local_slurm, "node", "slurm", "n1", "down"], check=True)
    # a task is killed: it goes on from its checkpoint
    wait_for(lambda: any(map(leader_of, running("n0"))), "a task is at work on n0")
    os.kill(next(filter(None, map(leader_of, running("n0")))), signal.SIGKILL)
    # another is put back into the queue
    wait_for(lambda: running("n0"), "a task is at work on n0")
    slurm("scontrol", "requeue", running("n0")[0])
    # a third meets its time limit: Slurm warns it, and it queues again by itself
    wait_for(lambda: running("n0"), "a task is at work on n0")
    slurm("timeout", "2", "scancel", "--batch", "--signal=USR1", running("n0")[-1])  # it does not see that it worked
    # the node is missed, and comes back
    slurm("scontrol", "update", "NodeName=n1", "State=DOWN", "Reason=lost")
    check(done("there") < POINTS, "the sweep is over before the node is missed")
    subprocess.run([local_slurm, "node", "slurm", "n1", "up"], check=True)
    wait_for(lambda: "n1" not in slurm("sinfo", "-h", "-N", "-t", "down", "-o", "%N"), "the node comes back")
    wait_for(lambda: running("n1"), "the node that came back is given work")
    wait_for(lambda: Path("there/sweep.h5").exists() and not slurm("squeue", "-h"), "the sweep ends")
    said, _ = memtrain("sweep", "there", "--status")
    check("done              40" in said, said + "".join(p.read_text() for p in Path("there/slurm").glob("*.log")))
    same_sweep("there", "here")

    # what is missing is submitted alone
    os.remove("there/points/000007.h5")
    os.remove("there/points/000039.h5")
    said, _ = memtrain("sweep", "there", "--resume", "--engine", "slurm", "--points-per-task", "5")
    check("2 tasks, 5 points each at most" in said, said)
    wait_for(lambda: not slurm("squeue", "-h"), "the rest ends")
    same_sweep("there", "here")
    said, _ = memtrain("sweep", "there", "--resume", "--engine", "slurm")
    check("nothing to do" in said, said)
    memtrain("sweep", "scenario.toml", "-o", "none", "--engine", "slurm", "--partition", "nowhere", code=2,
             message="sbatch refuses: ")


with tempfile.TemporaryDirectory() as folder:
    started = subprocess.run([local_slurm, "start", f"{folder}/slurm"], capture_output=True, text=True)
    if started.returncode == 3:
        print("left out:", started.stderr.strip())
        sys.exit(77)
    check(started.returncode == 0, f"the local Slurm does not start: {started.stderr}")
    os.environ["SLURM_CONF"] = started.stdout.split("'")[1]
    try:
        test(folder)
    finally:
        subprocess.run([local_slurm, "stop", f"{folder}/slurm"])
print(f"{black_box.checks} checks, all well")
