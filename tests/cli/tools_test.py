#!/usr/bin/python3
"""Tools in Python and others: they begin, and what they do without PyTorch and hours of training is right.

Usage: tools_test.py MEMTRAIN ROOT
"""
import ast
import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from importlib.machinery import SourceFileLoader
from pathlib import Path
from xml.etree import ElementTree

sys.dont_write_bytecode = True
MEMTRAIN, ROOT = Path(sys.argv[1]), Path(sys.argv[2])
TOOLS = ROOT / "tools"
sys.path.insert(0, str(TOOLS))

SCENARIO = """
[data]
name = "patterns"
train_samples = 64
test_samples = 32
[network]
layers = [{ units = 8, activation = "relu" }, { units = 10, activation = "linear" }]
[train]
loss = "squared_error"
batch = 4
seeds = [0, 1]
epochs = 1
[[arm]]
name = "bp"
rule = "bp"
[[arm]]
name = "ftp"
rule = "ftp"
"""
# BP diverges at the second place, in both seeds
DIVERGING = """[sweep]
"arm.bp.train.learning_rate" = [0.1, 1e6]
"""


def load(name):
    loader = SourceFileLoader(name.replace("-", "_"), str(TOOLS / name))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


def output_of(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def sweep(folder, name, text):
    (folder / f"{name}.toml").write_text(text)
    output_of(MEMTRAIN, "sweep", folder / f"{name}.toml", "-o", folder / name, "-q")
    return folder / name


def a_table_replaces_that_of_its_name_only(folder):
    page = folder / "page.md"
    page.write_text("a\n<!-- one -->\nold\n<!-- end -->\nb\n<!-- two -->\n<!-- end -->\nc\n")
    load("marked_table.py").write_table(page, "one", "new\n")
    load("marked_table.py").write_table(page, "two", "newer\n")
    assert page.read_text() == "a\n<!-- one -->\nnew\n<!-- end -->\nb\n<!-- two -->\nnewer\n<!-- end -->\nc\n"
    assert list(folder.iterdir()) == [page]


def flaws_are_told_by_who_is_better_and_marked_by_what_stands_among_all(folder):
    def lines(strength, mean, p):
        return [f"{strength},0.1,{arm},,final_test_accuracy,0.5,,," for arm in ("bp", "ftp", "ftp-all")] + [
            f"{strength},,bp,{arm},final_test_accuracy,{mean},{mean - 0.01},{mean + 0.02},{p}"
            for arm, mean in (("ftp", mean), ("ftp-all", mean / 2))]
    # of three p values, Holm compares 0.016 with 0.05 / 3 and 0.03 with 0.05 / 2; the fourth has nothing to compare
    places = lines(0.01, 0.2, 0.016) + lines(0.03, -0.1, 0.03) + lines(0.1, 0.0, 0.5) + lines(0.3, 0.0, "")
    numbers = folder / "stuck-devices.csv"
    numbers.write_text("\n".join(["faults.stuck_random,train.learning_rate,arm,minus,metric,mean,low,high,p", *places]))
    flaw = "part of the devices that is stuck (`stuck-devices`)"
    for arm, row in (("ftp", "0.03: +10.0 (8.0 to 11.0) | 0.1; 0.3 | 0.01: **−20.0** (−22.0 to −19.0)"),
                     ("ftp-all", "0.03: +5.0 (3.0 to 6.0) | 0.1; 0.3 | 0.01: **−10.0** (−12.0 to −9.0)")):
        table = load("flaws.py").flaws_table([numbers], arm).splitlines()
        assert table[2] == f"| {flaw} | {row} |" and "among all 3 that" in table[-1], table


def a_rule_that_diverged_in_all_seeds_is_told_of_and_not_compared(folder):
    result = sweep(folder, "stuck-devices", SCENARIO + DIVERGING)
    numbers = result.with_suffix(".csv")
    numbers.write_text(output_of(MEMTRAIN, "summary", result, "--format", "csv"))
    table = load("flaws.py").flaws_table([numbers], "ftp")
    assert "| 0.1; 1e+06: BP diverged |" in table and "among all 1 that could be tested" in table, table
    try:
        load("flaws.py").flaws_table([numbers], "ftp-all")
        raise AssertionError("an arm that was never there is said to have diverged")
    except SystemExit as refused:
        assert f"{numbers} has not both arms, bp and ftp-all" in str(refused), refused


def sweeps_are_drawn_with_gaps_where_rules_diverged_and_without_axes(folder):
    tool = load("draw")
    tool.PROGRAM = MEMTRAIN
    for name, text, shown in (("gaps", SCENARIO + DIVERGING, {"bp", "ftp", "0.1", "1000000"}), ("points", SCENARIO, {"bp", "ftp"})):
        picture = folder / f"{name}.svg"
        sys.argv = ["draw", str(sweep(folder, name, text)), str(picture)]
        tool.main()
        texts = {element.text for element in ElementTree.parse(picture).iter("{http://www.w3.org/2000/svg}text")}
        assert shown <= texts, texts
        # its numbers alone make the same picture
        numbers, again = folder / f"{name}.csv", folder / f"{name}-again.svg"
        numbers.write_text(output_of(MEMTRAIN, "summary", folder / name, "--format", "csv"))
        sys.argv = ["draw", str(numbers), str(again)]
        tool.main()
        assert again.read_text() == picture.read_text()


def networks_and_rules_are_told_in_percent_or_by_their_error_as_they_have_it(folder):
    claims = load("claims.py")
    none = {"mean": None, "std": None, "n": 0}

    def arm(accuracy, error=None):
        return {"test_accuracy": none if error else {"mean": accuracy, "std": 0.001, "n": 3},
                "test_mse": {"mean": error, "std": None, "n": 1} if error else none}
    far = {"mean": -0.02, "low": -0.03, "high": -0.01, "significant": True}
    unknown = {"mean": 0.3, "low": None, "high": None, "significant": False}
    claims.NETWORKS = [claims.Row("one", "first", rectifiers="best"), claims.Row("two", "second", control=""),
                       claims.Row("three", "third", control="")]
    claims.RULES, claims.RULE_COLUMNS = ["bp", "ftp"], {"first": ("first", "")}
    answers = {"summary first": {"arms": {"bp": arm(0.9), "best": arm(0.95), "ftp": arm(0.88), "readout": arm(0.5)}},
               "compare first": {"arms": [{"metrics": {"test_accuracy": {"difference": far}}}]},
               "summary second": {"arms": {"bp": arm(0, 0.0001), "ftp": arm(0, 0.3)}},
               "compare second": {"arms": [{"metrics": {"test_mse": {"difference": unknown}}}]},
               "summary third": {"arms": {"bp": arm(0.9), "ftp": {"test_accuracy": none, "test_mse": none}}},
               "compare third": {"arms": [{"metrics": {}}]}}
    for name, answer in answers.items():
        (folder / name).write_text(json.dumps(answer))
    program = folder / "program"
    program.write_text(f'#!/bin/sh\ncat "{folder}/$1 $2"\n')
    program.chmod(0o755)
    results = {name: name for name in ("first", "second", "third")}
    assert claims.networks_table(program, results, "").splitlines()[2:] == [
        "| one | `first` | 90.00 ± 0.10 | 95.00 ± 0.10 | 88.00 ± 0.10 | 50.00 ± 0.10 | **−2.00** (−3.00 to −1.00) |",
        "| two | `second` | 0.0001 |  | 0.300 |  | - |",
        "| three | `third` | 90.00 ± 0.10 |  | diverged |  | - |"]
    assert claims.rules_table(program, results, "").splitlines() == [
        "| rule | first (`first`) |", "| --- | ---: |", "| `bp` | 90.00 ± 0.10 |", "| `ftp` | 88.00 ± 0.10 |"]
    # what is not at hand stays as it is
    for table_of, there in ((claims.networks_table, dict(results)), (claims.rules_table, {"first": "first"})):
        table = table_of(program, there, "")
        assert table_of(program, {}, table) == table
        assert "not measured" in table_of(program, {}, "")
    # also where rules have come between
    claims.RULES = ["bp", "new", "ftp"]
    assert claims.rules_table(program, {}, claims.rules_table(program, {}, table)).splitlines()[2:] == [
        "| `bp` | 90.00 ± 0.10 |", "| `new` | not measured |", "| `ftp` | 88.00 ± 0.10 |"]


def runs_that_have_not_come_to_their_end_are_not_told_of(folder):
    tool = load("reproduce")
    tool.PROGRAM = MEMTRAIN
    (folder / "run.toml").write_text(SCENARIO)
    result = folder / "run.h5"
    output_of(MEMTRAIN, "run", folder / "run.toml", "-o", result, "-q")
    assert tool.is_whole(result)
    result.write_bytes(result.read_bytes()[:-100])
    assert not tool.is_whole(result)
    assert not tool.is_whole(folder / "none.h5")
    endless = folder / "endless.h5"
    run = subprocess.Popen([MEMTRAIN, "run", folder / "run.toml", "-o", endless, "-q", "--set", "train.epochs=1000",
                            "--set", "data.train_samples=20000"],
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not endless.exists() and run.poll() is None:
        time.sleep(0.01)
    run.send_signal(signal.SIGINT)
    assert run.wait() == 130 and endless.exists() and not tool.is_whole(endless)


def what_fails_to_be_reproduced_is_listed_at_the_end_and_a_quick_copy_is_always_new(folder):
    for name in ("tools", "build/release", "scenarios/all"):
        (folder / name).mkdir(parents=True)
    for name in ("reproduce", "flaws.py", "claims.py", "marked_table.py", "summary_rows.py"):
        shutil.copy(TOOLS / name, folder / "tools")
    for name, text in (("tools/setup", "exit"), ("tools/build", "exit"), ("tools/draw", "exit 1"),
                       ("build/release/memtrain", '[ "$1" != validate ] && echo "commit 1234"')):
        (folder / name).write_text(f"#!/bin/sh\n{text}\n")
        (folder / name).chmod(0o755)
    (folder / "scenarios/all/one.toml").touch()
    (folder / "README.md").touch()
    page, copy = folder / "scenarios/README.md", folder / "build/reproduce-quick/README.md"
    commands = ["memtrain sweep one", "memtrain cost one"]
    for count in (1, 2):  # with a table that was added since
        text = "".join(f"<!-- {command} -->\n<!-- end -->\n" for command in commands[:count])
        page.write_text(text)
        run = subprocess.run([folder / "tools/reproduce", "--quick"], capture_output=True, text=True)
        assert run.returncode == 1 and run.stderr.splitlines()[-2:] == [
            f"reproduce: {count - 1} of {count} tables in {copy}", f"reproduce: failed: {commands[0]}"], run.stderr
        assert page.read_text() == text
    assert f"`{commands[1]}`" in copy.read_text()


def programs(folder, **texts):
    """Stand-ins for programs, which a PATH with them finds first."""
    for name, text in texts.items():
        (folder / name.replace("_", "-")).write_text(f"#!/bin/sh\n{text}\n")
        (folder / name.replace("_", "-")).chmod(0o755)
    return {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}


def a_machine_whose_apt_has_no_bookworm_is_told_so(folder):
    others = programs(folder, id="echo 0", debootstrap="exit", apt_get="echo deb http://mirror trixie main")
    run = subprocess.run([TOOLS / "bare-debian"], env=others, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert run.returncode == 1 and run.stderr == "bare-debian: apt has no source of bookworm here\n", run


def lint_finds_files_wherever_the_tree_is_and_says_what_went_wrong(folder):
    root = folder / "c++ (new)"
    (root / "tools").mkdir(parents=True)
    shutil.copy(TOOLS / "lint", root / "tools")
    programs(root / "tools", setup="exit")
    others = programs(folder, cmake="exit",
                      run_clang_tidy='for last; do :; done; echo "$last"; echo 7 warnings generated. >&2; echo broken >&2; exit 1')
    run = subprocess.run([root / "tools/lint", "clang-tidy", "sim/a.cpp"], env=others, capture_output=True, text=True)
    assert run.returncode == 1 and run.stderr == "broken\n", run
    assert re.match(run.stdout.strip(), f"{root}/sim/a.cpp"), run.stdout
    assert not re.match(run.stdout.strip(), f"{root}/sim/a_cpp"), run.stdout


def the_commit_is_that_of_the_tree_and_not_of_a_repository_around_it(folder):
    def commit_of(source):
        output_of("cmake", f"-DSOURCE={source}", f"-DOUTPUT={folder}/version.cpp", "-DVERSION=1", "-DBUILD=Release",
                  "-P", TOOLS / "cmake/version.cmake")
        return re.search('git_commit.*"(.*)"', (folder / "version.cpp").read_text())[1]

    tree, link, inner = folder / "tree", folder / "link", folder / "tree/inner"
    inner.mkdir(parents=True)
    link.symlink_to(tree)
    (tree / "file").touch()
    assert commit_of(tree) == "unknown"
    git = ["git", "-C", tree, "-c", "user.name=A", "-c", "user.email=a@b"]
    for command in (["init", "-q"], ["add", "file"], ["commit", "-q", "-m", "Begin"]):
        output_of(*git, *command)
    commit = output_of(*git, "rev-parse", "--short=12", "HEAD").strip()
    assert [commit_of(source) for source in (tree, link, inner)] == [commit, commit, "unknown"]
    (tree / "file").write_text("changed")
    assert commit_of(link) == commit + "+"


def each_arm_of_the_quickstart_is_a_scenario_of_its_own(folder):
    tool = load("head-to-head")
    for arm in tool.ARMS:
        full = output_of(MEMTRAIN, "validate", tool.write_scenario(folder, arm))
        assert full.count("[[arm]]") == 1 and f'name = "{arm}"' in full, full


def a_difference_is_told_from_chance(_folder):
    chance = load("head-to-head").chance
    near = [0.1 * i for i in range(10)]
    assert chance(near, [value + 3 for value in near]) < 0.001
    assert chance(near, [value + 0.05 for value in near]) > 0.5


def every_tool_begins(_folder):
    assert "memtrain sweep read-noise" in output_of(TOOLS / "reproduce", "--list")
    assert "--quick" in output_of(TOOLS / "head-to-head", "--help")
    # PyTorch need not be installed
    ast.parse((TOOLS / "torch_crossbar.py").read_text())


def the_pages_have_the_commands_of_every_task(folder):
    tool = load("check-readme")
    known = set(output_of(MEMTRAIN, "complete", "--", "").split())
    for task in tool.TASKS:
        script = tool.script(task)
        subprocess.run(["bash", "-n"], input=script, text=True, check=True)
        for command in re.findall(r"^(?:\S*/memtrain-\w+|memtrain) (\S+)", script, re.MULTILINE):
            assert command in known, f"{task}: memtrain has no command '{command}'"
        for path in re.findall(r"^(tools/\w+)|^cp -r (\S+)", script, re.MULTILINE):
            assert (ROOT / "".join(path)).exists(), f"{task}: there is no {path}"
    assert tool.with_needs(["report"]) == ["quickstart", "change-device", "sweep", "report"]
    page = folder / "README.md"
    for text in ("## Another heading\n```sh\nmemtrain data\n```\n", "## Sweep a setting\n```toml\na = 1\n```\n## Next\n```sh\nls\n```\n"):
        page.write_text(text)
        try:
            tool.commands(tool.Blocks("README.md", "Sweep a setting"), folder)
        except SystemExit:
            continue
        raise AssertionError(f"commands were found in {text}")


for case in (a_table_replaces_that_of_its_name_only, flaws_are_told_by_who_is_better_and_marked_by_what_stands_among_all,
             a_rule_that_diverged_in_all_seeds_is_told_of_and_not_compared,
             runs_that_have_not_come_to_their_end_are_not_told_of,
             sweeps_are_drawn_with_gaps_where_rules_diverged_and_without_axes,
             networks_and_rules_are_told_in_percent_or_by_their_error_as_they_have_it,
             what_fails_to_be_reproduced_is_listed_at_the_end_and_a_quick_copy_is_always_new,
             a_machine_whose_apt_has_no_bookworm_is_told_so, lint_finds_files_wherever_the_tree_is_and_says_what_went_wrong,
             the_commit_is_that_of_the_tree_and_not_of_a_repository_around_it, each_arm_of_the_quickstart_is_a_scenario_of_its_own,
             a_difference_is_told_from_chance, every_tool_begins, the_pages_have_the_commands_of_every_task):
    print(case.__name__.replace("_", " "))
    with tempfile.TemporaryDirectory() as name:
        case(Path(name))
