"""Which rule stands which flaw of the hardware better: the sweeps of one flaw each, in one table."""
import math
from dataclasses import dataclass

from summary_rows import chosen_of, keys_of, number, read_rows

# sweep: the flaw in words, with what its strength is; in the order in which they are told of
FLAWS = {
    "read-noise": "read noise, in units of the pre-activation",
    "adc-bits": "bits of the output converters",
    "write-noise": "noise of written weights, in steps",
    "per-tensor": "bits, rounded tensor by tensor",
    "grid": "bits, weights on a grid",
    "asymmetry": "part by which down steps are smaller",
    "levels": "step of a pulse, of a range of 1.2",
    "nonlinearity": "nonlinearity, 0: none, 1: soft bounds",
    "device-spread": "device-to-device spread, relative",
    "wire-resistance": "wires, Ω a segment",
    "cycle-to-cycle": "cycle-to-cycle noise, in steps",
    "drift": "exponent of drift",
    "stuck-devices": "part of the devices that is stuck",
}
METRIC = "final_test_accuracy"
LEVEL = 0.05
HEAD = ["flaw", "FTP is better", "no difference", "BP is better"]


@dataclass
class Comparison:
    """An arm of FTP and BP at one strength of a flaw; the difference is that of FTP to BP, in points."""
    flaw: str
    strength: str
    mean: float
    low: float
    high: float
    p: float  # NaN: no spread, nothing to test
    reason: str = ""  # why there is no difference to tell of
    among_all: bool = False

    def text(self):
        if self.reason:
            return f"{self.strength}: {self.reason}"
        if not self.p < LEVEL:
            return self.strength
        mean = f"{self.mean:+.1f}".replace("-", "−")
        low, high = (f"{value:.1f}".replace("-", "−") for value in (self.low, self.high))
        return f"{self.strength}: " + (f"**{mean}**" if self.among_all else mean) + f" ({low} to {high})"

    def column(self):
        return 1 if not self.p < LEVEL else 0 if self.mean > 0 else 2


def shown(text):
    return text if math.isnan(number(text)) else f"{number(text):g}"


def measured_arms(rows):
    return {row["arm"] for row in rows if row["metric"] == METRIC and not row["minus"]}


def why_none(rows, ftp):
    """Why rules have no seed in common: an arm that diverged in all of them has no accuracy at that place."""
    diverged = [name for arm, name in (("bp", "BP"), (ftp, "FTP")) if arm not in measured_arms(rows)]
    return " and ".join(diverged) + " diverged" if diverged else "–"


def comparisons_of(summary, ftp):
    """Those of a sweep's summary, a CSV file, place by place. The last axis is the strength; the ones before it say of
    what."""
    rows = read_rows(summary.read_text())
    if not {"bp", ftp} <= measured_arms(rows):
        raise SystemExit(f"flaws: {summary} has not both arms, bp and {ftp}: remove the sweep's folder to measure it anew")
    axes = [key for key in keys_of(rows) if key not in chosen_of(rows)]
    places = {}
    for row in rows:
        places.setdefault(tuple(shown(row[axis]) for axis in axes), []).append(row)
    for (*kinds, strength), of_place in places.items():
        flaw = f"{FLAWS[summary.stem]} (`{' '.join([summary.stem, *kinds])}`)"
        found = [row for row in of_place if (row["metric"], row["arm"], row["minus"]) == (METRIC, "bp", ftp)]
        if not found:
            yield Comparison(flaw, strength, math.nan, math.nan, math.nan, math.nan, why_none(of_place, ftp))
            continue
        [difference] = found
        mean, low, high = (number(difference[key]) for key in ("mean", "low", "high"))
        yield Comparison(flaw, strength, -100 * mean, -100 * high, -100 * low, number(difference["p"]))


def mark_among_all(comparisons):
    """Holm's step-down procedure. Returns how many could be tested."""
    tested = sorted((c for c in comparisons if not math.isnan(c.p)), key=lambda c: c.p)
    for place, comparison in enumerate(tested):
        if comparison.p * (len(tested) - place) >= LEVEL:
            break
        comparison.among_all = True
    return len(tested)


def flaws_table(summaries, ftp):
    """A row a flaw, in Markdown; of FTP the arm of this name."""
    comparisons = [comparison for summary in summaries for comparison in comparisons_of(summary, ftp)]
    tested = mark_among_all(comparisons)
    rows = {}
    for comparison in comparisons:
        rows.setdefault(comparison.flaw, [[], [], []])[comparison.column()].append(comparison.text())
    lines = [HEAD, ["---"] * len(HEAD)] + [[flaw, *("; ".join(cell) for cell in cells)] for flaw, cells in rows.items()]
    return ("\n".join("| " + " | ".join(line) + " |" for line in lines)
            + f"\n\nFTP − BP in points with its 95 % interval; bold: significant among all {tested} that could be tested.\n")
