"""Has a simulated day become slower? Its time in units of a fixed work, compared with a baseline in a small text file.

Run by `rehearse bench --baseline FILE` (and `make speed`). The measure is score units per live customer-day: how much
of `score.work` the machine could have done in the time of one day of one customer. Both are measured in turns in one
process, in processor time, so that the ratio depends neither on the machine nor on its other work.
"""

from __future__ import annotations

import hashlib
import json
import time
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numba
import numpy as np
from scipy.stats import binom

from benchmarks import score
from benchmarks.worlds import full_world
from experiments.output.result_files import write_text
from experiments.runs.provenance import processor
from scenarios import InputError, load
from scenarios.toml.toml_text import toml_text
from sim import run
from sim.fingerprint import model_fingerprint

if TYPE_CHECKING:
    from rich.console import Console

    from scenarios import Question
    from sim.scenario import Scenario

FORMAT = 1
"""Of the file; raised whenever `score.work` or the simulated world changes, too."""
PEOPLE, DAYS, ROUNDS = 100_000, 45, 31
BAND = 0.15
"""A day may take longer than in the baseline by this share; docs/how-to/watch-the-speed.md has the measurements."""
CONFIDENCE = 0.99
FIGURES = 5

Verdict = Literal["pass", "fail", "inconclusive"]
EXIT: dict[Verdict, int] = {"pass": 0, "fail": 1, "inconclusive": 3}


@dataclass(frozen=True)
class SpeedMeasurement:
    """Score units per live customer-day: the median of the rounds, and an interval of it at `CONFIDENCE`.

    `spread` is the standard deviation of the rounds as a share of the median, from their quartiles. `ns` and `unit_ns`
    are this machine's nanoseconds of a day and of a score unit, medians.
    """

    ratio: float
    low: float
    high: float
    spread: float
    rounds: int
    ns: float
    unit_ns: float


@dataclass(frozen=True)
class SpeedBaseline:
    """The time of a day when the file was written, why it was written, and with which model, numba and processor."""

    ratio: float
    spread: float
    why: str
    model: str
    numba: str
    cpu: str


@dataclass(frozen=True)
class SpeedCheck:
    """The answer: `slower` is the ratio now over the baseline's, minus one."""

    verdict: Verdict
    slower: float
    reason: str
    notes: tuple[str, ...]
    measured: SpeedMeasurement
    baseline: SpeedBaseline

    def to_json(self) -> dict[str, Any]:
        """Schema 1; ratios are score units per live customer-day."""
        return {"schema": 1, "band": BAND, "confidence": CONFIDENCE, **asdict(self)}


def measure(
    scenario: Scenario | None = None,
    rounds: int = ROUNDS,
    progress: Callable[[int, int, str, float | None], None] | None = None,
) -> SpeedMeasurement:
    """Simulate a world (the full standard one if not given) and do the fixed work in turns, after compilation."""
    world = scenario or full_world(PEOPLE, DAYS)
    tables = score.tables()
    day_ns(full_world(100, 3) if scenario is None else world)
    score.work(*tables)
    days, units = [], [score.unit_ns(*tables)]
    started, message = time.perf_counter(), ""
    for done in range(1, rounds + 1):
        days.append(day_ns(world))
        units.append(score.unit_ns(*tables))
        if progress:
            left = (time.perf_counter() - started) / done * (rounds - done)
            message = message or f"measuring the speed: about {left:.0f} s"
            progress(done, rounds, message, left)
    return measurement(days, units)


def any_question() -> Question:
    """A question by which the model is compiled."""
    return load("library:shop")


def day_ns(scenario: Scenario) -> float:
    """Nanoseconds of processor time of one live customer-day, on one thread."""
    started = time.process_time()
    ledger = run(scenario, threads=1)
    return (time.process_time() - started) / ledger.live_days * 1e9


def measurement(days: Sequence[float], units: Sequence[float]) -> SpeedMeasurement:
    """One ratio from all rounds; `units` has the time of a score unit before the first round and after each.

    The interval is that of a median by order statistics, which assumes no distribution of the rounds.
    """
    unit = np.asarray(units)
    ratios = np.sort(np.asarray(days) / ((unit[:-1] + unit[1:]) / 2.0))
    n = ratios.size
    below = max(int(binom.ppf((1.0 - CONFIDENCE) / 2.0, n, 0.5)) - 1, 0)
    middle = float(np.median(ratios))
    quarters = np.quantile(ratios, [0.25, 0.75])
    spread = float(quarters[1] - quarters[0]) / 1.349 / middle
    ends = float(ratios[below]), float(ratios[n - 1 - below])
    return SpeedMeasurement(middle, *ends, spread, n, float(np.median(days)), float(np.median(unit)))


def judge(measured: SpeedMeasurement, baseline: SpeedBaseline) -> SpeedCheck:
    """Compare a measurement with a baseline: slower than the band allows, within it, or undecided."""
    low, middle, high = (value / baseline.ratio - 1.0 for value in (measured.low, measured.ratio, measured.high))
    verdict: Verdict = "fail" if low > BAND else "inconclusive" if high > BAND else "pass"
    words = {
        "pass": f"within the band of +{100 * BAND:.0f} %",
        "fail": f"slower than the band of +{100 * BAND:.0f} % allows",
        "inconclusive": f"the interval contains the limit of +{100 * BAND:.0f} %: measure again",
    }
    notes = []
    if high < 1.0 / (1.0 + BAND) - 1.0:
        notes.append("faster than the band: update the baseline, or a later loss of this gain is not detected")
    if (here := processor()) != baseline.cpu:
        notes.append(f"the baseline was made on another processor ({baseline.cpu}; this is {here})")
    if numba.__version__ != baseline.numba:
        notes.append(f"the baseline was made with numba {baseline.numba} (this is {numba.__version__})")
    return SpeedCheck(verdict, middle, words[verdict], tuple(notes), measured, baseline)


def write_baseline(path: Path, measured: SpeedMeasurement, why: str) -> None:
    """Write the file that later measurements are compared with. Raises InputError where it cannot be written."""
    tree: dict[str, Any] = {
        "format": FORMAT,
        "why": why,
        "made": {"model": model_fingerprint(), "numba": numba.__version__, "cpu": processor()},
        "ratio": float(f"{measured.ratio:.{FIGURES}g}"),
        "spread": float(f"{measured.spread:.2g}"),
    }
    tree["sum"] = _sum(tree)
    write_text(path, toml_text(tree, "Score units per live customer-day, and the spread of the rounds."))


def _sum(tree: Mapping[str, Any]) -> str:
    """A checksum of all values but the reason, which may be put into better words."""
    values = {name: value for name, value in tree.items() if name not in ("why", "sum")}
    return hashlib.blake2b(json.dumps(values, sort_keys=True, default=str).encode(), digest_size=8).hexdigest()


_COMMAND = "`rehearse bench --baseline FILE --update --why ...` writes one"
_KINDS: dict[str, tuple[type, str]] = {
    "why": (str, "a text"),
    "made": (dict, "a table"),
    "ratio": (float, "a number with a point"),
    "spread": (float, "a number with a point"),
}


def read_baseline(path: Path) -> SpeedBaseline:
    """The baseline in a file. Raises InputError where the file is missing or is not a baseline of speed."""
    try:
        tree = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        got = str(error.strerror) if isinstance(error, OSError) else f"a file that is not TOML: {error}"
        raise InputError(place=str(path), expected=f"a baseline of speed ({_COMMAND})", got=got) from None
    if tree.get("format") != FORMAT:
        raise _wrong_value(path, tree, "format", f"{FORMAT}")
    for key, (kind, name) in _KINDS.items():
        if not isinstance(tree.get(key), kind):
            raise _wrong_value(path, tree, key, name)
    if not 0.0 < tree["ratio"] < float("inf"):
        raise _wrong_value(path, tree, "ratio", "a number above 0")
    if tree.get("sum") != _sum(tree):
        raise _wrong_value(path, tree, "sum", "the checksum of the file as it was written: restore it")
    made = {name: str(tree["made"].get(name, "unknown")) for name in ("model", "numba", "cpu")}
    return SpeedBaseline(tree["ratio"], tree["spread"], tree["why"], **made)


def _wrong_value(path: Path, tree: Mapping[str, Any], key: str, expected: str) -> InputError:
    got = repr(tree[key]) if key in tree else "none"
    return InputError(place=f"{path}: {key}", expected=f"{expected} ({_COMMAND})", got=got)


def print_speed(answer: SpeedCheck, console: Console) -> None:
    """The ratio beside the baseline's, and the verdict."""
    from rich.text import Text

    now, colour = answer.measured, {"pass": "green", "fail": "red", "inconclusive": "yellow"}[answer.verdict]
    console.print(Text(f"{format_measurement(now)}; baseline {answer.baseline.ratio:.4g} ({answer.baseline.why})"))
    for note in answer.notes:
        console.print(Text(f"note: {note}", style="yellow"))
    change = f"{100 * answer.slower:+.1f} %".replace("-", "−")
    console.print(Text(f"{answer.verdict}: {change}, {answer.reason}", style=f"bold {colour}"))


def format_measurement(now: SpeedMeasurement) -> str:
    """A measurement in words."""
    interval = f"{100 * CONFIDENCE:g} % interval {now.low:.4g} to {now.high:.4g}, {now.rounds} rounds"
    here = f"here {now.ns:.0f} ns, a unit {now.unit_ns:.0f} ns"
    return f"{now.ratio:.4g} score units per live customer-day ({interval}); {here}"
