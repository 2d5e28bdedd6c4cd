"""The criteria of a question: how its arms are compared, and how large a change of the model may be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

from sim import units as u


@dataclass(frozen=True)
class Limit:
    """A bound on a measure, such as "< 2 % per 30 d": `value` in stored units, `per` in days or None."""

    text: str
    above: bool
    strict: bool
    value: float
    per: float | None = None


ReferenceName = Literal["do nothing", "as today"]
"""Arms that stand beside those of a question and cannot win: the shop without outreach, campaigns, acquisition and
welcome, and the strategy of the question's file without any variant."""


@dataclass(frozen=True)
class Compare:
    """How arms are compared. Money is cents, times are days, shares are fractions."""

    kpi: str = "contribution_profit"
    """The KPI by which the best arm is found."""
    also: tuple[str, ...] = ()
    """Further KPIs that are shown beside it."""
    indifference: Annotated[int, u.Money] = 0
    """Differences below this do not matter; in the unit of `kpi` where that is money."""
    confidence: Annotated[float, u.Share.within(0.5, 0.9999)] = 0.95
    """Probability that all intervals hold together."""
    against: str | None = None
    """Name of the arm that the others are set beside; the first where it is not stated."""
    subject_to: Mapping[str, Limit] = field(default_factory=dict)
    """Bounds that an arm must keep to be the best, by KPI, such as < 2 % per 30 d."""
    chance: Annotated[float, u.Share] = 0.95
    """Share of the plausible markets in which a bound of `subject_to` must hold."""
    short_run: Annotated[int, u.Days.within(1, 3650)] = 30
    """The first measured days, of which KPIs are shown beside those of the whole horizon."""
    references: tuple[ReferenceName, ...] = ("do nothing", "as today")
    """Arms that stand beside those of the question and cannot win."""


@dataclass(frozen=True)
class Smallest:
    """The smallest change of a measure that matters: a share of its baseline, or in stored units."""

    value: float
    relative: bool

    def of(self, baseline: float) -> float:
        """The change in stored units."""
        return self.value * abs(baseline) if self.relative else self.value


@dataclass(frozen=True)
class Tolerances:
    """How a change of the model is tested: the smallest change of each measure that matters.

    `power` is the probability that a change of that size does not pass, `runs` the number of replications of each
    arm in a baseline.
    """

    smallest: Mapping[str, Smallest] = field(default_factory=dict)
    """The smallest change that matters, by KPI: a share of its baseline, or an amount in its own unit; 1 % of the
    baseline where nothing is stated."""
    power: float = 0.9
    """Probability that a change of that size does not pass the test."""
    runs: int = 64
    """Replications of each arm in a baseline."""

    def smallest_of(self, kpi: str) -> Smallest:
        """The smallest change of this measure that matters; 1 % of the baseline unless it is stated."""
        return self.smallest.get(kpi, Smallest(0.01, relative=True))
