"""Which rule stands which flaw of the hardware better: the sweeps of one flaw each, in one table."""
import json
import math
import subprocess
from dataclasses import dataclass

# sweep: the flaw in words, with what its strength is; in the order in which they are told of
FLAWS = {
    "read-noise": "read noise, in units of a pre-activation",
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


def shown(value):
    return f"{value:g}" if isinstance(value, float) else str(value)


def nan_if_missing(value):
    return math.nan if value is None else value


def why_none(place, ftp):
    """Why rules have no seed in common: an arm that diverged in all of them is there, without a number."""
    diverged = [name for arm, name in (("bp", "BP"), (ftp, "FTP")) if place["arms"].get(arm) == {}]
    return " and ".join(diverged) + " diverged" if diverged else "–"


def comparisons_of(program, result, ftp):
    """Those of a sweep, place by place. The last axis is the strength; the ones before it say of what."""
    summary = subprocess.run([program, "summary", result, "--format", "json"], check=True, capture_output=True, text=True)
    for place in json.loads(summary.stdout)["places"]:
        *kinds, strength = (shown(value) for value in place["at"].values())
        flaw = f"{FLAWS[result.name]} (`{' '.join([result.name, *kinds])}`)"
        found = [d for d in place["differences"] if (d["first"], d["second"]) == ("bp", ftp)]
        if not found:
            yield Comparison(flaw, strength, math.nan, math.nan, math.nan, math.nan, why_none(place, ftp))
            continue
        [difference] = found
        mean, low, high = (nan_if_missing(difference[key]) for key in ("mean", "low", "high"))
        yield Comparison(flaw, strength, -100 * mean, -100 * high, -100 * low, nan_if_missing(difference["p"]))


def mark_among_all(comparisons):
    """Holm's step-down procedure. Returns how many could be tested."""
    tested = sorted((c for c in comparisons if not math.isnan(c.p)), key=lambda c: c.p)
    for place, comparison in enumerate(tested):
        if comparison.p * (len(tested) - place) >= LEVEL:
            break
        comparison.among_all = True
    return len(tested)


def flaws_table(program, results, ftp):
    """A row a flaw, in Markdown; of FTP the arm of this name."""
    comparisons = [comparison for result in results for comparison in comparisons_of(program, result, ftp)]
    tested = mark_among_all(comparisons)
    rows = {}
    for comparison in comparisons:
        rows.setdefault(comparison.flaw, [[], [], []])[comparison.column()].append(comparison.text())
    lines = [HEAD, ["---"] * len(HEAD)] + [[flaw, *("; ".join(cell) for cell in cells)] for flaw, cells in rows.items()]
    return ("\n".join("| " + " | ".join(line) + " |" for line in lines)
            + f"\n\nFTP − BP in points with its 95 % interval; bold: significant among all {tested} that could be tested.\n")
