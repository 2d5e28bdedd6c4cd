"""What a scenario file becomes: a question with its arms, its beliefs and where each value came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from sim import units as u
from sim.scenario import Customers, Market, Scenario

if TYPE_CHECKING:
    import pandas as pd

    from scenarios.values.expectations import Expectation
    from sim.scenario import Mechanism
    from sim.scenario import Strategist


@dataclass(frozen=True)
class Limit:
    """A bound on a measure, such as "< 2 % per 30 d": `value` in stored units, `per` in days or None."""

    text: str
    above: bool
    strict: bool
    value: float
    per: float | None = None


@dataclass(frozen=True)
class Compare:
    """How the arms are judged. Money is cents, times are days, shares are fractions."""

    kpi: str = "contribution_profit"
    also: tuple[str, ...] = ()
    indifference: Annotated[int, u.Money] = 0
    """Differences below this do not matter; in the unit of `kpi` where that is money."""
    confidence: Annotated[float, u.Share.within(0.5, 0.9999)] = 0.95
    against: str | None = None
    subject_to: Mapping[str, Limit] = field(default_factory=dict)
    chance: Annotated[float, u.Share] = 0.95
    """Share of the plausible markets in which a bound of `subject_to` must hold."""
    short_run: Annotated[int, u.Days.within(1, 3650)] = 30


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
    """How a change of the model is judged: from which size on it matters, by measure, and for all others.

    `power` is the chance not to pass a change of that size, `runs` how many lives of each arm a baseline holds.
    """

    smallest: Mapping[str, Smallest] = field(default_factory=dict)
    power: float = 0.9
    runs: int = 64

    def smallest_of(self, kpi: str) -> Smallest:
        """From which change of this measure on it matters."""
        return self.smallest.get(kpi, Smallest(0.01, relative=True))


@dataclass(frozen=True)
class Belief:
    """What is believed of one uncertain number, in stored units; a split normal on `scale`."""

    median: float
    p5: float
    p95: float
    scale: u.Scale
    source: str | None = None


@dataclass(frozen=True)
class Origin:
    """Where a value was written, and the source that its writer names."""

    file: str
    line: int
    source: str | None = None

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}"
        return f"{self.source} ({place})" if self.source else place


@dataclass(frozen=True)
class MarketFile:
    """A resolved market: its medians, what is uncertain in it, and the tables that it names."""

    market: Market
    beliefs: Mapping[str, Belief]
    posterior: pd.DataFrame | None
    customers: Customers | None
    customers_path: Path | None
    posterior_path: Path | None
    origins: Mapping[str, Origin]
    files: tuple[Path, ...]


@dataclass(frozen=True)
class Question:
    """A scenario file, resolved: the arms that it compares and how it wants them judged.

    `arms` maps each variant's name to its scenario at the market's medians. `beliefs` and `origins` are keyed
    by path; an origin that holds in one arm only has the key `variants.ARM.PATH`. `posterior` has paths as
    columns and draws as rows. `expectations` are what must come out, `tolerances` how far a change of the
    model may move it; `expect` and `check` are both as they were written.
    """

    name: str
    question: str
    path: Path
    arms: Mapping[str, Scenario]
    compare: Compare
    beliefs: Mapping[str, Belief]
    posterior: pd.DataFrame | None
    origins: Mapping[str, Origin]
    files: tuple[Path, ...]
    customers_path: Path | None = None
    posterior_path: Path | None = None
    expectations: Mapping[str, Expectation] = field(default_factory=dict)
    expect: Mapping[str, Any] = field(default_factory=dict)
    check: Mapping[str, Any] = field(default_factory=dict)
    tolerances: Tolerances = field(default_factory=Tolerances)

    def with_programme(self, name: str, function: Strategist, *, version: str | None = None) -> Question:
        """The question with one more strategy as a plain function in every arm; see `sim.scenario.Programme`."""
        arms = {arm: scenario.with_programme(name, function, version=version) for arm, scenario in self.arms.items()}
        return replace(self, arms=arms)

    def with_mechanism(self, mechanism: Mechanism) -> Question:
        """The question with one more mechanism in its world."""
        return replace(self, arms={arm: scenario.with_mechanism(mechanism) for arm, scenario in self.arms.items()})
