"""What a KPI is, and the days of a ledger that it reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt

from sim.output.ledger import Ledger
from sim.scenario import TICKET_KINDS

Unit = Literal["money", "share", "time", "count"]
Floats = npt.NDArray[np.float64]

CONTACTS = ("lead", "first_buyer", "repeater", "drifted")
RUN = "the measured days of the run"
IN_30_DAYS = "per 30 days, over the measured days"


@dataclass(frozen=True)
class Window:
    """A ledger seen through its measured days, `first` to before `last`."""

    ledger: Ledger
    first: int
    last: int

    @cached_property
    def _totals(self) -> dict[str, int]:
        """The sum of every account: KPIs read most of them, and one sum over a table takes the time of a few."""
        series = self.ledger.series
        table = np.array([days[self.first : self.last] for days in series.values()])
        return dict(zip(series, table.sum(axis=1).tolist(), strict=True))

    def total(self, *accounts: str) -> float:
        """Sum of accounts."""
        return float(sum([self._totals[account] for account in accounts]))

    def by_day(self, account: str) -> npt.NDArray[np.int64]:
        """An account on each of the days, shape (last - first,)."""
        return self.ledger.series[account][self.first : self.last]

    @cached_property
    def daily_contribution(self) -> npt.NDArray[np.int64]:
        """What each day leaves after all costs but the fixed ones, cents, shape (last - first,)."""
        return self.ledger.contribution()[self.first : self.last]

    @cached_property
    def contribution(self) -> float:
        """What is left after all costs but the fixed ones, cents."""
        return float(self.daily_contribution.sum())

    @cached_property
    def run(self) -> Window:
        """The run's own measured days: this window, where it is that."""
        own = self.ledger.window
        return self if (self.first, self.last) == own else Window(self.ledger, *own)

    def own(self, kind: str) -> float:
        """Sum of the accounts of one kind of mechanisms added in Python, cents."""
        return float(self.ledger.of_kind(kind)[self.first : self.last].sum())

    def at_end(self, *accounts: str) -> float:
        """Sum of accounts at the end of the last day."""
        return float(sum(self.ledger.series[account][self.last - 1] for account in accounts))

    @property
    def contact_days(self) -> float:
        """Contact-days."""
        return self.total("live")

    @property
    def people(self) -> float:
        """People who were contacts at some time in the window."""
        before = self.first - 1
        series = self.ledger.series
        held = self.ledger.start_contacts if before < 0 else sum(int(series[s][before]) for s in CONTACTS)
        return float(held) + self.total("added")

    def seconds(self, kinds: tuple[str, ...]) -> Floats:
        """Ticket times of these kinds."""
        tickets = self.ledger.tickets
        asked = np.zeros(len(TICKET_KINDS), dtype=bool)
        asked[[TICKET_KINDS.index(kind) for kind in kinds]] = True
        which = asked[tickets["kind"]] & (tickets["day"] >= self.first) & (tickets["day"] < self.last)
        return tickets["seconds"][which].astype(float)


Compute = Callable[[Window], tuple[float, float]]


@dataclass(frozen=True)
class Measure:
    """What a KPI is in words, and `compute`, which gives its numerator and denominator in stored units.

    `hazard`: the numerator counts events, the denominator people over 30 days, and the value is the share of people
    whom an event of this rate meets in 30 days, 1 - exp(-numerator / denominator).
    """

    name: str
    unit: Unit
    numerator: str
    denominator: str
    window: str
    better: int
    compute: Compute
    hazard: bool = False


@dataclass(frozen=True)
class Value:
    """A KPI, with its numerator and denominator; nan where there is nothing to divide by. Money in cents, times in
    days."""

    value: float
    numerator: float
    denominator: float


def value_of(numerator: float, denominator: float, hazard: bool) -> Value:
    """The value of a KPI (`Measure.hazard`)."""
    ratio = numerator / denominator if denominator else float("nan")
    return Value(1.0 - float(np.exp(-ratio)) if hazard else ratio, numerator, denominator)


def sum_of(*accounts: str) -> Compute:
    """Accounts, for one shop."""
    return lambda w: (w.total(*accounts), 1.0)


def ratio_of(above: str, below: str) -> Compute:
    """One account over another."""
    return lambda w: (w.total(above), w.total(below))


def in_30_days(event: str, at_risk: str) -> Compute:
    """Events of an account, and the people of an account of person-days, over 30 days."""
    return lambda w: (w.total(event), w.total(at_risk) / 30.0)
