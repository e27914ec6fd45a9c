"""FTP beside BP where nothing is flawed, and all rules beside one another: what the first README says of them, in tables."""
import json
import subprocess
from dataclasses import dataclass


@dataclass
class Row:
    """A network that both rules train: of which scenario's result, by which of its arms."""
    network: str
    scenario: str
    bp: str = "bp"
    ftp: str = "ftp"
    rectifiers: str = ""
    control: str = "readout"


# errors, of which less is better, come last
NETWORKS = [
    Row("Fashion-MNIST, 784-256-128-10, 10 epochs", "quickstart", "bp-exact", "ftp-exact", control=""),
    Row("the same on crossbars of soft bounds", "quickstart", "bp-crossbar", "ftp-crossbar", control=""),
    Row("Fashion-MNIST, 784-1024-128-10, 10 epochs", "rules-fashion-mnist", rectifiers="bp-relu"),
    Row("MNIST, 784-1024-128-10, 12 epochs", "mnist-fc"),
    Row("the same, 20 epochs", "rules-mnist", rectifiers="bp-relu"),
    Row("MNIST, six hidden layers of 256", "depth", "bp-6", "ftp-6", control=""),
    Row("the same, FTP's shifts shrink by layer", "depth", "bp-6", "ftp-6-gamma", control=""),
    Row("CIFAR-10, 3072-1024-128-10, 20 epochs", "cifar10-fc", rectifiers="bp-relu"),
    Row("CIFAR-10, a convolution, 10 epochs", "cifar10-cnn", rectifiers="bp-relu"),
    Row("MNIST by row, LSTM", "sequential-mnist"),
    Row("the same, simple recurrent units", "sequential-mnist", "bp-rnn", "ftp-rnn", control="readout-rnn"),
    Row("adding problem of 100 steps, GRU, MSE", "adding-problem"),
    Row("ETTh1, 24 hours ahead, MSE", "forecast-etth1"),
    Row("auto-encoder of MLPerf Tiny, MSE", "mlperf-tiny-autoencoder"),
]
RULES = ["bp", "ftp", "fa", "dfa", "drtp", "tp", "dtp", "pepita", "ff", "readout"]
# heading: scenario, and what its arms add to a rule's name
RULE_COLUMNS = {
    "MNIST, exact": ("rules-mnist", ""),
    "Fashion-MNIST, exact": ("rules-fashion-mnist", ""),
    "MNIST on `soft_bounds`": ("rules-crossbar", "-soft"),
    "MNIST on `ecram`": ("rules-crossbar", "-ecram"),
}
SCENARIOS = {row.scenario for row in NETWORKS} | {scenario for scenario, _ in RULE_COLUMNS.values()}


def output_of(*command):
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def metric_of(arms):
    """Accuracy where an arm has one, else the mean square error, and by what they are multiplied."""
    return ("test_accuracy", 100) if any(arm["test_accuracy"]["n"] for arm in arms) else ("test_mse", 1)


def digits(value, scale):
    return f"{scale * value:.2f}" if scale == 100 else f"{value:.2g}" if abs(value) < 0.01 else f"{value:.3f}"


def spread(spread, scale):
    if spread["mean"] is None:
        return "diverged"
    if spread["std"] is None:
        return digits(spread["mean"], scale)
    return f"{digits(spread['mean'], scale)} ± {digits(spread['std'], scale)}"


def difference(metrics, metric, scale):
    """Bold where the interval has no zero in it. Arms without a seed in common have no difference."""
    values = metrics.get(metric, {"difference": {"low": None}})["difference"]
    if values["low"] is None:
        return "-"
    mean, low, high = (digits(values[key], scale).replace("-", "−") for key in ("mean", "low", "high"))
    sign = "+" if values["mean"] > 0 else ""
    mark = "**" if values["significant"] else ""
    return f"{mark}{sign}{mean}{mark} ({low} to {high})"


def table_text(lines):
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def cells_of(table):
    """A table's lines, each a list of its cells."""
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines() if line.startswith("|")]


def networks_table(program, results, before):
    """A row a network; `results` has result files of scenarios. Rows of others are those of the table before."""
    old = {tuple(cells[:2]): cells for cells in cells_of(before)}
    head = ["", "scenario", "BP", "BP, rectifiers", "FTP", "control", "FTP − BP"]
    lines = [head, ["---"] * 2 + ["---:"] * (len(head) - 2)]
    for row in NETWORKS:
        name = [row.network, f"`{row.scenario}`"]
        if row.scenario not in results:
            lines.append(old.get(tuple(name), name + ["not measured"] + [""] * (len(head) - 3)))
            continue
        result = results[row.scenario]
        [both] = output_of(program, "compare", result, result, "--arm", f"{row.bp}={row.ftp}", "--format", "json")["arms"]
        arms = output_of(program, "summary", result, "--format", "json")["arms"]
        metric, scale = metric_of(arms.values())
        shown = [spread(arms[arm][metric], scale) if arm else "" for arm in (row.bp, row.rectifiers, row.ftp, row.control)]
        lines.append([*name, *shown, difference(both["metrics"], metric, scale)])
    return table_text(lines)


def rules_table(program, results, before):
    """A row a rule. Columns of scenarios without a result are those of the table before."""
    titles, *lines = cells_of(before) or [[]]
    old = {(title, line[0]): cell for line in lines for title, cell in zip(titles, line)}
    columns = []
    for head, (scenario, ending) in RULE_COLUMNS.items():
        title = f"{head} (`{scenario}`)"
        if scenario in results:
            arms = output_of(program, "summary", results[scenario], "--format", "json")["arms"]
            column = [spread(arms[rule + ending]["test_accuracy"], 100) for rule in RULES]
        else:
            column = [old.get((title, f"`{rule}`"), "not measured") for rule in RULES]
        columns.append([title, "---:", *column])
    return table_text(zip(["rule", "---", *(f"`{rule}`" for rule in RULES)], *columns))
