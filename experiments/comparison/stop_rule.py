"""When intervals are narrow enough: a stop rule under which they keep their level, on plain arrays.

`units` is (arms, n), a column for each independent unit (see `statistics`); pairs come in the order of
`statistics.pair_list`. The rule is Stein's two-stage one (Annals of Mathematical Statistics 16, 1945), for all pairs at
once and with a second look at the spread. `docs/verdict.md` says why it keeps the level.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from experiments.comparison.statistics import DifferenceInterval, Floats, joint_quantile, pair_list

Unit = Literal["draws", "replications"]


@dataclass(frozen=True)
class PrecisionGoal:
    """A half-width (the KPI's stored unit), what grows to reach it, from how many to how many at most."""

    precision: float
    unit: Unit
    pilot: int
    most: int


@dataclass(frozen=True)
class Pilot:
    """What the first units fix for good: their number, the joint quantile of |t|, and each pair's spread."""

    units: int
    quantile: float
    spreads: Floats


@dataclass(frozen=True)
class PrecisionReached:
    """How it ended. `asked` and `reached` are half-widths of the widest interval in the KPI's stored unit.

    `units` are the complete draws (replications, where there is one draw) and `pilot` those of them that came first,
    out of `began_with`; `stopped` says what ended it: the `precision`, or the ceiling of `most`.
    """

    unit: Unit
    asked: float
    reached: float
    units: int
    began_with: int
    most: int
    stopped: Literal["precision", "ceiling"]
    pilot: Pilot

    def to_json(self) -> dict[str, Any]:
        """Plain fields; the pilot's number of units only."""
        return vars(self) | {"pilot": self.pilot.units}


def pilot(units: Floats, confidence: float, simulations: int = 10_000) -> Pilot:
    """The pilot of a comparison; two units at least."""
    return Pilot(units.shape[1], joint_quantile(units, confidence, simulations), spreads(units))


def spreads(units: Floats) -> Floats:
    """Standard deviation of each pair's difference between units, shape (pairs,)."""
    return np.array([(units[a] - units[b]).std(ddof=1) for a, b in pair_list(len(units))])


def half_widths(first: Pilot, units: Floats) -> Floats:
    """Half of each pair's interval, shape (pairs,): the pilot's quantile, and the larger of the two spreads.

    `units` are all so far, the pilot's among them. Never below Stein's half-width, so the level is at least his.
    """
    widest = np.maximum(first.spreads, spreads(units))
    halves: Floats = first.quantile * widest / units.shape[1] ** 0.5
    return halves


def units_needed(first: Pilot, units: Floats, precision: float) -> float:
    """Units after which no half-width is above `precision`, if no pair turns out to spread wider than so far."""
    n = units.shape[1]
    ratio = float(half_widths(first, units).max()) / precision
    return n if ratio <= 1 else math.ceil(n * ratio**2) if ratio < 1e100 else math.inf


def staged_intervals(first: Pilot, units: Floats) -> list[DifferenceInterval]:
    """Mean difference of every pair with intervals that hold together at the pilot's confidence."""
    pairs = zip(pair_list(len(units)), half_widths(first, units), strict=True)
    return [_interval(a, b, float((units[a] - units[b]).mean()), float(half)) for (a, b), half in pairs]


def _interval(a: int, b: int, mean: float, half: float) -> DifferenceInterval:
    return DifferenceInterval(a, b, mean, mean - half, mean + half)
