"""Expectation claims: what a file may claim about the KPIs of its arms, and the twin in which the claim must fail."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from scenarios.values.shapes import Shape
from sim import units as u
from sim.scenario import Who

if TYPE_CHECKING:
    from sim.output.kpi_window import Measure
    from sim.output.watched_kpis import WatchedMeasure

_HUGE = 1e15
KPI_UNITS = {
    "money": u.Money.within(-_HUGE, _HUGE),
    "share": u.Share.within(-1e3, 1e3),
    "time": u.Days.within(-1e5, 1e5),
    "count": u.Number.within(-_HUGE, _HUGE),
}
"""How a KPI's numbers are written, by the unit of the measure."""


@dataclass(frozen=True)
class Reading:
    """One number of a run: a KPI of an arm over days `window` (first, after the last) of the run.

    With `where` it is the KPI of the people who match on the first morning of the window, or, if they join later, on
    the first morning after they join.
    """

    kpi: str
    arm: str
    window: tuple[int, int]
    where: Who | None = None


@dataclass(frozen=True)
class BetweenClaim:
    """The reading lies between the ends (stored units)."""

    readings: tuple[Reading]
    low: float
    high: float


@dataclass(frozen=True)
class OrderClaim:
    """Each reading is above the next."""

    readings: tuple[Reading, ...]


@dataclass(frozen=True)
class RatioClaim:
    """The first reading over the second lies between the ends."""

    readings: tuple[Reading, Reading]
    low: float
    high: float


@dataclass(frozen=True)
class Lever:
    """The value in which arms differ: its path, its number in each arm in the order of the readings, and its shape."""

    path: str
    values: tuple[float, ...]
    shape: Shape
    of: str = "number"
    """What a rhythm counts; "number" for numbers."""


@dataclass(frozen=True)
class BestClaim:
    """About the set of arms that are within a share of the best arm: every member is in `among`, each of `has` and none
    of `lacks` is a member (indices of readings), and the middle of the set in `lever`, sqrt(lowest x highest), lies
    between the ends."""

    readings: tuple[Reading, ...]
    within: float
    among: tuple[int, ...] = ()
    has: tuple[int, ...] = ()
    lacks: tuple[int, ...] = ()
    lever: Lever | None = None
    low: float = -math.inf
    high: float = math.inf


@dataclass(frozen=True)
class CurveClaim:
    """c of ln KPI = a + b ln x - c (ln x)^2, fitted over the arms' values x of `lever`, lies between the ends."""

    readings: tuple[Reading, ...]
    lever: Lever
    low: float
    high: float


Claim = BetweenClaim | OrderClaim | RatioClaim | BestClaim | CurveClaim


@dataclass(frozen=True)
class Expectation:
    """A claim, and the `off` values (stored units, by path) with which it must fail: its twin."""

    name: str
    kpi: str
    claim: Claim
    source: str = ""
    off: Mapping[str, float] = field(default_factory=dict)

    @property
    def arms(self) -> tuple[str, ...]:
        """The arms that it reads, each once."""
        return tuple(dict.fromkeys(reading.arm for reading in self.claim.readings))


def measure_of(reading: Reading, measures: Mapping[str, Measure]) -> Measure | WatchedMeasure:
    """What is known of a reading's KPI: its unit, and which direction is better. `measures` are those of the shop."""
    from sim.output.watched_kpis import WATCHED

    return measures[reading.kpi] if reading.where is None else WATCHED[reading.kpi]
